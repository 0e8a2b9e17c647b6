package io.sluice.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.client.consume.StartAt;
import io.sluice.client.consume.Verdict;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members of a group come and go while messages flow, with real brokers and a real name server. */
class HandOverTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String TOPIC = "Flow";

    @TempDir
    Path directory;

    private LiveCluster cluster;
    private final Map<String, Integer> deliveries = new ConcurrentHashMap<>();
    private final List<SluiceClient> clients = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() {
        cluster = LiveCluster.start(directory.resolve("store"), "broker-a", "broker-b");
        try (BrokerPort port = BrokerPortFactory.open(URI.create("sluice://" + cluster.nameServerAddress()))) {
            port.topics()
                    .put(new TopicName(TOPIC), TopicSettings.ofQueues(4))
                    .toCompletableFuture()
                    .join();
        }
    }

    @AfterEach
    void stop() {
        clients.forEach(SluiceClient::close);
        cluster.close();
    }

    private SluiceClient client() {
        SluiceClient client = SluiceClient.connect(cluster.nameServerAddress());
        clients.add(client);
        return client;
    }

    private PushConsumer.Builder member(SluiceClient client) {
        return client.pushConsumer("workers")
                .subscribe(TOPIC)
                .startAt(StartAt.FIRST)
                .listener(message -> {
                    // Messages are with several threads for different times, so that they end out of order.
                    LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(
                            ThreadLocalRandom.current().nextInt(3_000)));
                    deliveries.merge(message.text(), 1, Integer::sum);
                    return Verdict.DONE;
                });
    }

    @Test
    void aRollingRestartUnderLoadLosesNothingAndDeliversNothingTwice() throws InterruptedException {
        List<SluiceClient> members = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            SluiceClient client = client();
            member(client).start();
            members.add(client);
        }
        AtomicBoolean going = new AtomicBoolean(true);
        List<String> sent = new CopyOnWriteArrayList<>();
        Producer producer = client().producer("source").start();
        Thread source = new Thread(() -> {
            for (int i = 0; going.get(); i++) {
                String text = "m" + i;
                producer.send(Message.of(TOPIC, text));
                sent.add(text);
            }
        });
        source.start();
        await().atMost(PATIENCE).until(() -> deliveries.size() > 200);

        for (int i = 0; i < members.size(); i++) {
            members.get(i).close();
            int before = deliveries.size();
            await().atMost(PATIENCE).until(() -> deliveries.size() > before + 200);
            SluiceClient fresh = client();
            PushConsumer again = member(fresh).start();
            members.set(i, fresh);
            await().atMost(PATIENCE).until(() -> again.assignment().stream()
                    .anyMatch(queue -> queue.topic().value().equals(TOPIC)));
        }
        going.set(false);
        source.join();

        await().atMost(PATIENCE).until(() -> deliveries.size() == sent.size());
        assertThat(deliveries.keySet()).containsExactlyInAnyOrderElementsOf(sent);
        assertThat(deliveries).as("delivered twice").allSatisfy((text, times) -> assertThat(times)
                .isEqualTo(1));
    }

    @Test
    void aBroadcastMemberGoesOnWhereItWas() {
        Producer producer = client().producer("source").start();
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 20; i++) {
                producer.send(Message.of(TOPIC, "r" + round + "-" + i));
            }
            SluiceClient client = client();
            member(client).broadcasting(directory.resolve("offsets")).start();
            int expected = 20 * (round + 1);
            await().atMost(PATIENCE).until(() -> deliveries.size() == expected);
            client.close();
        }
        assertThat(deliveries).allSatisfy((text, times) -> assertThat(times).isEqualTo(1));
    }

    @Test
    void aPausedMemberKeepsItsQueuesAndGoesOnWhenItIsResumed() {
        Producer producer = client().producer("source").start();
        PushConsumer member = member(client()).start();
        List<MessageQueue> queues = producer.queuesOf(TOPIC);
        queues.forEach(queue -> producer.send(Message.of(TOPIC, "before " + queue), queue));
        await().atMost(PATIENCE).until(() -> deliveries.size() == queues.size());

        member.pause();
        // The pull that a broker holds for each queue still brings what comes next; behind it nothing is asked for.
        queues.forEach(queue -> producer.send(Message.of(TOPIC, "next " + queue), queue));
        await().atMost(PATIENCE).until(() -> deliveries.size() == 2 * queues.size());
        queues.forEach(queue -> producer.send(Message.of(TOPIC, "behind " + queue), queue));

        assertThat(deliveries).hasSize(2 * queues.size());
        assertThat(member.assignment()).containsAll(queues);
        member.resume();
        await().atMost(PATIENCE).until(() -> deliveries.size() == 3 * queues.size());
    }
}
