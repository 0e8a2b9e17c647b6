package io.sluice.gateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.gateway.node.NodeProcess;
import io.sluice.model.FilterExpression;
import io.sluice.model.GroupName;
import io.sluice.model.Message;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.port.BrokerPort;
import io.sluice.port.BrokerPortFactory;
import io.sluice.port.LeaseReader.Lease;
import io.sluice.port.LeaseReader.LeaseRequest;
import io.sluice.port.LeaseReader.Leased;
import io.sluice.port.LeaseReader.Result;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.LeaseReader.Start;
import io.sluice.port.Placement;
import io.sluice.port.QueueReader.FetchRequest;
import io.sluice.port.QueueReader.Fetched;
import io.sluice.port.SendOutcome;
import io.sluice.port.TopicCatalog.TopicSettings;
import io.sluice.wire.message.MessageView;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SIGKILL in the middle of the work, then a restart on the same directory. */
class KillNineTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int IN_FLIGHT_MAX = 256;
    private static final int QUEUES = 4;

    @TempDir
    Path directory;

    private static <T> T result(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    private static BrokerPort portTo(NodeProcess node) {
        return BrokerPortFactory.open(URI.create("sluice://" + node.nameServer()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ASYNC_FLUSH", "SYNC_FLUSH"})
    void everyAcknowledgedMessageIsStillThereInOrder(String flush) {
        Path data = directory.resolve("data");
        TopicName topic = new TopicName("Survivors");
        Map<MessageQueue, Map<Long, String>> acknowledged = new ConcurrentHashMap<>();

        try (NodeProcess node = NodeProcess.up(data, "flushDiskType=" + flush);
                BrokerPort port = portTo(node)) {
            result(port.topics().put(topic, TopicSettings.ofQueues(QUEUES)));
            sendUntilKilled(node, port, topic, acknowledged);
        }

        int count = acknowledged.values().stream().mapToInt(Map::size).sum();
        assertThat(count).as("messages acknowledged before the kill").isGreaterThanOrEqualTo(500);
        try (NodeProcess node = NodeProcess.up(data, "flushDiskType=" + flush);
                BrokerPort port = portTo(node)) {
            acknowledged.forEach((queue, expected) -> {
                List<String> found = readAll(port, queue);
                expected.forEach((offset, body) -> assertThat(found.get(offset.intValue()))
                        .as("%s at %d", queue, offset)
                        .isEqualTo(body));
                assertThat(numbersIn(found)).as("order of %s", queue).isSorted();
            });
        }
    }

    /** Sends with a bound in flight and kills the node once enough is acknowledged, with more on its way. */
    private static void sendUntilKilled(
            NodeProcess node, BrokerPort port, TopicName topic, Map<MessageQueue, Map<Long, String>> acknowledged) {
        Semaphore inFlight = new Semaphore(IN_FLIGHT_MAX);
        AtomicBoolean killed = new AtomicBoolean();
        AtomicInteger done = new AtomicInteger();
        for (int number = 0; !killed.get(); number++) {
            inFlight.acquireUninterruptibly();
            String body = "m-%09d".formatted(number);
            port.writer()
                    .send(
                            Message.of(topic, body.getBytes(StandardCharsets.UTF_8)),
                            new Placement.Queue(number % QUEUES))
                    .whenComplete((outcome, failed) -> {
                        if (outcome instanceof SendOutcome.Stored stored) {
                            acknowledged
                                    .computeIfAbsent(stored.queue(), none -> new ConcurrentSkipListMap<>())
                                    .put(stored.queueOffset(), body);
                            done.incrementAndGet();
                        }
                        inFlight.release();
                    });
            if (done.get() >= 1000 && killed.compareAndSet(false, true)) {
                node.kill();
            }
        }
        await().atMost(PATIENCE).until(() -> inFlight.availablePermits() == IN_FLIGHT_MAX);
    }

    private static List<String> readAll(BrokerPort port, MessageQueue there) {
        MessageQueue queue = result(port.topics().describe(there.topic())).orElseThrow().readable().stream()
                .filter(known -> known.queueId() == there.queueId())
                .findFirst()
                .orElseThrow();
        List<String> bodies = new ArrayList<>();
        long end = result(port.reader().range(queue)).max();
        while (bodies.size() < end) {
            try (Fetched fetched = result(port.reader()
                    .fetch(new FetchRequest(queue, bodies.size(), 32, 1 << 20, FilterExpression.ALL, Duration.ZERO)))) {
                assertThat(fetched.records().slices()).isNotEmpty();
                for (ByteBuffer slice : fetched.records().slices()) {
                    MessageView view = MessageView.of(slice);
                    assertThat(view.queueOffset()).isEqualTo(bodies.size());
                    bodies.add(new String(view.body(), StandardCharsets.UTF_8));
                }
            }
        }
        return bodies;
    }

    private static List<Integer> numbersIn(List<String> bodies) {
        return bodies.stream().map(body -> Integer.parseInt(body.substring(2))).toList();
    }

    @Test
    void offsetsAndSettlementsAreKept() throws Exception {
        Path data = directory.resolve("data");
        TopicName topic = new TopicName("Progress");
        GroupName group = new GroupName("workers");
        Set<String> acknowledged = new TreeSet<>();
        MessageQueue queue;

        try (NodeProcess node = NodeProcess.up(data);
                BrokerPort port = portTo(node)) {
            queue = result(port.topics().put(topic, TopicSettings.ofQueues(1)))
                    .readable()
                    .get(0);
            for (int number = 0; number < 20; number++) {
                result(port.writer().send(Message.of(topic.value(), "m-" + number), Placement.ANY));
            }
            result(port.offsets().commit(new GroupName("readers"), queue, 7));
            Path table = data.resolve("store/config/consumerOffset.json");
            await().atMost(PATIENCE)
                    .until(() -> Files.exists(table) && Files.readString(table).contains("Progress@readers"));
            try (Leased leased = result(port.leases().lease(lease(group, topic, 10)))) {
                assertThat(leased.leases()).hasSize(10);
                for (Lease lease : leased.leases().subList(2, 8)) {
                    acknowledged.add(text(lease));
                    assertThat(result(port.leases().settle(List.of(new Settlement.Ack(lease.receipt()))))
                                    .get(0)
                                    .result())
                            .isEqualTo(Result.DONE);
                }
            }
            node.kill();
        }

        try (NodeProcess node = NodeProcess.up(data);
                BrokerPort port = portTo(node)) {
            assertThat(result(port.offsets().committed(new GroupName("readers"), queue)))
                    .hasValue(7);
            Set<String> again = new TreeSet<>();
            await().atMost(PATIENCE).until(() -> {
                try (Leased leased = result(port.leases().lease(lease(group, topic, 20)))) {
                    leased.leases().forEach(lease -> again.add(text(lease)));
                }
                return again.size() >= 14;
            });
            assertThat(again).hasSize(14).doesNotContainAnyElementsOf(acknowledged);
        }
    }

    private static LeaseRequest lease(GroupName group, TopicName topic, int max) {
        return new LeaseRequest(
                group,
                topic,
                FilterExpression.ALL,
                FilterExpression.ALL,
                max,
                Duration.ofMinutes(5),
                Duration.ofSeconds(5),
                Start.FIRST);
    }

    private static String text(Lease lease) {
        return new String(MessageView.of(lease.slice()).body(), StandardCharsets.UTF_8);
    }
}
