package io.sluice.client.send;

import static io.sluice.client.script.ScriptedCluster.idAt;
import static io.sluice.client.script.ScriptedCluster.stored;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.client.link.ClientIds;
import io.sluice.client.link.ClusterLink;
import io.sluice.client.link.LinkConfig;
import io.sluice.client.route.RouteCache;
import io.sluice.client.route.RouteConfig;
import io.sluice.client.route.TopicRoute;
import io.sluice.client.script.ScriptedCluster;
import io.sluice.client.script.ScriptedServer.Asked;
import io.sluice.client.send.Sender.WhenFull;
import io.sluice.model.GroupName;
import io.sluice.model.Message;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.port.Placement;
import io.sluice.port.Refusal;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.frame.Fields;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.message.Compression;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sends with an idempotency key whose first try is stored at broker-a and not answered, while the route changes. */
class SendInDoubtTest {
    private static final TopicName TOPIC = new TopicName("Once");
    private static final Duration LONG = Duration.ofSeconds(60);
    /** Ends soon, and leaves time for a first try on a machine that is busy. */
    private static final Duration SHORT = Duration.ofSeconds(3);

    private static final int SEND = RequestCode.SEND_MESSAGE_V2;

    private ScriptedCluster cluster;
    private ClusterLink link;
    private RouteCache routes;
    private Sender sender;

    @BeforeEach
    void open() {
        cluster = new ScriptedCluster("broker-a", "broker-b").topic(TOPIC.value(), 2);
        cluster.broker("broker-b").on(SEND, SendInDoubtTest::ok);
        link = ClusterLink.open(LinkConfig.of(List.of(cluster.nameServer().address()), ClientIds.next()));
        routes = new RouteCache(link, RouteConfig.DEFAULT);
        SendConfig config = new SendConfig(
                new GroupName("PG"),
                LONG,
                2,
                4 * 1024 * 1024,
                4096,
                Compression.ZLIB,
                5,
                1024 * 1024,
                SendConfig.BATCH_BYTES,
                Duration.ZERO,
                true);
        sender = new Sender(link, routes, config, 4, new UniqueKeys(InetAddress.getLoopbackAddress()));
    }

    @AfterEach
    void close() {
        routes.close();
        link.close();
        cluster.close();
    }

    private static Frame ok(Asked asked) {
        return stored(0, Integer.parseInt(asked.field("e")), 7, idAt(516));
    }

    /** Its queue is one of broker-a when both brokers have two, and one of broker-b when they have three. */
    private static Message once() {
        String key = IntStream.range(0, 1000)
                .mapToObj(i -> "k" + i)
                .filter(each -> Placement.queueFor(each, 4) < 2 && Placement.queueFor(each, 6) > 2)
                .findFirst()
                .orElseThrow();
        return Message.of(TOPIC.value(), "x").withIdempotencyKey(key);
    }

    private CompletableFuture<Sent> send(Duration timeout) {
        return sender.send(once(), QueueChoice.ANY, timeout, WhenFull.WAIT).toCompletableFuture();
    }

    /** The first request is kept, and not answered once the client knows the changed route; the next ones get this answer. */
    private void loseTheFirstAnswerAfter(Runnable change, Frame next) {
        makeConnections();
        AtomicBoolean isFirst = new AtomicBoolean(true);
        cluster.broker("broker-a").onAsync(SEND, asked -> {
            if (!isFirst.getAndSet(false)) {
                return CompletableFuture.completedFuture(next.code() == 0 ? ok(asked) : next);
            }
            change.run();
            routes.refresh(TOPIC).thenRun(cluster.broker("broker-a")::dropClients);
            return new CompletableFuture<>();
        });
    }

    /** So that a first try has nothing to wait for. */
    private void makeConnections() {
        cluster.broker("broker-a").on(SEND, SendInDoubtTest::ok);
        QueueChoice atA = new QueueChoice.Exactly(new MessageQueue(TOPIC, "broker-a", 0));
        sender.send(Message.of(TOPIC.value(), "first"), atA, LONG, WhenFull.WAIT)
                .toCompletableFuture()
                .join();
    }

    private boolean isAtA(Optional<TopicRoute> route) {
        return route.flatMap(known -> known.share("broker-a")).isPresent();
    }

