package io.sluice.broker;

import static io.sluice.broker.NativeNode.COMMANDS;
import static io.sluice.broker.NativeNode.GROUP;
import static io.sluice.broker.NativeNode.body;
import static io.sluice.broker.NativeNode.properties;
import static io.sluice.broker.NativeNode.records;
import static io.sluice.broker.NativeNode.text;
import static io.sluice.broker.NativeNode.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.model.MessageId;
import io.sluice.wire.body.LockRequest;
import io.sluice.wire.body.QueueRef;
import io.sluice.wire.body.SubscriptionGroupConfig;
import io.sluice.wire.command.NoFields;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.command.SendCommands.SendAnswer;
import io.sluice.wire.command.SendCommands.SendBack;
import io.sluice.wire.command.SendCommands.SendMessage;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.json.JsonForm;
import io.sluice.wire.message.MessageView;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages that come later: by delay level, and because a consumer could not handle them. */
class NativeRetryTest {
    private static final String TOPIC = "Letters";
    private static final String RETRY = "%RETRY%" + GROUP;
    private static final String DEAD = "%DLQ%" + GROUP;

    @TempDir
    Path directory;

    private NativeNode node;

    @BeforeEach
    void open() throws IOException {
        node = open(directory.resolve("store"));
    }

    /** Every delay is as short as can be, so that the third level is not 10 seconds away. */
    private static NativeNode open(Path store) throws IOException {
        return new NativeNode(store, config -> config.withDelayLevels("1s 1s 1s 1s 2s"));
    }

    @AfterEach
    void close() {
        node.close();
    }

    private MessageView firstOf(String topic, int queueId) {
        await().atMost(NativeNode.PATIENCE)
                .until(() -> node.pull(topic, queueId, 0).code() == 0);
        return records(node.pull(topic, queueId, 0)).get(0);
    }

    @Test
    void aDelayedMessageComesToItsQueueWhenItIsDueAndNotBefore() {
        long sentAt = System.currentTimeMillis();
        SendAnswer told = COMMANDS.readAnswer(node.send(TOPIC, 2, "later", "DELAY", "5"), SendAnswer.class);
        assertThat(told.queueId()).isEqualTo(2);
        assertThat(node.pull(TOPIC, 2, 0).code()).isEqualTo(ResponseCode.PULL_NOT_FOUND);

        MessageView delivered = firstOf(TOPIC, 2);

        assertThat(text(delivered)).isEqualTo("later");
        assertThat(delivered.storedAtMs() - sentAt).isGreaterThanOrEqualTo(2000);
        assertThat(delivered.property("REAL_TOPIC")).isEqualTo(TOPIC);
        assertThat(delivered.property("REAL_QID")).isEqualTo("2");
    }

    @Test
    void aLevelBeyondTheLastMeansTheLast() {
        node.send(TOPIC, 0, "later", "DELAY", "99");
        assertThat(firstOf(TOPIC, 0).property("DELAY")).isEqualTo("5");
    }

    @Test
    void aDelayedMessageSurvivesAProcessThatIsKilled() throws IOException {
        node.send(TOPIC, 0, "later", "DELAY", "5");
        Path copy = directory.resolve("copy");
        copy(directory.resolve("store"), copy);
        node.close();
        node = open(copy);
        assertThat(text(firstOf(TOPIC, 0))).isEqualTo("later");
    }

