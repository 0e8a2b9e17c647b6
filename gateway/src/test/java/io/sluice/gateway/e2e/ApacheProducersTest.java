package io.sluice.gateway.e2e;

import static io.sluice.gateway.node.ApacheClient.base64;
import static io.sluice.gateway.node.ApacheGround.numbered;
import static io.sluice.gateway.node.ApacheGround.until;
import static io.sluice.gateway.node.ApacheGround.untilReceived;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.node.ApacheClient;
import io.sluice.gateway.node.ApacheClient.Got;
import io.sluice.gateway.node.ApacheClient.Version;
import io.sluice.gateway.node.ApacheGround;
import io.sluice.wire.body.TopicConfig;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Every way in which an unmodified Apache client sends. */
class ApacheProducersTest {
    @TempDir
    static Path directory;

    private static ApacheGround ground;

    @BeforeAll
    static void start() {
        ground = ApacheGround.in(directory);
    }

    @AfterAll
    static void stop() {
        ground.close();
    }

    /** A client with a producer of a group of its own. */
    private static ApacheClient producing(Version version, String group, String... options) {
        ApacheClient client = ground.client(version);
        String[] words = new String[options.length + 2];
        words[0] = "producer";
        words[1] = group + "_" + version;
        System.arraycopy(options, 0, words, 2, options.length);
        client.tell(words);
        return client;
    }

    private static Set<String> bodiesIn(ApacheClient client, String topic) {
        client.tell("pullall", topic);
        Set<String> bodies = new HashSet<>();
        client.received("pull").stream()
                .filter(got -> got.topic().equals(topic))
                .forEach(got -> bodies.add(got.body()));
        return bodies;
    }

    @ParameterizedTest
    @EnumSource
    void tenThousandMessagesSentAreAllReceivedByAPushConsumer(Version version) {
        String topic = "Ten_" + version;
        ApacheClient client = producing(version, "P_ten");
        client.tell("sendmany", topic, "10000", "16", "m", "0");
        client.tell("consumer", "C_" + topic, topic, "*", "0", "name=" + topic);
        until("all arrive", () -> client.bodies(topic).size() >= 10_000);
        assertThat(client.bodies(topic)).containsExactlyInAnyOrderElementsOf(numbered("m", 10_000));
    }

    @ParameterizedTest
    @EnumSource
    void everyCallbackOfAnAsynchronousSendTellsSuccess(Version version) {
        String topic = "Async_" + version;
        ApacheClient client = producing(version, "P_async");
        client.tell("sendasync", topic, "500", "a");
        assertThat(bodiesIn(client, topic)).containsExactlyInAnyOrderElementsOf(numbered("a", 500));
    }

    @ParameterizedTest
    @EnumSource
    void whatWasSentOneWayArrives(Version version) {
        String topic = "OneWay_" + version;
        ApacheClient client = producing(version, "P_oneway");
        client.send(topic, "", "", "so that the topic exists");
        client.tell("sendoneway", topic, "100", "o");
        until("all are stored", () -> bodiesIn(client, topic).containsAll(numbered("o", 100)));
    }

    @ParameterizedTest
    @EnumSource
    void aMessageForOneQueueIsStoredThere(Version version) {
        String topic = "Chosen_" + version;
        ground.administrator().createTopic(topic, 4, 4);
        ApacheClient client = producing(version, "P_chosen");
        for (int queueId = 3; queueId >= 0; queueId--) {
            String[] told = client.tell("sendqueue", topic, String.valueOf(queueId), base64("q"))
                    .split(" ");
            assertThat(told[1]).isEqualTo(String.valueOf(queueId));
            assertThat(told[2]).isEqualTo("0");
            assertThat(told[3]).isEqualTo("SEND_OK");
        }
    }

    @ParameterizedTest
    @EnumSource
    void selectorsByHashAtRandomAndOfOnesOwnChooseTheQueue(Version version) {
        String topic = "Selected_" + version;
        ground.administrator().createTopic(topic, 4, 4);
        ApacheClient client = producing(version, "P_selected");
        Set<String> ofOneArgument = new HashSet<>();
        for (int i = 0; i < 5; i++) {
            ofOneArgument.add(client.tell("sendby", "hash", topic, "order-17", base64("h"))
                    .split(" ")[1]);
            client.tell("sendby", "random", topic, "any", base64("r"));
        }
        assertThat(ofOneArgument).hasSize(1);
        assertThat(client.tell("sendby", "own", topic, "2", base64("o")).split(" ")[1])
                .isEqualTo("2");
    }

