package io.sluice.broker;

import static io.sluice.broker.NativeNode.COMMANDS;
import static io.sluice.broker.NativeNode.body;
import static io.sluice.broker.NativeNode.message;
import static io.sluice.broker.NativeNode.properties;
import static io.sluice.broker.NativeNode.records;
import static io.sluice.broker.NativeNode.text;
import static io.sluice.broker.NativeNode.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.model.MessageId;
import io.sluice.transport.RequestTable;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.command.SendCommands.SendAnswer;
import io.sluice.wire.command.SendCommands.SendMessage;
import io.sluice.wire.command.TopicCommands.PutTopic;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import io.sluice.wire.frame.Serialization;
import io.sluice.wire.message.MessageView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sends as RocketMQ clients make them. */
class NativeSendTest {
    @TempDir
    Path directory;

    private NativeNode node;

    @BeforeEach
    void open() throws IOException {
        node = NativeNode.in(directory);
    }

    @AfterEach
    void close() {
        node.close();
    }

    @ParameterizedTest
    @EnumSource(Serialization.class)
    void aSendIsStoredAndAnsweredWhateverTheKindOfItsHeader(Serialization kind) {
        node.speaking(kind);

        Frame answer = node.ask(
                RequestCode.SEND_MESSAGE_V2,
                message("Letters", 1, properties("KEYS", "k1 k2", "UNIQ_KEY", "ABCD", "WAIT", "true", "TAGS", "red")),
                body("hello"));

        assertThat(answer.code()).isZero();
        assertThat(answer.serialization()).isEqualTo(kind);
        SendAnswer told = COMMANDS.readAnswer(answer, SendAnswer.class);
        assertThat(told.queueId()).isEqualTo(1);
        assertThat(told.queueOffset()).isZero();
        assertThat(told.transactionId()).isEqualTo("ABCD");
        assertThat(told.region()).isEqualTo("DefaultRegion");
        assertThat(told.traceOn()).isTrue();
        MessageId id = MessageId.parse(told.msgId());
        assertThat(id.storeHost().getPort()).isEqualTo(node.broker().localPort());

        MessageView stored = records(node.pull("Letters", 1, 0)).get(0);
        assertThat(text(stored)).isEqualTo("hello");
        assertThat(stored.messageId()).isEqualTo(id);
        assertThat(stored.flag()).isEqualTo(7);
        assertThat(stored.bornAtMs()).isEqualTo(1_700_000_000_000L);
        assertThat(stored.properties().asMap())
                .containsEntry("TAGS", "red")
                .containsEntry("KEYS", "k1 k2")
                .containsEntry("UNIQ_KEY", "ABCD")
                .containsEntry("CLUSTER", "DefaultCluster")
                .doesNotContainKeys("MSG_REGION", "TRACE_ON");
    }

    @Test
    void theOldFormOfTheHeaderMeansTheSame() {
        Frame answer = node.ask(RequestCode.SEND_MESSAGE, message("Letters", 0, ""), body("old"));
        assertThat(answer.code()).isZero();
        assertThat(texts(node.pull("Letters", 0, 0))).containsExactly("old");
    }

    @Test
    void aMessageWithoutAnIdGetsOne() {
        SendAnswer told = COMMANDS.readAnswer(node.send("Letters", 0, "x"), SendAnswer.class);
        assertThat(told.transactionId()).hasSize(32);
        assertThat(records(node.pull("Letters", 0, 0)).get(0).property("UNIQ_KEY"))
                .isEqualTo(told.transactionId());
    }

    @Test
    void propertiesWithoutTheLastSeparatorAndWithForeignLettersSurvive() {
        node.ask(RequestCode.SEND_MESSAGE_V2, message("Letters", 0, "größe\u0001zwölf\u0002TAGS\u0001rot"), body("x"));
        MessageView stored = records(node.pull("Letters", 0, 0)).get(0);
        assertThat(stored.property("größe")).isEqualTo("zwölf");
        assertThat(stored.tag()).isEqualTo("rot");
        assertThat(stored.property("CLUSTER")).isEqualTo("DefaultCluster");
    }