    @Test
    void itsBrokerIsWaitedForWhileOthersGoElsewhere() {
        loseTheFirstAnswerAfter(() -> cluster.onlyOn(TOPIC.value(), "broker-b"), stored(0, 0, 7, idAt(516)));
        CompletableFuture<Sent> waiting = send(LONG);
        await().until(() -> !cluster.broker("broker-a").heard(SEND).isEmpty() && !isAtA(routes.known(TOPIC)));
        Sent other = sender.send(Message.of(TOPIC.value(), "other"), QueueChoice.ANY, LONG, WhenFull.WAIT)
                .toCompletableFuture()
                .join();

        cluster.onAll(TOPIC.value());
        routes.refresh(TOPIC).toCompletableFuture().join();

        assertThat(waiting.join().queue().brokerName()).isEqualTo("broker-a");
        assertThat(other.queue().brokerName()).isEqualTo("broker-b");
        assertThat(cluster.broker("broker-b").heard(SEND)).hasSize(1);
    }

    @Test
    void whenItsBrokerStaysAwayItEndsInDoubt() {
        loseTheFirstAnswerAfter(() -> cluster.onlyOn(TOPIC.value(), "broker-b"), stored(0, 0, 7, idAt(516)));

        assertThat(send(SHORT))
                .failsWithin(LONG)
                .withThrowableThat()
                .havingCause()
                .isInstanceOfSatisfying(SendFailedException.class, failed -> {
                    assertThat(failed.reason()).isEqualTo(Refusal.UNAVAILABLE);
                    assertThat(failed.mayBeStored()).isTrue();
                });
        assertThat(cluster.broker("broker-b").heard(SEND)).isEmpty();
        assertThat(sender.bytesInFlight()).isZero();
    }

    private void forgetTopic() {
        cluster.forget(TOPIC.value());
        routes.forget(TOPIC);
    }

    @Test
    void aTopicThatIsGoneIsAskedForWithPausesUntilItIsBack() {
        loseTheFirstAnswerAfter(this::forgetTopic, stored(0, 0, 7, idAt(516)));
        CompletableFuture<Sent> waiting = send(LONG);
        await().atMost(LONG).until(() -> asksForRoute() > 6);
        cluster.topic(TOPIC.value(), 2);
        assertThat(waiting)
                .succeedsWithin(LONG)
                .satisfies(sent -> assertThat(sent.queue().brokerName()).isEqualTo("broker-a"));
    }

    @Test
    void aTopicThatStaysAwayIsNotAskedForWithoutEnd() {
        loseTheFirstAnswerAfter(this::forgetTopic, stored(0, 0, 7, idAt(516)));
        assertThat(send(SHORT))
                .failsWithin(LONG)
                .withThrowableThat()
                .havingCause()
                .isInstanceOfSatisfying(SendFailedException.class, failed -> assertThat(failed.mayBeStored())
                        .isTrue());
        assertThat(asksForRoute()).isLessThan(40);
        assertThat(sender.bytesInFlight()).isZero();
    }

    private int asksForRoute() {
        return cluster.nameServer().heard(RequestCode.GET_ROUTEINFO_BY_TOPIC).size();
    }

    @Test
    void queuesThatAreAddedDoNotMoveIt() {
        loseTheFirstAnswerAfter(() -> cluster.topic(TOPIC.value(), 3), stored(0, 0, 7, idAt(516)));

        assertThat(send(LONG).join().queue().brokerName()).isEqualTo("broker-a");
        assertThat(cluster.broker("broker-b").heard(SEND)).isEmpty();
    }

    @Test
    void aBrokerThatHasLostTheQueueEndsItInDoubt() {
        loseTheFirstAnswerAfter(
                () -> cluster.topic(TOPIC.value(), 3),
                Frame.answer(29, "request queueId is illegal").withFields(Fields.of("refusal", "NO_SUCH_QUEUE")));

        assertThat(send(LONG))
                .failsWithin(LONG)
                .withThrowableThat()
                .havingCause()
                .isInstanceOfSatisfying(SendFailedException.class, failed -> {
                    assertThat(failed.reason()).isEqualTo(Refusal.NO_SUCH_QUEUE);
                    assertThat(failed.mayBeStored()).isTrue();
                });
        assertThat(cluster.broker("broker-b").heard(SEND)).isEmpty();
    }
}
