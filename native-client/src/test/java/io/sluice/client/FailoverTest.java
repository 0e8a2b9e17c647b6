package io.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.client.Traffic.Way;
import io.sluice.client.consume.StartAt;
import io.sluice.client.live.LiveCluster;
import io.sluice.model.Message;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.port.BrokerPort;
import io.sluice.port.BrokerPortFactory;
import io.sluice.port.TopicCatalog.TopicSettings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two brokers and two name servers that stop and come back while every kind of client is at work. */
class FailoverTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String TOPIC = "Flow";
    private static final int ROUND = 150;

    @TempDir
    Path directory;

    private LiveCluster cluster;

    @BeforeEach
    void start() {
        cluster = LiveCluster.start(directory, 2, "broker-a", "broker-b");
        topic(TOPIC, 4);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private void topic(String name, int queues) {
        topic(cluster, name, queues);
    }

    private static void topic(LiveCluster cluster, String name, int queues) {
        try (BrokerPort port = BrokerPortFactory.open(URI.create("sluice://" + cluster.nameServerAddress()))) {
            port.topics()
                    .put(new TopicName(name), TopicSettings.ofQueues(queues))
                    .toCompletableFuture()
                    .join();
        }
    }

    private static void flows(Traffic traffic) {
        int before = traffic.acknowledged();
        await().atMost(PATIENCE).until(() -> traffic.acknowledged() > before + ROUND);
        for (Way way : Way.values()) {
            int seen = traffic.seen(way);
            await(way + " goes on").atMost(PATIENCE).until(() -> traffic.seen(way) > seen + ROUND / 2);
        }
    }

    private static void ends(Traffic traffic) throws InterruptedException {
        traffic.stopSending();
        for (Way way : Way.values()) {
            await(way + " gets everything").atMost(PATIENCE).untilAsserted(() -> assertThat(traffic.lost(way))
                    .isEmpty());
        }
    }

    @Test
    void aRollingRestartOfTheBrokersLosesNothingAndDeliversNothingTwice() throws InterruptedException {
        try (Traffic traffic = new Traffic(cluster.nameServerAddress(), TOPIC)) {
            flows(traffic);
            for (String broker : List.of("broker-a", "broker-b")) {
                cluster.stopBroker(broker);
                flows(traffic);
                cluster.startBroker(broker);
                flows(traffic);
            }
            ends(traffic);
            assertThat(traffic.refused()).isEmpty();
            for (Way way : Way.values()) {
                assertThat(traffic.repeated(way)).as("twice by " + way).isEmpty();
            }
        }
    }

    @Test
    void aRestartOfTheOnlyNodeLosesNothingAndDeliversNothingTwice() throws InterruptedException {
        try (LiveCluster single = LiveCluster.start(directory.resolve("single"), "broker-a")) {
            topic(single, TOPIC, 4);
            try (Traffic traffic = new Traffic(single.nameServerAddress(), TOPIC)) {
                flows(traffic);
                single.stopBroker("broker-a");
                single.stopNameServer(0);
                single.startNameServer(0);
                single.startBroker("broker-a");
                flows(traffic);
                ends(traffic);
                assertThat(traffic.refused()).isEmpty();
                for (Way way : Way.values()) {
                    assertThat(traffic.repeated(way)).as("twice by " + way).isEmpty();
                }
            }
        }
    }

    @Test
    void clientsGoOnWhenNameServersStopAndFindWhatIsNewWhenOneIsBack() throws InterruptedException {
        try (Traffic traffic = new Traffic(cluster.nameServerAddress(), TOPIC);
                SluiceClient client = SluiceClient.connect(cluster.nameServerAddress())) {
            flows(traffic);
            cluster.stopNameServer(0);
            flows(traffic);
            topic("WithOneNameServer", 1);
            client.producer("late").start().send(Message.of("WithOneNameServer", "found"));
            cluster.stopNameServer(1);
            flows(traffic);
            cluster.startNameServer(0);
            await("brokers register again").atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> topic("Later", 1));
            client.producer("latest").start().send(Message.of("Later", "found"));
            flows(traffic);
            ends(traffic);
            assertThat(traffic.refused()).isEmpty();
            for (Way way : Way.values()) {
                assertThat(traffic.repeated(way)).as("twice by " + way).isEmpty();
            }
        }
    }

    @Test
    void pollsGoOnWhileABrokerIsAwayAndReadItAgainWhenItIsBack() {
        try (SluiceClient client = SluiceClient.connect(cluster.nameServerAddress())) {
            Producer producer = client.producer("polled").start();
            PullConsumer reader =
                    client.pullConsumer("polling").startAt(StartAt.FIRST).open();
            List<MessageQueue> queues = reader.queuesOf(TOPIC);
            reader.assign(queues);
            polled(reader, producer, queues);

            cluster.stopBroker("broker-a");
            await().atMost(PATIENCE).until(() -> {
                reader.poll(Duration.ofMillis(100));
                return producer.queuesOf(TOPIC).size() == 4;
            });
            // Each outlasts the pause before a fetch that failed is repeated.
            for (int i = 0; i < 3; i++) {
                assertThat(reader.poll(Duration.ofMillis(1100))).isEmpty();
            }
            cluster.startBroker("broker-a");
            await().atMost(PATIENCE).until(() -> {
                reader.poll(Duration.ofMillis(100));
                return producer.queuesOf(TOPIC).size() == 8;
            });
            polled(reader, producer, queues);
        }
    }

    /** A message for each queue arrives. */
    private static void polled(PullConsumer reader, Producer producer, List<MessageQueue> queues) {
        queues.forEach(queue -> producer.send(Message.of(TOPIC, "for " + queue), queue));
        Set<MessageQueue> seen = new HashSet<>();
        await().atMost(PATIENCE).until(() -> {
            reader.poll(Duration.ofSeconds(1)).forEach(message -> seen.add(message.queue()));
            return seen.size() == queues.size();
        });
    }

    @Test
    void queuesThatAreAddedAreUsedByEverybody() throws InterruptedException {
        try (Traffic traffic = new Traffic(cluster.nameServerAddress(), TOPIC);
                SluiceClient client = SluiceClient.builder(cluster.nameServerAddress())
                        .routeRefresh(Duration.ofSeconds(1))
                        .connect()) {
            flows(traffic);
            Producer producer = client.producer("looking").start();
            assertThat(producer.queuesOf(TOPIC)).hasSize(8);

            topic(TOPIC, 6);

            await().atMost(PATIENCE).until(() -> producer.queuesOf(TOPIC).size() == 12);
            producer.queuesOf(TOPIC).forEach(queue -> producer.send(Message.of(TOPIC, "to " + queue), queue));
            flows(traffic);
            ends(traffic);
            await().atMost(PATIENCE).until(() -> traffic.hasSeen(Way.PUSH, "to ", 12));
        }
    }
}
