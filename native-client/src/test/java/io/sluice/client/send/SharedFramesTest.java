package io.sluice.client.send;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.client.link.ClientIds;
import io.sluice.client.link.ClusterLink;
import io.sluice.client.link.LinkConfig;
import io.sluice.client.route.RouteCache;
import io.sluice.client.route.RouteConfig;
import io.sluice.client.script.ScriptedCluster;
import io.sluice.client.script.StoringBroker;
import io.sluice.client.script.StoringBroker.Arrived;
import io.sluice.client.script.StoringBroker.Fate;
import io.sluice.client.script.StoringBroker.Stored;
import io.sluice.client.send.Sender.WhenFull;
import io.sluice.model.GroupName;
import io.sluice.model.Message;
import io.sluice.model.PropertyNames;
import io.sluice.model.TopicName;
import io.sluice.port.Refusal;
import io.sluice.wire.message.Compression;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Sends that are under way together travel in one frame, and each gets what is its own. */
class SharedFramesTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final QueueChoice FIRST = new QueueChoice.AtIndex(0);

    private final List<AutoCloseable> open = new ArrayList<>();
    private ScriptedCluster cluster;
    private ClusterLink link;
    private StoringBroker broker;

    @AfterEach
    void closeAll() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    private Sender sender(int queues, int batchBytes, Duration linger) {
        cluster = new ScriptedCluster("broker-a").topic("Orders", queues);
        open.add(cluster);
        broker = new StoringBroker(cluster.broker());
        link = ClusterLink.open(LinkConfig.of(List.of(cluster.nameServer().address()), ClientIds.next()));
        open.add(link);
        RouteCache routes = new RouteCache(link, RouteConfig.DEFAULT);
        open.add(routes);
        SendConfig config = new SendConfig(
                new GroupName("PG"),
                TIMEOUT.plus(linger),
                2,
                1 << 20,
                4096,
                Compression.ZLIB,
                5,
                1 << 26,
                batchBytes,
                linger,
                true);
        return new Sender(link, routes, config, 4, new UniqueKeys(InetAddress.getLoopbackAddress()));
    }

    private Sender sender(int queues) {
        return sender(queues, SendConfig.BATCH_BYTES, Duration.ZERO);
    }

    private static CompletableFuture<Sent> send(Sender sender, Message message, QueueChoice choice) {
        return sender.send(message, choice, TIMEOUT, WhenFull.WAIT).toCompletableFuture();
    }

    private static List<CompletableFuture<Sent>> sendAll(Sender sender, QueueChoice choice, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> send(sender, Message.of("Orders", "m" + i), choice))
                .toList();
    }

    private static List<String> texts(int count) {
        return IntStream.range(0, count).mapToObj(i -> "m" + i).toList();
    }

    private static SendFailedException failureOf(CompletableFuture<Sent> send) {
        Throwable failure = send.handle((sent, failed) -> failed).join();
        assertThat(failure).isInstanceOf(SendFailedException.class);
        return (SendFailedException) failure;
    }

    private List<String> storedIn(int queue) {
        return broker.queue(queue).stream().map(Stored::text).toList();
    }

    @Test
    void whatPilesUpBehindAFrameTravelsTogetherAndIsAnsweredEachForItself() {
        Sender sender = sender(1);
        List<CompletableFuture<Sent>> sends = broker.whileHolding(() -> sendAll(sender, FIRST, 300));
        List<Sent> sent = sends.stream().map(CompletableFuture::join).toList();

        assertThat(broker.frames()).hasSizeLessThan(100).anyMatch(Arrived::isBatch);
        for (int i = 0; i < sent.size(); i++) {
            Stored stored = broker.queue(0).get((int) sent.get(i).queueOffset());
            assertThat(stored.text()).isEqualTo("m" + i);
            assertThat(sent.get(i).uniqueKey()).isEqualTo(stored.uniqueKey()).hasSize(32);
            assertThat(sent.get(i).logOffset()).isEqualTo(stored.logOffset());
            assertThat(sent.get(i).messageId()).isEqualTo(ScriptedCluster.idAt(stored.logOffset()));
        }
        assertThat(sent).extracting(Sent::uniqueKey).doesNotHaveDuplicates();
        assertThat(sender.bytesInFlight()).isZero();
    }

    @Test
    void messagesForOneQueueAreStoredInOrderAlsoBeforeTheRouteIsKnown() {
        sendAll(sender(4), new QueueChoice.AtIndex(2), 300).forEach(CompletableFuture::join);
        assertThat(storedIn(2)).containsExactlyElementsOf(texts(300));
    }

    @Test
    void aMessageThatIsAloneIsAPlainSend() {
        Sender sender = sender(4);
        for (int i = 0; i < 5; i++) {
            send(sender, Message.of("Orders", "m" + i), QueueChoice.ANY).join();
        }
        assertThat(broker.frames()).hasSize(5).noneMatch(Arrived::isBatch);
    }

    @Test
    void sendsWithoutAWishShareFramesAndAllQueuesGetTheirPart() {
        Sender sender = sender(4);
        for (int round = 0; round < 20; round++) {
            broker.whileHolding(() -> sendAll(sender, QueueChoice.ANY, 100)).forEach(CompletableFuture::join);
        }
        assertThat(broker.frames()).hasSizeLessThan(1000);
        assertThat(IntStream.range(0, 4)).allMatch(queue -> !broker.queue(queue).isEmpty());
    }

    @Test
    void aFrameHasNoMoreThanTheBytesAllowed() {
        Sender sender = sender(1, 1024, Duration.ZERO);
        sendAll(sender, FIRST, 200).forEach(CompletableFuture::join);
        assertThat(broker.frames())
                .allMatch(frame -> frame.texts().size() <= 1024 / (BatchEncoder.FIXED_BYTES + 2 + 42));
        assertThat(storedIn(0)).containsExactlyElementsOf(texts(200));
    }

    @Test
    void withoutBatchesEveryMessageTravelsAlone() {
        Sender sender = sender(1, SendConfig.NO_BATCHES, Duration.ZERO);
        sendAll(sender, FIRST, 50).forEach(CompletableFuture::join);
        assertThat(broker.frames()).hasSize(50).noneMatch(Arrived::isBatch);
        assertThat(storedIn(0)).containsExactlyElementsOf(texts(50));
    }

    @Test
    void aLingerLetsTheFirstMessageWaitForOthers() {
        Sender sender = sender(1, SendConfig.BATCH_BYTES, Duration.ofSeconds(2));
        sendAll(sender, FIRST, 20).forEach(CompletableFuture::join);
        assertThat(broker.frames()).hasSize(1);
    }

    @Test
    void aFullFrameDoesNotLinger() {
        Duration linger = Duration.ofMinutes(2);
        Sender sender = sender(2, 1024, linger);
        Duration timeout = linger.multipliedBy(2);
        List<CompletableFuture<Sent>> sends = IntStream.range(0, 50)
                .mapToObj(i -> sender.send(Message.of("Orders", "m" + i), QueueChoice.ANY, timeout, WhenFull.WAIT)
                        .toCompletableFuture())
                .toList();
        await().until(() -> sends.get(0).isDone());
    }

    @Test
    void whatMayNotBeInABatchTravelsAloneInItsPlace() {
        Sender sender = sender(1);
        List<CompletableFuture<Sent>> sends = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            Message message = Message.of("Orders", "m" + i);
            Message marked = i % 10 == 5 ? message.withProperty(PropertyNames.DELAY_LEVEL, "1") : message;
            sends.add(send(sender, i % 10 == 7 ? marked.withProperty("WAIT", "false") : marked, FIRST));
        }
        sends.forEach(CompletableFuture::join);
        assertThat(storedIn(0)).containsExactlyElementsOf(texts(60));
        assertThat(broker.frames()).filteredOn(Arrived::isBatch).allSatisfy(frame -> assertThat(frame.texts())
                .noneMatch(text -> text.matches("m[0-9]?[57]")));
    }

    @Test
    void compressedBodiesTravelAlone() {
        Sender sender = sender(1);
        List<CompletableFuture<Sent>> sends = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            sends.add(send(sender, Message.of(new TopicName("Orders"), new byte[5000]), FIRST));
        }
        sends.forEach(CompletableFuture::join);
        assertThat(broker.frames()).hasSize(20).noneMatch(Arrived::isBatch);
    }

    @Test
    void messagesMadeFarApartKeepTheirBornTimes() {
        Sender sender = sender(1);
        List<CompletableFuture<Sent>> sends = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Message message = Message.of("Orders", "m" + i);
            sends.add(send(
                    sender, new Message(message.topic(), message.body(), message.properties(), 0, 10_000L * i), FIRST));
        }
        sends.forEach(CompletableFuture::join);
        assertThat(broker.frames()).hasSize(20);
    }

    @Test
    void aRefusalBecauseOfOneMessageIsNotThatOfItsCompanions() {
        Sender sender = sender(1);
        broker.rule(frame -> frame.texts().contains("m33") ? Fate.ILLEGAL : Fate.STORE);
        List<CompletableFuture<Sent>> sends = sendAll(sender, FIRST, 60);

        SendFailedException failure = failureOf(sends.get(33));
        assertThat(failure.reason()).isEqualTo(Refusal.ILLEGAL_ARGUMENT);
        assertThat(failure.mayBeStored()).isFalse();
        List<String> others = new ArrayList<>(texts(60));
        others.remove("m33");
        await().untilAsserted(() -> assertThat(sends).allMatch(CompletableFuture::isDone));
        assertThat(storedIn(0)).containsExactlyElementsOf(others);
    }

    @Test
    void aFrameThatIsSentAgainIsNotOvertaken() {
        Sender sender = sender(1);
        List<Fate> fates = new ArrayList<>(List.of(Fate.BUSY, Fate.STORE, Fate.BUSY, Fate.DROP));
        broker.rule(frame -> fates.isEmpty() ? Fate.STORE : fates.remove(0));
        sendAll(sender, new QueueChoice.ByKey("customer-7"), 500).forEach(CompletableFuture::join);
        assertThat(storedIn(0)).containsExactlyElementsOf(texts(500));
    }

    /** At 5 ms for each message ten thousand would need 50 s, more than their timeout. */
    @Test
    void aBrokerSlowPerFrameIsNoReasonForManySendsToRunOutOfTime() {
        Sender sender = sender(4);
        broker.slow(Duration.ofMillis(5));
        sendAll(sender, QueueChoice.ANY, 10_000).forEach(CompletableFuture::join);
        assertThat(broker.frames()).hasSizeLessThan(5000);
    }

    @Test
    void aMessageWhoseTimeIsOverWhileItWaitsWasCertainlyNotStored() {
        Sender sender = sender(1);
        broker.rule(frame -> Fate.STORE_SILENTLY);
        CompletableFuture<Sent> first = send(sender, Message.of("Orders", "first"), FIRST);
        await().until(() -> broker.frames().size() == 1);
        CompletableFuture<Sent> second = sender.send(
                        Message.of("Orders", "second"), FIRST, Duration.ofMillis(200), WhenFull.WAIT)
                .toCompletableFuture();

        assertThat(failureOf(second).mayBeStored()).isFalse();
        assertThat(first).isNotDone();
        assertThat(storedIn(0)).containsExactly("first");
    }

    @Test
    void closingTheLinkFailsAlsoWhatHasNotBeenSent() {
        Sender sender = sender(1);
        broker.rule(frame -> Fate.STORE_SILENTLY);
        List<CompletableFuture<Sent>> sends = sendAll(sender, FIRST, 1000);
        await().until(() -> !broker.frames().isEmpty());
        link.close();
        sends.forEach(SharedFramesTest::failureOf);
        failureOf(send(sender, Message.of("Orders", "late"), FIRST));
        assertThat(sender.bytesInFlight()).isZero();
    }
}
