package io.sluice.client.send;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.client.link.ClientIds;
import io.sluice.client.link.ClusterLink;
import io.sluice.client.link.LinkConfig;
import io.sluice.client.route.RouteCache;
import io.sluice.client.route.RouteConfig;
import io.sluice.client.script.ScriptedCluster;
import io.sluice.client.script.StoringBroker;
import io.sluice.client.script.StoringBroker.Fate;
import io.sluice.client.script.StoringBroker.Stored;
import io.sluice.client.send.Sender.WhenFull;
import io.sluice.model.GroupName;
import io.sluice.model.Message;
import io.sluice.wire.message.Compression;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Whatever goes wrong between sender and broker: results, order and bounds hold, and nothing hangs. */
class SendStormTest {
    private static final int QUEUES = 3;
    private static final int SENDS = 400;
    private static final int KEYS = 4;
    private static final int BOUND = 20_000;
    private static final int BATCH = 2_000;
    private static final Duration TIMEOUT = Duration.ofMillis(1500);

    private record One(String text, QueueChoice choice, CompletableFuture<Sent> result) {}

    @Property(tries = 10)
    void everySendGetsItsOwnResultInOrderAndInTime(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        try (ScriptedCluster cluster = new ScriptedCluster("broker-a", "broker-b").topic("Orders", QUEUES)) {
            Map<String, StoringBroker> brokers = new LinkedHashMap<>();
            for (String name : List.of("broker-a", "broker-b")) {
                Random fate = new Random(random.nextLong());
                brokers.put(name, new StoringBroker(cluster.broker(name)).rule(frame -> fateOf(frame, fate)));
            }
            List<One> sends = sendAll(cluster, random);
            checkOrder(sends, checkEach(sends, brokers));
        }
    }

    private static Fate fateOf(StoringBroker.Arrived frame, Random random) {
        if (frame.texts().stream().anyMatch(text -> text.endsWith("poison"))) {
            return Fate.ILLEGAL;
        }
        int dice = random.nextInt(200);
        if (dice < 6) {
            return Fate.BUSY;
        }
        if (dice < 8) {
            return Fate.DROP;
        }
        if (dice < 10) {
            return Fate.STORE_AND_DROP;
        }
        return dice == 10 ? Fate.STORE_SILENTLY : Fate.STORE;
    }

    private static List<One> sendAll(ScriptedCluster cluster, Random random) throws Exception {
        LinkConfig linkConfig = LinkConfig.of(List.of(cluster.nameServer().address()), ClientIds.next());
        try (ClusterLink link = ClusterLink.open(linkConfig);
                RouteCache routes = new RouteCache(link, RouteConfig.DEFAULT)) {
            SendConfig config = new SendConfig(
                    new GroupName("PG"),
                    TIMEOUT,
                    2,
                    10_000,
                    4096,
                    Compression.ZLIB,
                    5,
                    BOUND,
                    BATCH,
                    Duration.ZERO,
                    true);
            Sender sender = new Sender(link, routes, config, QUEUES, new UniqueKeys(InetAddress.getLoopbackAddress()));
            List<One> sends = new ArrayList<>();
            for (int i = 0; i < SENDS; i++) {
                sends.add(send(sender, i, random));
                assertThat(sender.bytesInFlight()).isLessThanOrEqualTo(BOUND);
            }
            for (One one : sends) {
                one.result().handle((sent, failure) -> "over").get(60, TimeUnit.SECONDS);
            }
            assertThat(sender.bytesInFlight()).isZero();
            return sends;
        }
    }

    private static One send(Sender sender, int number, Random random) {
        String text = "m" + number + "." + "x".repeat(random.nextInt(40)) + (random.nextInt(100) == 0 ? ".poison" : "");
        QueueChoice choice =
                random.nextBoolean() ? QueueChoice.ANY : new QueueChoice.ByKey("key" + random.nextInt(KEYS));
        return new One(
                text,
                choice,
                sender.send(Message.of("Orders", text), choice, TIMEOUT, WhenFull.WAIT)
                        .toCompletableFuture());
    }

    /** A result is that of its own message; what certainly was not stored is nowhere. */
    private static Map<String, Sent> checkEach(List<One> sends, Map<String, StoringBroker> brokers) {
        Set<String> stored = new HashSet<>();
        for (StoringBroker broker : brokers.values()) {
            for (int queue = 0; queue < QUEUES; queue++) {
                broker.queue(queue).forEach(message -> stored.add(message.text()));
            }
        }
        Map<String, Sent> acknowledged = new LinkedHashMap<>();
        for (One one : sends) {
            if (one.result().isCompletedExceptionally()) {
                Throwable failure =
                        one.result().handle((sent, failed) -> failed).join();
                assertThat(failure).isInstanceOf(SendFailedException.class);
                if (!((SendFailedException) failure).mayBeStored()) {
                    assertThat(stored).doesNotContain(one.text());
                }
                continue;
            }
            Sent sent = one.result().join();
            Stored there = brokers.get(sent.queue().brokerName())
                    .queue(sent.queue().queueId())
                    .get((int) sent.queueOffset());
            assertThat(there.text()).isEqualTo(one.text());
            assertThat(there.uniqueKey()).isEqualTo(sent.uniqueKey());
            assertThat(there.logOffset()).isEqualTo(sent.logOffset());
            acknowledged.put(one.text(), sent);
        }
        return acknowledged;
    }

    /** Messages of one key lie in one queue in the order sent. */
    private static void checkOrder(List<One> sends, Map<String, Sent> acknowledged) {
        Map<QueueChoice, Sent> latest = new LinkedHashMap<>();
        for (One one : sends) {
            Sent sent = acknowledged.get(one.text());
            if (sent == null || one.choice() == QueueChoice.ANY) {
                continue;
            }
            Sent before = latest.put(one.choice(), sent);
            if (before != null) {
                assertThat(sent.queue()).isEqualTo(before.queue());
                assertThat(sent.queueOffset()).isGreaterThan(before.queueOffset());
            }
        }
    }
}