    @Test
    void whatAnotherBrokerAddedIsReplacedAndAPopReceiptIsDropped() {
        node.send("Letters", 0, "x", "MSG_REGION", "Elsewhere", "CLUSTER", "Other", "POP_CK", "1 2 3", "a", "b");
        MessageView stored = records(node.pull("Letters", 0, 0)).get(0);
        assertThat(stored.properties().asMap())
                .containsEntry("CLUSTER", "DefaultCluster")
                .containsEntry("a", "b")
                .doesNotContainKeys("MSG_REGION", "POP_CK");
        String raw = StandardCharsets.UTF_8.decode(stored.propertiesBytes()).toString();
        assertThat(raw).doesNotContain("Elsewhere");
    }

    @Test
    void anUnknownTopicIsMadeWithTheQueuesTheClientWants() {
        node.send("Fresh", -1, "x");
        assertThat(node.send("Fresh", 3, "x").code()).isZero();
        assertThat(node.send("Fresh", 4, "x").code()).isEqualTo(ResponseCode.INVALID_PARAMETER);
    }

    @Test
    void aNegativeQueueLeavesTheChoiceToTheBroker() {
        Frame answer = node.send("Fresh", -1, "x");
        assertThat(COMMANDS.readAnswer(answer, SendAnswer.class).queueId()).isBetween(0, 3);
    }

    @Test
    void aOneWaySendIsStored() {
        node.send("Letters", 0, "first");
        node.tell(COMMANDS.request(RequestCode.SEND_MESSAGE_V2, message("Letters", 0, ""), body("second")));
        await().atMost(NativeNode.PATIENCE)
                .until(() -> texts(node.pull("Letters", 0, 0)).equals(List.of("first", "second")));
    }

    @Test
    void whatMayNotBeSentIsRefusedWithTheCodeAndASentence() {
        refused(node.send("with blank", 0, "x"), ResponseCode.INVALID_PARAMETER, "with blank");
        refused(node.send("SCHEDULE_TOPIC_XXXX", 0, "x"), ResponseCode.NO_PERMISSION, "SCHEDULE_TOPIC_XXXX");
        refused(node.send("rmq_sys_anything", 0, "x"), ResponseCode.NO_PERMISSION, "rmq_sys_anything");
        refused(node.send("Letters", 99, "x"), ResponseCode.INVALID_PARAMETER, "99");
        refused(
                node.send("Letters", 0, "x", "TIMER_DELAY_SEC", "99999999999999"),
                ResponseCode.MESSAGE_ILLEGAL,
                "timerMaxDelaySec");
        refused(node.send("Letters", 0, "x", "long", "v".repeat(40_000)), ResponseCode.MESSAGE_ILLEGAL, "properties");
        Frame large = node.ask(
                RequestCode.SEND_MESSAGE_V2, message("Letters", 0, ""), FrameBody.of(new byte[4 * 1024 * 1024 + 1]));
        refused(large, ResponseCode.MESSAGE_ILLEGAL, "4194304");
        assertThat(node.pull("Letters", 0, 0).body().length())
                .as("nothing of it was stored")
                .isZero();
    }

    @Test
    void aTopicWithoutTheRightToWriteRefuses() {
        putTopic("Sealed", 1, 4);
        refused(node.send("Sealed", 0, "x"), ResponseCode.NO_PERMISSION, "Sealed");
    }

    @Test
    void aRequestThatLacksAFieldIsAnsweredWithItsName() {
        Frame answer = node.ask(Frame.request(RequestCode.SEND_MESSAGE_V2));
        assertThat(answer.code()).isEqualTo(ResponseCode.SYSTEM_ERROR);
        assertThat(answer.remark()).contains("'a'");
    }

    @Test
    void aBatchIsStoredMessageByMessageNextToEachOther() {
        putTopic("Batch", 1, 6);
        Frame answer = sendBatch(
                "Batch",
                properties("WAIT", "true", "UNIQ_KEY", "OFALL"),
                entry("a", properties("TAGS", "x", "UNIQ_KEY", "ONE")),
                entry("b", properties("KEYS", "k")),
                entry("c", ""));

        assertThat(answer.code()).isZero();
        SendAnswer told = COMMANDS.readAnswer(answer, SendAnswer.class);
        assertThat(told.queueOffset()).isZero();
        List<MessageView> stored = records(node.pull("Batch", 0, 0));
        assertThat(stored).extracting(NativeNode::text).containsExactly("a", "b", "c");
        assertThat(stored).extracting(MessageView::queueOffset).containsExactly(0L, 1L, 2L);
        assertThat(told.msgId().split(","))
                .containsExactlyElementsOf(stored.stream()
                        .map(record -> record.messageId().toString())
                        .toList());
        assertThat(stored.get(0).property("UNIQ_KEY")).isEqualTo("ONE");
        assertThat(stored.get(1).property("UNIQ_KEY")).hasSize(32);
        assertThat(stored)
                .allSatisfy(record -> assertThat(record.property("WAIT")).isEqualTo("true"));
    }

