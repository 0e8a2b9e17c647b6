package io.sluice.client.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.client.script.ScriptedCluster;
import io.sluice.model.FilterExpression;
import io.sluice.model.GroupName;
import io.sluice.model.Message;
import io.sluice.model.MessageId;
import io.sluice.model.MessageProperties;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.port.BrokerPort;
import io.sluice.port.LeaseReader.LeaseRequest;
import io.sluice.port.LeaseReader.Start;
import io.sluice.port.Placement;
import io.sluice.port.QueueReader.FetchRequest;
import io.sluice.port.QueueReader.Fetched;
import io.sluice.port.QueueReader.Status;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.SendOutcome;
import io.sluice.wire.command.CommandTable;
import io.sluice.wire.command.OffsetCommands.OffsetAnswer;
import io.sluice.wire.command.PullCommands.PullAnswer;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import io.sluice.wire.frame.ProtocolVersion;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the port makes of answers that a Sluice broker would not, or not often, give. */
class RemotePortTest {
    /** Sends that are not answered, or cannot be made, end after it. */
    private static final Duration SEND_TIMEOUT = Duration.ofSeconds(3);

    private ScriptedCluster cluster;
    private BrokerPort port;

    @BeforeEach
    void open() {
        cluster = new ScriptedCluster("broker-a").topic("Orders", 1);
        port = new RemotePortFactory()
                .connect(URI.create("sluice://" + cluster.nameServer().address() + "?sendTimeout="
                        + SEND_TIMEOUT.toMillis() + "ms"));
    }

    @AfterEach
    void close() {
        port.close();
        cluster.close();
    }

    private static RefusedException refusal(CompletionStage<?> stage) {
        Throwable failure =
                stage.toCompletableFuture().handle((done, failed) -> failed).join();
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        assertThat(cause).isInstanceOf(RefusedException.class);
        return (RefusedException) cause;
    }

    private static Frame pulled(int code, long next) {
        return CommandTable.STANDARD.answer(code, "", new PullAnswer(0, next, 3, 9, 0, 0, 0, 0), FrameBody.NONE);
    }

    private Fetched fetch(long offset, Duration maxWait) {
        return port.reader()
                .fetch(new FetchRequest(
                        new MessageQueue(new TopicName("Orders"), "broker-a", 0),
                        offset,
                        32,
                        1 << 20,
                        FilterExpression.ALL,
                        maxWait))
                .toCompletableFuture()
                .join();
    }

    @Test
    void aClusterWithoutLeasesIsToldByName() {
        RefusedException refused = refusal(port.leases()
                .lease(new LeaseRequest(
                        new GroupName("g"),
                        new TopicName("Orders"),
                        FilterExpression.ALL,
                        FilterExpression.ALL,
                        1,
                        Duration.ofSeconds(30),
                        Duration.ZERO,
                        Start.FIRST)));
        assertThat(refused.reason()).isEqualTo(Refusal.NOT_SUPPORTED);
        assertThat(refused).hasMessageStartingWith("not supported by this cluster: leases");
    }

    @Test
    void aSendWhoseFateIsUnknownFailsItsStageAndIsNotCalledRefused() {
        cluster.broker().onAsync(RequestCode.SEND_MESSAGE_V2, asked -> new CompletableFuture<>());
        RefusedException refused = refusal(port.writer().send(Message.of("Orders", "x"), new Placement.Queue(0)));
        assertThat(refused.reason()).isEqualTo(Refusal.UNAVAILABLE);
        assertThat(refused).hasMessageContaining("may be stored");
    }

    @Test
    void aSendThatNeverLeftIsRefused() {
        cluster.broker().close();
        SendOutcome outcome = port.writer()
                .send(Message.of("Orders", "x"), new Placement.Queue(0))
                .toCompletableFuture()
                .join();
        assertThat(outcome).isInstanceOfSatisfying(SendOutcome.Refused.class, refused -> assertThat(refused.reason())
                .isEqualTo(Refusal.UNAVAILABLE));
    }