    @ParameterizedTest
    @EnumSource
    void aBatchBecomesMessagesOfTheirOwnInOneQueueAndInOrder(Version version) {
        String topic = "Batched_" + version;
        ApacheClient client = producing(version, "P_batch");
        client.tell("sendbatch", topic, "32", "b", "keys=true");
        client.tell("consumer", "C_" + topic, topic, "*", "0", "name=" + topic);
        untilReceived(client, topic, numbered("b", 32));
        List<Got> inOrder = client.received(topic).stream()
                .sorted(Comparator.comparing(Got::queueOffset))
                .toList();
        assertThat(inOrder).extracting(Got::body).containsExactlyElementsOf(numbered("b", 32));
        assertThat(inOrder).extracting(Got::queueId).containsOnly(inOrder.get(0).queueId());
        assertThat(inOrder).extracting(Got::msgId).doesNotHaveDuplicates();
        assertThat(client.tell("querykey", topic, "b7")).isEqualTo("1");
    }

    @ParameterizedTest
    @CsvSource({
        "V5, ZLIB, V4_9_8",
        "V5, LZ4, V4_9_8",
        "V5, ZSTD, V4_9_8",
        "V4_9_8, ZLIB, V5",
        "V4_9_8, LZ4, V5",
        "V4_9_8, ZSTD, V5"
    })
    void aCompressedBodyIsStoredAsItCameAndReadByTheOtherRelease(Version sender, String compression, Version reader) {
        String topic = "Compressed_" + compression + "_" + sender;
        String body = "the same again and again ".repeat(1_000);
        ApacheClient from = producing(sender, "P_" + compression, "compress=" + compression);
        from.send(topic, "", "", body);
        ApacheClient to = ground.client(reader);
        to.tell("consumer", "C_" + topic, topic, "*", "0", "name=" + topic);
        untilReceived(to, topic, List.of(body));
        assertThat(to.received(topic).get(0).storeSize()).isLessThan(body.length() / 10);
    }

    @ParameterizedTest
    @EnumSource
    void anUnknownTopicIsMadeAfterTheTemplate(Version version) {
        String topic = "Made_" + version;
        producing(version, "P_made").send(topic, "", "", "first");
        TopicConfig made = ground.administrator().topic(topic);
        assertThat(made.readQueueNums()).isEqualTo(4);
        assertThat(made.writeQueueNums()).isEqualTo(4);
        assertThat(made.perm()).isEqualTo(6);
    }

    @Test
    void theTwoReleasesReadEachOthersMessagesWithTagsKeysAndProperties() {
        ApacheClient old = producing(Version.V4_9_8, "P_between");
        ApacheClient recent = producing(Version.V5, "P_between");
        old.send("Between", "TagA", "k1 k2", "from 4.9.8", "colour=red");
        recent.send("Between", "TagA", "k3", "from 5", "größe=zwölf");
        recent.send("Between", "TagB", "k4", "not wanted");
        for (ApacheClient reader : List.of(old, recent)) {
            reader.tell("consumer", "C_between_" + (reader == old), "Between", "TagA || TagX", "0", "name=between");
            untilReceived(reader, "between", List.of("from 4.9.8", "from 5"));
            assertThat(reader.received("between")).hasSize(2);
            assertThat(reader.received("between").stream()
                            .filter(got -> got.body().equals("from 4.9.8")))
                    .singleElement()
                    .satisfies(got -> assertThat(got.properties())
                            .containsEntry("TAGS", "TagA")
                            .containsEntry("KEYS", "k1 k2")
                            .containsEntry("colour", "red"));
            assertThat(reader.received("between").stream()
                            .filter(got -> got.body().equals("from 5")))
                    .singleElement()
                    .satisfies(got -> assertThat(got.properties()).containsEntry("größe", "zwölf"));
        }
    }

