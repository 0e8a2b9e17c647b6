package io.sluice.client.send;

import static io.sluice.client.script.ScriptedCluster.idAt;
import static io.sluice.client.script.ScriptedCluster.stored;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.client.link.ClientIds;
import io.sluice.client.link.ClusterLink;
import io.sluice.client.link.LinkConfig;
import io.sluice.client.route.RouteCache;
import io.sluice.client.route.RouteConfig;
import io.sluice.client.script.ScriptedCluster;
import io.sluice.client.script.ScriptedServer.Asked;
import io.sluice.client.send.Sender.WhenFull;
import io.sluice.model.GroupName;
import io.sluice.model.Message;
import io.sluice.model.MessageQueue;
import io.sluice.model.PropertyNames;
import io.sluice.model.TopicName;
import io.sluice.port.Refusal;
import io.sluice.port.SendOutcome.Doubt;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.SendCommands.SendMessage;
import io.sluice.wire.frame.Fields;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.message.BodyCodec;
import io.sluice.wire.message.Compression;
import io.sluice.wire.message.PropertiesCodec;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SenderTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int SEND = RequestCode.SEND_MESSAGE_V2;

    private final List<AutoCloseable> open = new ArrayList<>();
    /** Of the sender made last. */
    private RouteCache routes;

    @AfterEach
    void closeAll() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    private ScriptedCluster cluster(String... brokers) {
        ScriptedCluster cluster = new ScriptedCluster(brokers);
        open.add(cluster);
        return cluster;
    }

    private Sender sender(ScriptedCluster cluster) {
        return sender(cluster, config(64 * 1024 * 1024, 2));
    }

    private static SendConfig config(int inFlightBytes, int retries) {
        return new SendConfig(
                new GroupName("PG"),
                TIMEOUT,
                retries,
                4 * 1024 * 1024,
                4096,
                Compression.ZLIB,
                5,
                inFlightBytes,
                SendConfig.BATCH_BYTES,
                Duration.ZERO,
                true);
    }

    private Sender sender(ScriptedCluster cluster, SendConfig config) {
        ClusterLink link =
                ClusterLink.open(LinkConfig.of(List.of(cluster.nameServer().address()), ClientIds.next()));
        open.add(link);
        routes = new RouteCache(link, RouteConfig.DEFAULT);
        open.add(routes);
        return new Sender(link, routes, config, 4, new UniqueKeys(InetAddress.getLoopbackAddress()));
    }

    private static Frame ok(Asked asked) {
        return stored(0, Integer.parseInt(asked.field("e")), 7, idAt(516));
    }

    private static CompletionStage<Sent> send(Sender sender, Message message, QueueChoice choice) {
        return sender.send(message, choice, TIMEOUT, WhenFull.WAIT);
    }

    private static Sent sent(Sender sender, Message message) {
        return send(sender, message, QueueChoice.ANY).toCompletableFuture().join();
    }

    private static SendFailedException failure(CompletionStage<?> stage) {
        Throwable failed =
                stage.toCompletableFuture().handle((done, failure) -> failure).join();
        Throwable cause = failed instanceof CompletionException ? failed.getCause() : failed;
        assertThat(cause).isInstanceOf(SendFailedException.class);
        return (SendFailedException) cause;
    }

    // ---- what is sent ----

    @Test
    void aTopicWhoseRouteWasLostIsSentToAgainWhenItIsBack() {
        ScriptedCluster cluster = cluster("broker-a").topic("Orders", 1);
        cluster.broker().on(SEND, SenderTest::ok);
        Sender sender = sender(cluster);
        sent(sender, Message.of("Orders", "one"));

        routes.forget(new TopicName("Orders"));

        assertThat(send(sender, Message.of("Orders", "two"), QueueChoice.ANY)
                        .toCompletableFuture()
                        .orTimeout(TIMEOUT.toSeconds(), TimeUnit.SECONDS)
                        .join()
                        .queueOffset())
                .isEqualTo(7);
    }

    @Test
    void aSendAsksForTheRouteOnceAndTellsWhereTheMessageLies() {
        ScriptedCluster cluster = cluster("broker-a").topic("Orders", 4);
        cluster.broker().on(SEND, SenderTest::ok);
        Sender sender = sender(cluster);

        Sent first = sent(sender, Message.of("Orders", "one"));
        sent(sender, Message.of("Orders", "two"));

        assertThat(cluster.nameServer().codes()).containsExactly(RequestCode.GET_ROUTEINFO_BY_TOPIC);
        assertThat(first.queue().brokerName()).isEqualTo("broker-a");
        assertThat(first.queueOffset()).isEqualTo(7);
        assertThat(first.logOffset()).isEqualTo(516);
        assertThat(first.messageId()).isEqualTo(idAt(516));
        assertThat(first.doubt()).isEmpty();
    }

    @Test
    void theHeaderSaysWhatTheProtocolAsksFor() {
        ScriptedCluster cluster = cluster("broker-a").topic("Orders", 4);
        cluster.broker().on(SEND, SenderTest::ok);
        Message message = new Message(
                new TopicName("Orders"),
                "body".getBytes(StandardCharsets.UTF_8),
                Message.of("Orders", "").withTag("red").withKeys("k1", "k2").properties(),
                4711,
                1_700_000_000_123L);

        Sent sent = sent(sender(cluster), message);

        Asked asked = cluster.broker().heard(SEND).get(0);
        SendMessage header = asked.header(SendMessage.class);
        assertThat(header.producerGroup()).isEqualTo("PG");
        assertThat(header.topic()).isEqualTo("Orders");
        assertThat(header.defaultTopic()).isEqualTo("TBW102");
        assertThat(header.defaultTopicQueueNums()).isEqualTo(4);
        assertThat(header.brokerName()).isEqualTo("broker-a");
        assertThat(header.flag()).isEqualTo(4711);
        assertThat(header.bornTimestamp()).isEqualTo(1_700_000_000_123L);
        assertThat(header.sysFlag()).isZero();
        assertThat(PropertiesCodec.decode(header.properties()).asMap())
                .containsEntry("TAGS", "red")
                .containsEntry("KEYS", "k1 k2")
                .containsEntry(PropertyNames.UNIQUE_KEY, sent.uniqueKey());
        assertThat(asked.body()).asString().isEqualTo("body");
        assertThat(sent.uniqueKey()).hasSize(32);
    }

    @Test
    void aBodyOf4096BytesAndMoreTravelsCompressedUnlessThatMakesItLarger() {
        ScriptedCluster cluster = cluster("broker-a").topic("Orders", 1);
        cluster.broker().on(SEND, SenderTest::ok);
        Sender sender = sender(cluster);
        byte[] noise = new byte[5000];
        new java.util.Random(1).nextBytes(noise);

        sent(sender, Message.of(new TopicName("Orders"), new byte[4095]));
        sent(sender, Message.of(new TopicName("Orders"), new byte[4096]));
        sent(sender, Message.of(new TopicName("Orders"), noise));

        List<Asked> heard = cluster.broker().heard(SEND);
        assertThat(heard).extracting(asked -> asked.field("f")).containsExactly("0", "769", "0");
        assertThat(BodyCodec.inflate(ByteBuffer.wrap(heard.get(1).body()), 0x301))
                .isEqualTo(new byte[4096]);
        assertThat(heard.get(2).body()).isEqualTo(noise);
    }

    @Test
    void aMessageThatIsTooLargeNeverLeaves() {
        ScriptedCluster cluster = cluster("broker-a").topic("Orders", 1);
        SendFailedException failure =
                failure(send(sender(cluster), Message.of(new TopicName("Orders"), new byte[4194305]), QueueChoice.ANY));
        assertThat(failure.reason()).isEqualTo(Refusal.TOO_LARGE);
        assertThat(failure).hasMessageContaining("4194304").hasMessageContaining("Orders");
        assertThat(cluster.broker().codes()).isEmpty();
    }

    @Test
    void propertiesThatDoNotFitTheirLengthFieldNeverLeave() {
        ScriptedCluster cluster = cluster("broker-a").topic("Orders", 1);
        SendFailedException failure = failure(send(
                sender(cluster), Message.of("Orders", "x").withProperty("long", "ü".repeat(16_400)), QueueChoice.ANY));
        assertThat(failure.reason()).isEqualTo(Refusal.TOO_LARGE);
        assertThat(cluster.broker().codes()).isEmpty();
    }

    @Test
    void aOneWaySendAsksForNoAnswer() {
        ScriptedCluster cluster = cluster("broker-a").topic("Orders", 1);
        cluster.broker().on(SEND, SenderTest::ok);
        sender(cluster)
                .sendOneWay(Message.of("Orders", "x"), QueueChoice.ANY)
                .toCompletableFuture()
                .join();
        await().until(() -> cluster.broker().heard(SEND).size() == 1);
        assertThat(cluster.broker().heard(SEND).get(0).oneWay()).isTrue();
    }

    @Test
    void aBatchIsOneRequestAndAnswersEachOfItsMessages() {
        ScriptedCluster cluster = cluster("broker-a").topic("Orders", 1);
        cluster.broker().on(RequestCode.SEND_BATCH_MESSAGE, asked -> stored(0, 0, 40, idAt(100) + "," + idAt(300)));
        List<Sent> sent = sender(cluster)
                .sendBatch(
                        List.of(Message.of("Orders", "b0").withTag("TagA"), Message.of("Orders", "b1")),
                        QueueChoice.ANY,
                        TIMEOUT,
                        WhenFull.WAIT)
                .toCompletableFuture()
                .join();
        assertThat(sent).extracting(Sent::queueOffset).containsExactly(40L, 41L);
        assertThat(sent).extracting(Sent::logOffset).containsExactly(100L, 300L);
        assertThat(sent).extracting(Sent::uniqueKey).doesNotHaveDuplicates().doesNotContain("");
        SendMessage header =
                cluster.broker().heard(RequestCode.SEND_BATCH_MESSAGE).get(0).header(SendMessage.class);
        assertThat(header.batch()).isTrue();
    }

    @Test
    void aBatchHasOneTopicAndNoDelays() {
        Sender sender = sender(cluster("broker-a").topic("Orders", 1));
        assertThat(failure(sender.sendBatch(
                                List.of(Message.of("Orders", "1"), Message.of("Others", "2")),
                                QueueChoice.ANY,
                                TIMEOUT,
                                WhenFull.WAIT))
                        .reason())
                .isEqualTo(Refusal.ILLEGAL_ARGUMENT);
        assertThat(failure(sender.sendBatch(
                                List.of(Message.of("Orders", "1").withProperty(PropertyNames.DELAY_LEVEL, "3")),
                                QueueChoice.ANY,
                                TIMEOUT,
                                WhenFull.WAIT))
                        .reason())
                .isEqualTo(Refusal.ILLEGAL_ARGUMENT);
    }

    // ---- which queue ----

    @Test
    void sendsTakeAllQueuesInTurn() {
        ScriptedCluster cluster = cluster("broker-a", "broker-b").topic("Orders", 2);
        cluster.broker("broker-a").on(SEND, SenderTest::ok);
        cluster.broker("broker-b").on(SEND, SenderTest::ok);
        Sender sender = sender(cluster);
        Set<MessageQueue> used = new TreeSet<>();
        for (int i = 0; i < 4; i++) {
            used.add(sent(sender, Message.of("Orders", "x")).queue());
        }
        assertThat(used).hasSize(4);
    }

    @Test
    void equalKeysGoToOneQueue() {
        ScriptedCluster cluster = cluster("broker-a", "broker-b").topic("Orders", 4);
        cluster.broker("broker-a").on(SEND, SenderTest::ok);
        cluster.broker("broker-b").on(SEND, SenderTest::ok);
        Sender sender = sender(cluster);
        Set<MessageQueue> used = new TreeSet<>();
        for (int i = 0; i < 10; i++) {
            used.add(send(sender, Message.of("Orders", "x"), new QueueChoice.ByKey("customer-7"))
                    .toCompletableFuture()
                    .join()
                    .queue());
        }
        assertThat(used).hasSize(1);
    }

    @Test
    void aQueueThatIsNotThereIsRefusedAfterLookingAgain() {
        ScriptedCluster cluster = cluster("broker-a").topic("Orders", 2);
        cluster.broker().on(SEND, SenderTest::ok);
        Sender sender = sender(cluster);
        assertThat(failure(send(sender, Message.of("Orders", "x"), new QueueChoice.AtIndex(3)))
                        .reason())
                .isEqualTo(Refusal.NO_SUCH_QUEUE);
        cluster.topic("Orders", 4);
        assertThat(send(sender, Message.of("Orders", "x"), new QueueChoice.AtIndex(3))
                        .toCompletableFuture()
                        .join()
                        .queue()
                        .queueId())
                .isEqualTo(3);
    }

    @Test
    void aTopicThatDoesNotExistIsSentByTheRouteOfTheTemplate() {
        ScriptedCluster cluster = cluster("broker-a").topic("TBW102", 8);
        cluster.broker().on(SEND, asked -> {
            cluster.topic("Fresh", 4);
            return ok(asked);
        });
        Sender sender = sender(cluster);
        assertThat(sent(sender, Message.of("Fresh", "x")).queue().queueId()).isLessThan(4);
        assertThat(cluster.nameServer().heard(RequestCode.GET_ROUTEINFO_BY_TOPIC))
                .extracting(asked -> asked.field("topic"))
                .startsWith("Fresh", "TBW102");
    }

    @Test
    void aQueueThatTheBrokerDoesNotHaveMakesTheSenderLookAgainOnce() {
        ScriptedCluster cluster = cluster("broker-a").topic("Orders", 4);
        Frame noSuchQueue =
                Frame.answer(29, "request queueId is illegal").withFields(Fields.of("refusal", "NO_SUCH_QUEUE"));
        cluster.broker().on(SEND, asked -> {
            cluster.topic("Orders", 1);
            return asked.field("e").equals("0") ? ok(asked) : noSuchQueue;
        });
        Sender sender = sender(cluster);
        for (int i = 0; i < 4; i++) {
            assertThat(sent(sender, Message.of("Orders", "x")).queue().queueId())
                    .isZero();
        }

        cluster.broker().on(SEND, asked -> noSuchQueue);
        SendFailedException failure = failure(send(sender, Message.of("Orders", "x"), QueueChoice.ANY));
        assertThat(failure.reason()).isEqualTo(Refusal.NO_SUCH_QUEUE);
        assertThat(failure).hasMessageContaining("request queueId is illegal");
    }

    @Test
    void withoutATemplateAnUnknownTopicIsRefused() {
        assertThat(failure(send(sender(cluster("broker-a")), Message.of("Nowhere", "x"), QueueChoice.ANY))
                        .reason())
                .isEqualTo(Refusal.NO_SUCH_TOPIC);
    }

    // ---- tries ----

    @Test
    void aBusyBrokerMakesAnotherOneGetTheMessage() {
        ScriptedCluster cluster = cluster("broker-a", "broker-b").topic("Orders", 4);
        cluster.broker("broker-a").on(SEND, asked -> Frame.answer(2, "[OVERLOAD]system busy"));
        cluster.broker("broker-b").on(SEND, SenderTest::ok);
        Sender sender = sender(cluster);
        for (int i = 0; i < 8; i++) {
            assertThat(sent(sender, Message.of("Orders", "x")).queue().brokerName())
                    .isEqualTo("broker-b");
        }
    }

    @Test
    void aBrokerThatIsAwayIsLeftOutForAWhile() {
        ScriptedCluster cluster = cluster("broker-a", "broker-b").topic("Orders", 4);
        cluster.broker("broker-b").on(SEND, SenderTest::ok);
        cluster.broker("broker-a").close();
        Sender sender = sender(cluster);
        for (int i = 0; i < 20; i++) {
            assertThat(sent(sender, Message.of("Orders", "x")).queue().brokerName())
                    .isEqualTo("broker-b");
        }
    }

    @Test
    void anAnswerThatNoOtherBrokerWouldGiveDifferentlyIsFinal() {
        ScriptedCluster cluster = cluster("broker-a").topic("Orders", 1);
        cluster.broker().on(SEND, asked -> Frame.answer(13, "the message is illegal"));
        SendFailedException failure = failure(send(sender(cluster), Message.of("Orders", "x"), QueueChoice.ANY));
        assertThat(failure.reason()).isEqualTo(Refusal.ILLEGAL_ARGUMENT);
        assertThat(failure.mayBeStored()).isFalse();
        assertThat(failure).hasMessageContaining("the message is illegal");
        assertThat(cluster.broker().heard(SEND)).hasSize(1);
    }

    @Test
    void triesEndWithTheRetriesAllowed() {
        ScriptedCluster cluster = cluster("broker-a").topic("Orders", 1);
        cluster.broker().on(SEND, asked -> Frame.answer(1, "broken"));
        failure(send(sender(cluster, config(1024, 3)), Message.of("Orders", "x"), QueueChoice.ANY));
        assertThat(cluster.broker().heard(SEND)).hasSize(4);
    }

    @Test
    void aSendToOneQueueIsTriedAgainThere() {
        ScriptedCluster cluster = cluster("broker-a", "broker-b").topic("Orders", 1);
        cluster.broker("broker-a").on(SEND, asked -> Frame.answer(1, "broken"));
        cluster.broker("broker-b").on(SEND, SenderTest::ok);
        failure(send(sender(cluster), Message.of("Orders", "x"), new QueueChoice.AtIndex(0)));
        assertThat(cluster.broker("broker-a").heard(SEND)).hasSize(3);
        assertThat(cluster.broker("broker-b").heard(SEND)).isEmpty();
    }

    @Test
    void aSilentBrokerLeavesADoubtWhetherTheMessageIsStored() {
        ScriptedCluster cluster = cluster("broker-a").topic("Orders", 1);
        cluster.broker().on(SEND, SenderTest::ok);
        Sender sender = sender(cluster);
        sent(sender, Message.of("Orders", "connected"));
        cluster.broker().onAsync(SEND, asked -> new CompletableFuture<>());
        SendFailedException failure = failure(
                sender.send(Message.of("Orders", "x"), QueueChoice.ANY, Duration.ofMillis(1_500), WhenFull.WAIT));
        assertThat(failure.mayBeStored()).isTrue();
        assertThat(failure.reason()).isEqualTo(Refusal.UNAVAILABLE);
    }

    @Test
    void aMessageThatWasNeverSentIsCertainlyNotStored() {
        ScriptedCluster cluster = cluster("broker-a").topic("Orders", 1);
        cluster.broker().close();
        SendFailedException failure = failure(sender(cluster)
                .send(Message.of("Orders", "x"), QueueChoice.ANY, Duration.ofMillis(500), WhenFull.WAIT));
        assertThat(failure.mayBeStored()).as(failure.getMessage()).isFalse();
        assertThat(failure.reason()).isEqualTo(Refusal.UNAVAILABLE);
    }

    @Test
    void aStoredMessageMayCarryADoubt() {
        ScriptedCluster cluster = cluster("broker-a").topic("Orders", 1);
        Sender sender = sender(cluster);
        cluster.broker().on(SEND, asked -> stored(10, 0, 1, idAt(1)));
        assertThat(sent(sender, Message.of("Orders", "x")).doubt()).contains(Doubt.FLUSH_TIMEOUT);
        cluster.broker().on(SEND, asked -> stored(11, 0, 1, idAt(1)));
        assertThat(sent(sender, Message.of("Orders", "x")).doubt()).contains(Doubt.NO_REPLICA);
        cluster.broker().on(SEND, asked -> stored(12, 0, 1, idAt(1)));
        assertThat(sent(sender, Message.of("Orders", "x")).doubt()).contains(Doubt.REPLICA_TIMEOUT);
    }

    @Test
    void anAnswerThatCannotBeReadDoesNotLeaveTheSenderHanging() {
        ScriptedCluster cluster = cluster("broker-a").topic("Orders", 1);
        cluster.broker().on(SEND, asked -> stored(0, 0, 1, "no message id"));
        Sender sender = sender(cluster);
        assertThat(failure(send(sender, Message.of("Orders", "x"), QueueChoice.ANY))
                        .mayBeStored())
                .isTrue();
        assertThat(sender.bytesInFlight()).isZero();
    }

    // ---- how many at once ----

    @Test
    void sendsBeyondTheBytesAllowedAreRefusedOrWaitForRoom() {
        ScriptedCluster cluster = cluster("broker-a").topic("Orders", 1);
        CompletableFuture<Frame> held = new CompletableFuture<>();
        cluster.broker().onAsync(SEND, asked -> held);
        Sender sender = sender(cluster, config(1000, 0));
        Message message = Message.of(new TopicName("Orders"), new byte[600]);
        CompletionStage<Sent> first = send(sender, message, QueueChoice.ANY);

        assertThat(failure(sender.send(message, QueueChoice.ANY, TIMEOUT, WhenFull.REFUSE))
                        .reason())
                .isEqualTo(Refusal.OVERLOADED);
        CompletableFuture<Sent> second = CompletableFuture.supplyAsync(() -> send(sender, message, QueueChoice.ANY))
                .thenCompose(stage -> stage);
        await().until(() -> cluster.broker().heard(SEND).size() == 1);
        assertThat(second).isNotDone();
        held.complete(stored(0, 0, 1, idAt(1)));
        first.toCompletableFuture().join();
        second.join();
        assertThat(sender.bytesInFlight()).isZero();
    }

    @Test
    void closingTheLinkFailsWhatIsUnderWay() {
        ScriptedCluster cluster = cluster("broker-a").topic("Orders", 1);
        cluster.broker().onAsync(SEND, asked -> new CompletableFuture<>());
        Sender sender = sender(cluster);
        CompletableFuture<Sent> waiting =
                send(sender, Message.of("Orders", "x"), QueueChoice.ANY).toCompletableFuture();
        await().until(() -> cluster.broker().heard(SEND).size() == 1);
        assertThatThrownBy(() -> {
                    open.get(1).close();
                    waiting.join();
                })
                .hasCauseInstanceOf(SendFailedException.class);
    }
}