    @Test
    void messagesTravelAsTheyAreGiven() {
        cluster.broker()
                .on(RequestCode.SEND_MESSAGE_V2, asked -> ScriptedCluster.stored(0, 0, 1, ScriptedCluster.idAt(1)));
        byte[] large = new byte[100_000];
        port.writer()
                .send(
                        new Message(new TopicName("Orders"), large, MessageProperties.NONE.with("a", "b"), 7, 8),
                        Placement.ANY)
                .toCompletableFuture()
                .join();
        assertThat(cluster.broker().heard(RequestCode.SEND_MESSAGE_V2))
                .singleElement()
                .satisfies(asked -> {
                    assertThat(asked.body()).isEqualTo(large);
                    assertThat(asked.field("f")).isEqualTo("0");
                    assertThat(asked.field("i")).isEqualTo("a\u0001b\u0002");
                });
    }

    @Test
    void answersToPullsBecomeTheWordsOfThePort() {
        cluster.broker().on(RequestCode.PULL_MESSAGE, asked -> pulled(20, 8));
        assertThat(fetch(4, Duration.ZERO).status()).isEqualTo(Status.FILTERED_OUT);
        cluster.broker().on(RequestCode.PULL_MESSAGE, asked -> pulled(21, 3));
        assertThat(fetch(1, Duration.ZERO).status()).isEqualTo(Status.BEFORE_RANGE);
        cluster.broker().on(RequestCode.PULL_MESSAGE, asked -> pulled(21, 9));
        Fetched beyond = fetch(20, Duration.ZERO);
        assertThat(beyond.status()).isEqualTo(Status.AFTER_RANGE);
        assertThat(beyond.nextOffset()).isEqualTo(9);
        cluster.broker().on(RequestCode.PULL_MESSAGE, asked -> pulled(19, 9));
        assertThat(fetch(9, Duration.ZERO).status()).isEqualTo(Status.NOTHING_YET);
        assertThat(fetch(5, Duration.ZERO).status())
                .as("a hole in the queue, behind which reading goes on")
                .isEqualTo(Status.FILTERED_OUT);
    }

    @Test
    void aBrokerThatDoesNotHoldPullsIsAskedAgainWithPausesUntilTheWaitIsOver() {
        cluster.broker().on(RequestCode.PULL_MESSAGE, asked -> pulled(19, 9));
        assertThat(fetch(9, Duration.ofSeconds(2)).status()).isEqualTo(Status.NOTHING_YET);
        assertThat(cluster.broker().heard(RequestCode.PULL_MESSAGE)).hasSizeBetween(2, 42);
    }

    @Test
    void aDamagedRecordIsNeverHandedOut() {
        cluster.broker()
                .on(
                        RequestCode.PULL_MESSAGE,
                        asked -> CommandTable.STANDARD.answer(
                                0, "", new PullAnswer(0, 5, 0, 9, 0, 0, 0, 0), FrameBody.of(new byte[200])));
        RefusedException refused = refusal(port.reader()
                .fetch(new FetchRequest(
                        new MessageQueue(new TopicName("Orders"), "broker-a", 0),
                        0,
                        1,
                        1,
                        FilterExpression.ALL,
                        Duration.ZERO)));
        assertThat(refused.reason()).isEqualTo(Refusal.UNAVAILABLE);
        assertThat(refused).hasMessageContaining("damaged");
    }

    @Test
    void anIdNeverMakesThePortCallAStranger() {
        try (ScriptedCluster stranger = new ScriptedCluster("elsewhere")) {
            String address = stranger.broker().address();
            int port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
            assertThat(this.port
                            .lookup()
                            .byId(new MessageId(new InetSocketAddress("127.0.0.1", port), 0))
                            .toCompletableFuture()
                            .join()
                            .slices())
                    .isEmpty();
            assertThat(stranger.broker().codes()).isEmpty();
        }
    }

