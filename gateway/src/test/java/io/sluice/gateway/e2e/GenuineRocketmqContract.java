package io.sluice.gateway.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.gateway.node.GenuineRocketmq;
import io.sluice.gateway.node.GenuineRocketmq.Release;
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
import org.junit.jupiter.api.io.TempDir;

/** The contract over the wire, at a genuine Apache RocketMQ name server and broker, whose topics are deleted after each test. */
abstract class GenuineRocketmqContract extends BrokerPortContract {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    static Path directory;

    private static GenuineRocketmq cluster;

    /** To be called before all tests. */
    static void startCluster(Release release, String... settings) {
        cluster = new GenuineRocketmq(release, directory.resolve("home"), directory.resolve("store"), settings);
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
        if (cluster != null) {
            cluster.close();
        }
    }

    static BrokerPort port() {
        return BrokerPortFactory.open(URI.create("sluice://" + cluster.nameServer()));
    }

    private static void deleteAll(BrokerPort port) {
        for (TopicDescription topic : port.topics().list().toCompletableFuture().join()) {
            port.topics().delete(topic.topic()).toCompletableFuture().join();
        }
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
