package io.sluice.gateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.gateway.node.AcknowledgedMessages;
import io.sluice.gateway.node.AcknowledgedMessages.Tally;
import io.sluice.gateway.node.NodeProcess;
import io.sluice.model.FilterExpression;
import io.sluice.model.GroupName;
import io.sluice.model.Message;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.port.BrokerPort;
import io.sluice.port.LeaseReader.Lease;
import io.sluice.port.LeaseReader.LeaseRequest;
import io.sluice.port.LeaseReader.Leased;
import io.sluice.port.LeaseReader.Result;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.LeaseReader.Start;
import io.sluice.port.Placement;
import io.sluice.port.TopicCatalog.TopicSettings;
import io.sluice.wire.message.MessageView;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SIGKILL in the middle of the work, then a restart on the same directory. */
class KillNineTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int ACKNOWLEDGED_BEFORE_KILL = 1000;

    @TempDir
    Path directory;

    private static <T> T result(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ASYNC_FLUSH", "SYNC_FLUSH"})
    void everyAcknowledgedMessageIsStillThereInOrder(String flush) {
        Path data = directory.resolve("data");
        AcknowledgedMessages messages = new AcknowledgedMessages("Survivors", 100);
        try (NodeProcess node = NodeProcess.up(data, "flushDiskType=" + flush);
                BrokerPort port = node.port()) {
            messages.createTopic(port);
            messages.send(port, () -> {
                boolean enough = messages.count() >= ACKNOWLEDGED_BEFORE_KILL;
                if (enough) {
                    node.kill();
                }
                return enough;
            });
        }
        try (NodeProcess node = NodeProcess.up(data, "flushDiskType=" + flush);
                BrokerPort port = node.port()) {
            Tally tally = messages.tally(port);
            assertThat(tally.isSound()).as(tally.toString()).isTrue();
        }
    }

    @Test
    void offsetsAndSettlementsAreKept() throws Exception {
        Path data = directory.resolve("data");
        TopicName topic = new TopicName("Progress");
        GroupName group = new GroupName("workers");
        Set<String> acknowledged = new TreeSet<>();
        MessageQueue queue;

        try (NodeProcess node = NodeProcess.up(data);
                BrokerPort port = node.port()) {
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
                BrokerPort port = node.port()) {
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
