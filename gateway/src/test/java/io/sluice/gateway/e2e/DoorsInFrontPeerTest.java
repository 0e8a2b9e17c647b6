package io.sluice.gateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.gateway.node.GenuineRocketmq;
import io.sluice.gateway.node.GenuineRocketmq.Release;
import io.sluice.gateway.node.LineProcess;
import io.sluice.gateway.node.NodeProcess;
import io.sluice.model.TopicName;
import io.sluice.port.BrokerPort;
import io.sluice.port.BrokerPortFactory;
import io.sluice.port.TopicCatalog.TopicSettings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The doors alone, in a process of their own, in front of a cluster: every door passes messages to every other. */
@Tag("peer")
class DoorsInFrontPeerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    @TempDir
    Path directory;

    @Test
    void ofAGenuineCluster() {
        try (GenuineRocketmq cluster = new GenuineRocketmq(
                directory.resolve("home"), directory.resolve("store"), "enablePropertyFilter=true")) {
            awaitRegistration(cluster.nameServer());
            everyCellHolds(cluster.nameServer());
        }
    }

    /** Brokers of 4.x have no leases: two doors cannot receive, and say so; everything else holds. */
    @Test
    void ofAnOldGenuineCluster() {
        try (GenuineRocketmq cluster = new GenuineRocketmq(
                Release.V4, directory.resolve("home"), directory.resolve("store"), "enablePropertyFilter=true")) {
            awaitRegistration(cluster.nameServer());
            try (NodeProcess doors = NodeProcess.doors(directory.resolve("doors"), cluster.nameServer());
                    LineProcess demo = demo(cluster.nameServer(), doors)) {
                assertThat(demo.awaitExit(PATIENCE)).as(demo.told()).isNotZero();
                assertThat(demo.output().stream().filter(line -> line.matches("\\S+ +ok +- +ok +-\\s*")))
                        .as(String.join("\n", demo.output()))
                        .hasSize(4);
                for (String door : List.of("JMS", "HTTP")) {
                    assertThat(demo.output()).anySatisfy(line -> assertThat(line)
                            .startsWith(door + " receives nothing: ")
                            .contains("not supported by this cluster: leases"));
                }
            }
        }
    }

    @Test
    void ofASluiceNode() {
        try (NodeProcess node = NodeProcess.up(directory.resolve("node"))) {
            everyCellHolds(node.nameServer());
        }
    }

    /** A genuine broker says that it has started before its name server knows of it. */
    private static void awaitRegistration(String nameServer) {
        try (BrokerPort port = BrokerPortFactory.open(URI.create("sluice://" + nameServer))) {
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(port.topics()
                            .put(new TopicName("WarmUp"), TopicSettings.ofQueues(1))
                            .toCompletableFuture())
                    .succeedsWithin(PATIENCE));
        }
    }

    private void everyCellHolds(String nameServer) {
        try (NodeProcess doors = NodeProcess.doors(directory.resolve("doors"), nameServer);
                LineProcess demo = demo(nameServer, doors)) {
            assertThat(demo.awaitExit(PATIENCE))
                    .as(demo.told() + doors.process().told())
                    .isZero();
            assertThat(demo.output().stream().filter(line -> line.matches("\\S+( +ok){4}\\s*")))
                    .as(String.join("\n", demo.output()))
                    .hasSize(4);
        }
    }

    private static LineProcess demo(String nameServer, NodeProcess doors) {
        return NodeProcess.command(List.of(
                "demo",
                "-D",
                "namesrvPort=" + nameServer.substring(nameServer.indexOf(':') + 1),
                "-D",
                "mqttPort=" + doors.port("mqtt"),
                "-D",
                "httpPort=" + doors.port("http")));
    }
}
