package io.sluice.broker;

import static io.sluice.broker.NativeNode.COMMANDS;
import static io.sluice.broker.NativeNode.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.model.Caller;
import io.sluice.model.FilterExpression;
import io.sluice.model.GroupName;
import io.sluice.model.Message;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.port.BrokerPort;
import io.sluice.port.LeaseReader.LeaseRequest;
import io.sluice.port.LeaseReader.Leased;
import io.sluice.port.LeaseReader.Settlement.Ack;
import io.sluice.port.LeaseReader.Start;
import io.sluice.port.Placement;
import io.sluice.port.QueueReader.FetchRequest;
import io.sluice.port.QueueReader.Fetched;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.SendOutcome;
import io.sluice.port.TopicCatalog.TopicSettings;
import io.sluice.store.StoreConfig;
import io.sluice.store.file.FileDisk;
import io.sluice.wire.command.OffsetCommands.OffsetAnswer;
import io.sluice.wire.command.OffsetCommands.QueryOffset;
import io.sluice.wire.command.OffsetCommands.UpdateOffset;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.TopicCommands.DeleteTopic;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.message.MessageView;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The life of a broker, and its port beside the native door. */
class BrokerTest {
    private static final TopicName TOPIC = new TopicName("Letters");
    private static final MessageQueue QUEUE = new MessageQueue(TOPIC, "broker-a", 0);

    @TempDir
    Path directory;