    /** What a killed process leaves behind. */
    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.toList()) {
                Path target = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else if (!path.endsWith("lock")) {
                    Files.copy(path, target);
                }
            }
        }
    }

    @Test
    void aDeliveredMessageIsNotDeliveredAgainAfterARestart() throws IOException {
        node.send(TOPIC, 0, "once", "DELAY", "1");
        firstOf(TOPIC, 0);
        node.close();
        node = open(directory.resolve("store"));
        node.send(TOPIC, 0, "second", "DELAY", "1");
        await().atMost(NativeNode.PATIENCE)
                .until(() -> texts(node.pull(TOPIC, 0, 0)).contains("second"));
        assertThat(texts(node.pull(TOPIC, 0, 0))).containsExactly("once", "second");
    }

    @Test
    void aFailedMessageComesBackInTheRetryTopicWithItsHistory() {
        SendAnswer first = COMMANDS.readAnswer(node.send(TOPIC, 0, "tricky", "TAGS", "a"), SendAnswer.class);

        assertThat(sendBack(first.msgId(), 0, -1).code()).isZero();

        MessageView again = firstOf(RETRY, 0);
        assertThat(text(again)).isEqualTo("tricky");
        assertThat(again.reconsumeTimes()).isEqualTo(1);
        assertThat(again.tag()).isEqualTo("a");
        assertThat(again.bornAtMs()).isEqualTo(1_700_000_000_000L);
        assertThat(again.property("RETRY_TOPIC")).isEqualTo(TOPIC);
        assertThat(again.property("ORIGIN_MESSAGE_ID")).isEqualTo(first.msgId());
        assertThat(again.property("UNIQ_KEY")).isEqualTo(first.transactionId());

        assertThat(sendBack(again.messageId().toString(), 1, -1).code()).isZero();
        await().atMost(NativeNode.PATIENCE)
                .until(() -> records(node.pull(RETRY, 0, 0)).size() == 2);
        MessageView third = records(node.pull(RETRY, 0, 0)).get(1);
        assertThat(third.reconsumeTimes()).isEqualTo(2);
        assertThat(third.property("RETRY_TOPIC")).isEqualTo(TOPIC);
        assertThat(third.property("ORIGIN_MESSAGE_ID")).isEqualTo(first.msgId());
    }

    @Test
    void aMessageWithoutAttemptsLeftGoesToTheDeadLettersAtOnce() {
        SendAnswer sent = COMMANDS.readAnswer(node.send(TOPIC, 0, "poison"), SendAnswer.class);
        assertThat(sendBack(sent.msgId(), 0, 0).code()).isZero();
        MessageView dead = records(node.pull(DEAD, 0, 0)).get(0);
        assertThat(text(dead)).isEqualTo("poison");
        assertThat(dead.property("DELAY")).isNull();
        assertThat(dead.property("DLQ_ORIGIN_TOPIC")).isEqualTo(TOPIC);
        assertThat(dead.property("DLQ_ORIGIN_MESSAGE_ID")).isEqualTo(sent.msgId());
    }

    @Test
    void aNegativeLevelMeansTheDeadLetters() {
        SendAnswer sent = COMMANDS.readAnswer(node.send(TOPIC, 0, "poison"), SendAnswer.class);
        assertThat(sendBack(sent.msgId(), -1, -1).code()).isZero();
        assertThat(texts(node.pull(DEAD, 0, 0))).containsExactly("poison");
    }

    @Test
    void aMessageThatIsNotThereCannotBeSentBack() {
        Frame answer = node.ask(RequestCode.CONSUMER_SEND_MSG_BACK, new SendBack(4711, GROUP, 0, "", TOPIC, false, -1));
        assertThat(answer.code()).isEqualTo(ResponseCode.SYSTEM_ERROR);
        assertThat(answer.remark()).contains("4711");
    }

    @Test
    void aGroupWithoutRetryQueuesDropsItsFailures() {
        SubscriptionGroupConfig noRetry = JsonForm.of(SubscriptionGroupConfig.class)
                .read("{\"groupName\":\"%s\",\"retryQueueNums\":0}"
                        .formatted(GROUP)
                        .getBytes(StandardCharsets.UTF_8));
        node.ask(RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP, new NoFields(), noRetry.toFrameBody());
        SendAnswer sent = COMMANDS.readAnswer(node.send(TOPIC, 0, "x"), SendAnswer.class);
        assertThat(sendBack(sent.msgId(), 0, -1).code()).isZero();
        assertThat(node.pull(RETRY, 0, 0).code()).isEqualTo(ResponseCode.TOPIC_NOT_EXIST);
    }

    @Test
    void aConsumerThatSendsItsFailureItselfIsSubjectToTheSameBound() {
        assertThat(resend(2, 3).code()).isZero();
        assertThat(texts(node.pull(RETRY, 0, 0))).containsExactly("resent");
        assertThat(resend(4, 3).code()).isZero();
        assertThat(texts(node.pull(DEAD, 0, 0))).containsExactly("resent");
    }

    @Test
    void aConsumerInOrderThatGivesUpSendsToTheDeadLettersAtOnce() {
        node.send(TOPIC, 0, "x");
        LockRequest lock = new LockRequest(GROUP, "c1", Set.of(new QueueRef(TOPIC, "broker-a", 0)), false);
        node.ask(RequestCode.LOCK_BATCH_MQ, new NoFields(), lock.toFrameBody());
        resend(1, 16);
        assertThat(texts(node.pull(DEAD, 0, 0))).containsExactly("resent");
    }

    private Frame resend(int reconsumeTimes, int max) {
        SendMessage header = new SendMessage(
                "CLIENT_INNER_PRODUCER",
                RETRY,
                "TBW102",
                4,
                0,
                0,
                1_700_000_000_000L,
                0,
                properties("RETRY_TOPIC", TOPIC, "MSG_REGION", "DefaultRegion"),
                reconsumeTimes,
                false,
                max,
                false,
                "");
        return node.ask(RequestCode.SEND_MESSAGE_V2, header, body("resent"));
    }

    private Frame sendBack(String messageId, int level, int max) {
        long offset = MessageId.parse(messageId).logOffset();
        return node.ask(RequestCode.CONSUMER_SEND_MSG_BACK, new SendBack(offset, GROUP, level, "", TOPIC, false, max));
    }
}