    @Test
    void aCommitNeverMovesBackAlthoughTheWireWouldLetIt() {
        cluster.broker()
                .on(
                        RequestCode.QUERY_CONSUMER_OFFSET,
                        asked -> ScriptedCluster.answer(new io.sluice.wire.command.OffsetCommands.OffsetAnswer(5)))
                .on(RequestCode.UPDATE_CONSUMER_OFFSET, asked -> Frame.answer(0, ""));
        MessageQueue queue = new MessageQueue(new TopicName("Orders"), "broker-a", 0);
        port.offsets()
                .commit(new GroupName("g"), queue, 4)
                .toCompletableFuture()
                .join();
        assertThat(cluster.broker().heard(RequestCode.UPDATE_CONSUMER_OFFSET)).isEmpty();
        port.offsets()
                .commit(new GroupName("g"), queue, 6)
                .toCompletableFuture()
                .join();
        assertThat(cluster.broker().heard(RequestCode.UPDATE_CONSUMER_OFFSET)).hasSize(1);
    }

    @Test
    void anIdlePortHasFewThreads() {
        cluster.broker()
                .on(RequestCode.SEND_MESSAGE_V2, asked -> ScriptedCluster.stored(0, 0, 1, ScriptedCluster.idAt(1)));
        port.writer()
                .send(Message.of("Orders", "x"), Placement.ANY)
                .toCompletableFuture()
                .join();
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().startsWith("sluice-client"))
                        .count()
                < 5);
    }

    private static Frame ofRelease(int version, Frame answer) {
        return new Frame(
                answer.serialization(),
                answer.code(),
                answer.language(),
                version,
                answer.opaque(),
                answer.flag(),
                answer.remark(),
                answer.fields(),
                answer.body());
    }

    private SendOutcome sendTimed() {
        return port.writer()
                .send(Message.of("Orders", "x").deliverAt(System.currentTimeMillis() + 60_000), Placement.ANY)
                .toCompletableFuture()
                .join();
    }

    @Test
    void anOldClusterThatWouldDeliverATimedMessageAtOnceIsNotSentOne() {
        cluster.broker()
                .on(
                        RequestCode.GET_MAX_OFFSET,
                        asked -> ofRelease(ProtocolVersion.V4_9_4, ScriptedCluster.answer(new OffsetAnswer(0))));
        assertThat(sendTimed()).isInstanceOfSatisfying(SendOutcome.Refused.class, refused -> {
            assertThat(refused.reason()).isEqualTo(Refusal.NOT_SUPPORTED);
            assertThat(refused.remedy())
                    .startsWith("not supported by this cluster: exact times of delivery")
                    .contains("V4_9_4", "V5_0_0");
        });
        assertThat(cluster.broker().heard(RequestCode.SEND_MESSAGE_V2)).isEmpty();
    }

    @Test
    void aBrokerIsAskedOnceWhichReleaseItIs() {
        cluster.broker()
                .on(RequestCode.GET_MAX_OFFSET, asked -> ScriptedCluster.answer(new OffsetAnswer(0)))
                .on(RequestCode.SEND_MESSAGE_V2, asked -> ScriptedCluster.stored(0, 0, 1, ScriptedCluster.idAt(1)));
        assertThat(sendTimed()).isInstanceOf(SendOutcome.Stored.class);
        assertThat(sendTimed()).isInstanceOf(SendOutcome.Stored.class);
        assertThat(cluster.broker().heard(RequestCode.GET_MAX_OFFSET)).hasSize(1);
    }

    @Test
    void aTimedMessageIsNotSentWhileItIsUnknownWhatBecomesOfIt() {
        cluster.broker().close();
        assertThat(sendTimed())
                .isInstanceOfSatisfying(SendOutcome.Refused.class, refused -> assertThat(refused.reason())
                        .isEqualTo(Refusal.UNAVAILABLE));
    }
}