    @ParameterizedTest
    @CsvSource({"V5, V4_9_8", "V4_9_8, V5"})
    void anAskerGetsTheReplyOfAConsumerOfTheOtherRelease(Version asker, Version replier) {
        String topic = "Questions_" + asker;
        producing(replier, "P_replies").send(topic, "", "", "so that the topic exists");
        ground.client(replier).tell("replier", "C_replies_" + replier, topic);
        ApacheClient asking = producing(asker, "P_asks");
        assertThat(asking.tell("request", topic, base64("how late?"), "20000")).isEqualTo("re: how late?");
        assertThat(asking.tell("requestasync", topic, base64("and now?"), "20000"))
                .isEqualTo("re: and now?");
    }

    @ParameterizedTest
    @EnumSource
    void anAskerWithoutReplierIsToldSoWhenItsTimeIsOver(Version version) {
        ApacheClient asking = producing(version, "P_asks_nobody");
        asking.send("Unheard", "", "", "so that the topic exists");
        assertThat(asking.ask("request", "Unheard", base64("anybody?"), "3000"))
                .startsWith("ERR RequestTimeoutException CODE: 10006");
    }

    @ParameterizedTest
    @EnumSource
    void aClientThatSpeaksInBinaryHeadersOverTheSecondPortIsServedAlike(Version version) {
        String topic = "Binary_" + version;
        try (ApacheClient client = ground.another(version, "-Drocketmq.serialize.type=ROCKETMQ")) {
            client.tell("producer", "P_" + topic, "vip=true");
            client.send(topic, "t", "k", "in binary", "a=b");
            client.tell("sendbatch", topic, "3", "b");
            client.tell("consumer", "C_" + topic, topic, "*", "0", "name=reader", "vip=true");
            untilReceived(client, "reader", List.of("in binary", "b-0", "b-1", "b-2"));
            assertThat(client.tell("querykey", topic, "k")).isEqualTo("1");
        }
    }

    @Test
    void aProducerThatBatchesByItselfIsToldOfEachMessage() {
        ground.administrator().createTopic("SelfBatched", 1, 1);
        ApacheClient client = producing(Version.V5, "P_selfbatched", "autobatch=true");
        client.tell("sendasync", "SelfBatched", "200", "a");
        client.tell("sendmany", "SelfBatched", "50", "8", "s", "0");
        assertThat(bodiesIn(client, "SelfBatched"))
                .containsAll(numbered("a", 200))
                .containsAll(numbered("s", 50))
                .hasSize(250);
    }

    @ParameterizedTest
    @EnumSource
    void theLargestBodyThatClientsSendArrivesWhole(Version version) {
        String topic = "Largest_" + version;
        int bytes = 4 * 1024 * 1024;
        ApacheClient client = producing(version, "P_largest", "compressover=" + (bytes + 1));
        client.tell("sendmany", topic, "1", "1", "m", String.valueOf(bytes));
        client.tell("consumer", "C_" + topic, topic, "*", "0", "name=" + topic);
        until("it arrives", () -> client.received(topic).size() == 1);
        assertThat(client.bodies(topic).get(0)).startsWith("m-0 ").hasSize(bytes);
    }

    @ParameterizedTest
    @EnumSource
    void clientsOfANamespaceMeetThere(Version version) {
        String topic = "Spaced_" + version;
        ApacheClient client = producing(version, "P_spaced", "namespace=INSTANCE_1");
        client.send(topic, "", "", "inside");
        client.tell("consumer", "C_" + topic, topic, "*", "1", "name=" + topic, "namespace=INSTANCE_1");
        untilReceived(client, topic, List.of("inside"));
        assertThat(client.received(topic).get(0).topic()).isEqualTo(topic);
        assertThat(ground.administrator().topic("INSTANCE_1%" + topic).writeQueueNums())
                .isEqualTo(4);
    }

    @ParameterizedTest
    @EnumSource
    void anIllegalTopicNameIsRefusedWithTheReason(Version version) {
        ApacheClient client = producing(version, "P_bad");
        assertThat(client.ask("send", "no such/name", "", "", base64("x"))).startsWith("ERR");
    }
}