    @Test
    void aBatchThatIsDamagedOrHoldsWhatItMayNotIsRefusedAsAWhole() {
        putTopic("Batch", 1, 6);
        refused(
                sendBatch("Batch", "", entry("a", ""), new byte[] {0, 0, 0, 99}),
                ResponseCode.INVALID_PARAMETER,
                "batch");
        refused(sendBatch("Batch", ""), ResponseCode.INVALID_PARAMETER, "empty");
        refused(
                sendBatch("Batch", "", entry("a", ""), entry("b", properties("DELAY", "3"))),
                ResponseCode.MESSAGE_ILLEGAL,
                "delayed");
        refused(sendBatch("%RETRY%" + NativeNode.GROUP, "", entry("a", "")), ResponseCode.MESSAGE_ILLEGAL, "retry");
        assertThat(node.pull("Batch", 0, 0).body().length()).isZero();
    }

    @Test
    void withoutAutomaticCreationAnUnknownTopicIsToldAsSuch() throws IOException {
        node.close();
        node = new NativeNode(directory, config -> config.withAutoCreateTopics(false));
        refused(node.send("Fresh", 0, "x"), ResponseCode.TOPIC_NOT_EXIST, "autoCreateTopicEnable");
        putTopic("Fresh", 1, 6);
        assertThat(node.send("Fresh", 0, "x").code()).isZero();
    }

    @Test
    void theSecondPortTakesSendsAndRefusesReads() {
        assertThat(node.broker().secondPort())
                .as("clients compute it")
                .isEqualTo(node.broker().localPort() - 2);
        String second = "127.0.0.1:" + node.broker().secondPort();
        var client = node.connect(new RequestTable());
        Frame sent = client.call(
                        second,
                        COMMANDS.request(RequestCode.SEND_MESSAGE_V2, message("Letters", 0, ""), body("x")),
                        NativeNode.PATIENCE)
                .toCompletableFuture()
                .join();
        assertThat(sent.code()).isZero();
        Frame read = client.call(
                        second,
                        COMMANDS.request(
                                RequestCode.PULL_MESSAGE, NativeNode.pull("Letters", 0, 0, "*", Duration.ZERO)),
                        NativeNode.PATIENCE)
                .toCompletableFuture()
                .join();
        assertThat(read.code()).isEqualTo(ResponseCode.REQUEST_CODE_NOT_SUPPORTED);
    }

    private void putTopic(String name, int queues, int perm) {
        Frame answer = node.ask(
                RequestCode.UPDATE_AND_CREATE_TOPIC,
                new PutTopic(name, "TBW102", queues, queues, perm, "SINGLE_TAG", 0, false, "", false));
        assertThat(answer.code()).as(answer.remark()).isZero();
    }

    private static void refused(Frame answer, int code, String word) {
        assertThat(answer.code()).as(answer.remark()).isEqualTo(code);
        assertThat(answer.remark()).contains(word);
    }

    private Frame sendBatch(String topic, String properties, byte[]... entries) {
        int length = Arrays.stream(entries).mapToInt(entry -> entry.length).sum();
        ByteBuffer all = ByteBuffer.allocate(length);
        Arrays.stream(entries).forEach(all::put);
        SendMessage header = new SendMessage(
                "writers", topic, "TBW102", 4, 0, 0, 1_700_000_000_000L, 0, properties, 0, false, -1, true, "");
        return node.ask(RequestCode.SEND_BATCH_MESSAGE, header, FrameBody.of(all.array()));
    }

    private static byte[] entry(String text, String properties) {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        byte[] said = properties.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(22 + body.length + said.length)
                .putInt(22 + body.length + said.length)
                .putInt(0)
                .putInt(0)
                .putInt(0)
                .putInt(body.length)
                .put(body)
                .putShort((short) said.length)
                .put(said)
                .array();
    }
}