    private static <T> T result(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(NativeNode.PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    private static CompletableFuture<Fetched> waitingFetch(BrokerPort port) {
        return port.reader()
                .fetch(new FetchRequest(QUEUE, 0, 1, 1, FilterExpression.ALL, Duration.ofSeconds(60)))
                .toCompletableFuture();
    }

    private static Refusal refusal(CompletableFuture<?> stage) {
        Throwable failure = stage.orTimeout(NativeNode.PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .handle((value, failed) -> failed)
                .join();
        assertThat(failure).isInstanceOf(RefusedException.class);
        return ((RefusedException) failure).reason();
    }

    @Test
    void topicsGroupsOffsetsAndMessagesOutliveARestart() throws IOException {
        try (NativeNode node = NativeNode.in(directory)) {
            node.send("Letters", 0, "a");
            node.send("Letters", 0, "b");
            node.ask(RequestCode.UPDATE_CONSUMER_OFFSET, new UpdateOffset("readers", "Letters", 0, 1));
        }
        try (NativeNode node = new NativeNode(directory, config -> config.withAutoCreateTopics(false))) {
            assertThat(texts(node.pull("Letters", 0, 0))).containsExactly("a", "b");
            Frame offset = node.ask(RequestCode.QUERY_CONSUMER_OFFSET, new QueryOffset("readers", "Letters", 0, false));
            assertThat(COMMANDS.readAnswer(offset, OffsetAnswer.class).offset()).isEqualTo(1);
            assertThat(node.send("Letters", 3, "c").code())
                    .as("four queues, as before")
                    .isZero();
        }
    }

    @Test
    void closingTwiceIsHarmlessAndSoIsClosingWhatWasNeverStarted() throws IOException {
        Broker never = open(0, directory.resolve("never"));
        never.close();
        never.close();
        Broker started = open(0, directory.resolve("started"));
        started.start(List.of());
        started.close();
        started.close();
    }

    private Broker open(int port, Path store) {
        BrokerConfig config = BrokerConfig.in(StoreConfig.in(store).withLogSegmentBytes(1024 * 1024));
        return Broker.open(config.withListenPort(port), new FileDisk(), InstantSource.system());
    }

    @Test
    void aPortThatIsTakenStopsTheStartWithASentenceAndNothingStaysOpen() throws IOException {
        Path store = directory.resolve("store");
        try (ServerSocket taken = new ServerSocket(0)) {
            Broker broker = open(taken.getLocalPort(), store);
            assertThatThrownBy(() -> broker.start(List.of()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(Integer.toString(taken.getLocalPort()));
            broker.close();
        }
        Broker again = open(0, store);
        again.start(List.of());
        again.close();
    }

    @Test
    void aStoreThatIsInUseIsNotOpenedTwice() throws IOException {
        try (NativeNode node = NativeNode.in(directory)) {
            assertThat(node.send("Letters", 0, "a").code()).isZero();
            assertThatThrownBy(() -> open(0, directory)).hasMessageContaining("use");
        }
    }

    @Test
    void whoWaitsWhenTheBrokerClosesIsTold() throws IOException {
        NativeNode node = NativeNode.in(directory);
        node.send("Letters", 0, "a");
        CompletableFuture<Fetched> waiting = node.broker()
                .port()
                .reader()
                .fetch(new FetchRequest(QUEUE, 1, 1, 1, FilterExpression.ALL, Duration.ofSeconds(60)))
                .toCompletableFuture();
        node.close();
        assertThat(refusal(waiting)).isEqualTo(Refusal.UNAVAILABLE);
    }

    @Test
    void closingAPortEndsItsOwnQuestionsAndNoOthers() throws IOException {
        try (NativeNode node = NativeNode.in(directory)) {
            BrokerPort one = node.broker().port();
            BrokerPort other = node.broker().port();
            result(one.topics().put(TOPIC, TopicSettings.ofQueues(1)));
            CompletableFuture<Fetched> ofOne = waitingFetch(one);
            CompletableFuture<Fetched> ofOther = waitingFetch(other);

            one.onBehalfOf(Caller.anonymous("test", "nowhere")).close();
            assertThat(ofOne).as("a view holds nothing").isNotDone();
            one.close();

            assertThat(refusal(ofOne)).isEqualTo(Refusal.UNAVAILABLE);
            assertThat(refusal(waitingFetch(one))).isEqualTo(Refusal.UNAVAILABLE);
            node.send("Letters", 0, "hello");
            try (Fetched fetched = result(ofOther)) {
                assertThat(fetched.records().slices()).hasSize(1);
            }
        }
    }

    @Test
    void aViewSaysWhereItsMessagesComeFrom() throws IOException {
        try (NativeNode node = NativeNode.in(directory)) {
            BrokerPort port = node.broker().port();
            result(port.topics().put(TOPIC, TopicSettings.ofQueues(1)));
            for (String address : List.of("10.1.2.3:4711", "[fd00::7]:99", "somewhere", "999.1.1.1:5")) {
                result(port.onBehalfOf(Caller.anonymous("mqtt", address))
                        .writer()
                        .send(Message.of(TOPIC, new byte[0]), Placement.ANY));
            }
            try (Fetched fetched = result(
                    port.reader().fetch(new FetchRequest(QUEUE, 0, 9, 9999, FilterExpression.ALL, Duration.ZERO)))) {
                assertThat(fetched.records().slices())
                        .extracting(slice ->
                                MessageView.of(slice).bornHost().getAddress().getHostAddress())
                        .containsExactly("10.1.2.3", "fd00:0:0:0:0:0:0:7", "127.0.0.1", "127.0.0.1");
            }
        }
    }

    @Test
    void aMessageGoesFromOneDoorToTheOther() throws IOException {
        try (NativeNode node = NativeNode.in(directory)) {
            BrokerPort port = node.broker().port();
            node.send("Letters", 0, "from native", "TAGS", "a");
            try (Fetched fetched = result(port.reader()
                    .fetch(new FetchRequest(QUEUE, 0, 9, 9999, FilterExpression.tags("a"), Duration.ZERO)))) {
                assertThat(NativeNode.text(
                                MessageView.of(fetched.records().slices().get(0))))
                        .isEqualTo("from native");
            }
            result(port.writer().send(Message.of("Letters", "from port"), new Placement.Queue(0)));
            assertThat(texts(node.pull("Letters", 0, 1))).containsExactly("from port");
        }
    }

    @Test
    void aTopicThatIsDeletedAndMadeAgainIsLeasedFromItsBeginning() throws IOException {
        try (NativeNode node = NativeNode.in(directory)) {
            BrokerPort port = node.broker().port();
            result(port.topics().put(TOPIC, TopicSettings.ofQueues(1)));
            node.send("Letters", 0, "old");
            leaseAndAck(port, "old");

            node.ask(RequestCode.DELETE_TOPIC_IN_BROKER, new DeleteTopic("Letters"));
            result(port.topics().put(TOPIC, TopicSettings.ofQueues(1)));
            node.send("Letters", 0, "new");

            leaseAndAck(port, "new");
        }
    }

    @Test
    void aResetBringsBackWhatALeasingGroupHasSettled() throws IOException {
        try (NativeNode node = NativeNode.in(directory)) {
            BrokerPort port = node.broker().port();
            result(port.topics().put(TOPIC, TopicSettings.ofQueues(1)));
            node.send("Letters", 0, "again");
            leaseAndAck(port, "again");
            result(port.offsets().reset(new GroupName("crew"), QUEUE, 0));
            leaseAndAck(port, "again");
        }
    }

    private static void leaseAndAck(BrokerPort port, String expected) {
        LeaseRequest request = new LeaseRequest(
                new GroupName("crew"),
                TOPIC,
                FilterExpression.ALL,
                FilterExpression.ALL,
                1,
                Duration.ofSeconds(30),
                Duration.ofSeconds(10),
                Start.FIRST);
        try (Leased leased = result(port.leases().lease(request))) {
            assertThat(leased.leases()).hasSize(1);
            assertThat(NativeNode.text(MessageView.of(leased.leases().get(0).slice())))
                    .isEqualTo(expected);
            result(port.leases().settle(List.of(new Ack(leased.leases().get(0).receipt()))));
        }
    }

    @Test
    void doorsInTheProcessMayNotSendToTheBrokersOwnTopics() throws IOException {
        try (NativeNode node = NativeNode.in(directory)) {
            for (String own : List.of("%RETRY%crew", "%DLQ%crew", "TBW102", "SCHEDULE_TOPIC_XXXX")) {
                assertThat(result(node.broker().port().writer().send(Message.of(own, "x"), Placement.ANY)))
                        .isInstanceOfSatisfying(SendOutcome.Refused.class, refused -> assertThat(refused.reason())
                                .isEqualTo(Refusal.NOT_WRITABLE));
            }
        }
    }

    @Test
    void idleParkedReadsLeaveWhenNobodyWaitsForThemAnyMore() throws IOException {
        try (NativeNode node = NativeNode.in(directory)) {
            BrokerPort port = node.broker().port();
            result(port.topics().put(TOPIC, TopicSettings.ofQueues(1)));
            CompletableFuture<Fetched> waiting = waitingFetch(port);
            await().atMost(NativeNode.PATIENCE)
                    .until(() -> NativeAdminTest.state(node).get("parkedReads").equals("1"));
            waiting.cancel(false);
            assertThat(NativeAdminTest.state(node)).containsEntry("parkedReads", "0");
        }
    }
}
