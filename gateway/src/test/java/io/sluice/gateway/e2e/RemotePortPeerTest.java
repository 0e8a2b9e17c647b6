package io.sluice.gateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.gateway.node.GenuineRocketmq;
import io.sluice.model.TopicName;
import io.sluice.port.BrokerPort;
import io.sluice.port.BrokerPortFactory;
import io.sluice.port.TopicCatalog.TopicDescription;
import io.sluice.port.TopicCatalog.TopicSettings;
import io.sluice.port.contract.BrokerPortContract;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** The port over the wire, to a genuine Apache RocketMQ name server and broker. */
@Tag("peer")
class RemotePortPeerTest extends BrokerPortContract {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    static Path directory;

    private static GenuineRocketmq cluster;

    @BeforeAll
    static void startCluster() {
        cluster = new GenuineRocketmq(
                directory.resolve("home"),
                directory.resolve("store"),
                "recallMessageEnable=true",
                "enablePropertyFilter=true");
        // A genuine broker says that it has started before its name server knows of it.
        try (BrokerPort port = port()) {
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(port.topics()
                            .put(new TopicName("WarmUp"), TopicSettings.ofQueues(1))
                            .toCompletableFuture())
                    .succeedsWithin(PATIENCE));
            deleteAll(port);
        }
    }

    @AfterAll
    static void stopCluster() {
        cluster.close();
    }

    private static BrokerPort port() {
        return BrokerPortFactory.open(URI.create("sluice://" + cluster.nameServer()));
    }

    private static void deleteAll(BrokerPort port) {
        for (TopicDescription topic : port.topics().list().toCompletableFuture().join()) {
            port.topics().delete(topic.topic()).toCompletableFuture().join();
        }
    }

    @Override
    protected boolean has(Feature feature) {
        return feature == Feature.LEASES || feature == Feature.EXACT_TIMES;
    }

    @Override
    protected BrokerPort open() {
        return port();
    }

    @Override
    protected void shutDown(BrokerPort opened) {
        opened.close();
        try (BrokerPort port = port()) {
            deleteAll(port);
        }
    }
}
