package io.sluice.broker.lease;

import static io.sluice.broker.lease.LeaseBench.CREW;
import static io.sluice.broker.lease.LeaseBench.JOBS;
import static io.sluice.broker.lease.LeaseBench.NO_WAIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.model.FilterExpression;
import io.sluice.model.MessageProperties;
import io.sluice.port.LeaseReader.Lease;
import io.sluice.port.LeaseReader.LeaseRequest;
import io.sluice.port.LeaseReader.Leased;
import io.sluice.port.LeaseReader.Result;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.LeaseReader.Start;
import io.sluice.store.log.FlushMode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Many consumers at once on the real store, with the threads running. */
class LeaseThreadsTest {
    private static final int MESSAGES = 4_000;
    private static final int CONSUMERS = 12;
    private static final Duration LEASE = Duration.ofMinutes(10);

    /** Asks, settles, asks again; gives one message in ten back first. */
    private static final class Consumer {
        private final LeaseService service;
        private final LeaseRequest request;
        private final Map<String, AtomicInteger> acknowledged;
        private final AtomicReference<Throwable> failure;
        private volatile boolean stopped;

        Consumer(
                LeaseService service,
                FilterExpression own,
                Map<String, AtomicInteger> acknowledged,
                AtomicReference<Throwable> failure) {
            this.service = service;
            this.request = new LeaseRequest(
                    CREW, JOBS, FilterExpression.ALL, own, 16, LEASE, Duration.ofSeconds(20), Start.FIRST);
            this.acknowledged = acknowledged;
            this.failure = failure;
        }

        void next() {
            if (!stopped) {
                service.lease(request).thenAcceptAsync(this::work).whenComplete((done, failed) -> {
                    if (failed != null && !stopped) {
                        failure.compareAndSet(null, failed);
                    }
                });
            }
        }

        private void work(Leased leased) {
            List<Settlement> settlements =
                    leased.leases().stream().map(this::settlementOf).toList();
            List<String> texts = leased.leases().stream().map(LeaseGround::text).toList();
            leased.close();
            service.settle(settlements).whenComplete((settled, failed) -> {
                if (failed != null) {
                    failure.compareAndSet(null, failed);
                    return;
                }
                for (int i = 0; i < texts.size(); i++) {
                    if (settled.get(i).result() != Result.DONE) {
                        failure.compareAndSet(null, new AssertionError(texts.get(i) + " " + settled.get(i)));
                    }
                    if (settlements.get(i) instanceof Settlement.Ack) {
                        acknowledged
                                .computeIfAbsent(texts.get(i), none -> new AtomicInteger())
                                .incrementAndGet();
                    }
                }
                next();
            });
        }

        private Settlement settlementOf(Lease lease) {
            boolean givesBack = lease.attempt() == 1 && LeaseGround.text(lease).endsWith("7");
            return givesBack
                    ? new Settlement.Release(lease.receipt(), Duration.ZERO)
                    : new Settlement.Ack(lease.receipt());
        }
    }

    @Test
    void everyMessageIsAcknowledgedOnceByOneOfManyWithoutWaitingForTheDisk() throws IOException {
        play(FlushMode.ASYNC_FLUSH);
    }

    @Test
    void everyMessageIsAcknowledgedOnceByOneOfManyWhenTheDiskIsWaitedFor() throws IOException {
        play(FlushMode.SYNC_FLUSH);
    }

    private static void play(FlushMode flushMode) throws IOException {
        try (StoreGround ground = new StoreGround(3, 16, flushMode)) {
            ground.store().start();
            ground.service().start();
            Map<String, AtomicInteger> acknowledged = new ConcurrentHashMap<>();
            AtomicReference<Throwable> failure = new AtomicReference<>();
            List<Consumer> consumers = IntStream.range(0, CONSUMERS)
                    .mapToObj(i -> new Consumer(ground.service(), own(i), acknowledged, failure))
                    .toList();
            consumers.forEach(Consumer::next);
            for (int i = 0; i < MESSAGES; i++) {
                ground.store().append(StoreGround.record(ground.clock(), "Jobs", i % 3, "m" + i, tag(i)));
            }
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> failure.get() != null || acknowledged.size() == MESSAGES);
            assertThat(failure.get()).isNull();
            consumers.forEach(consumer -> consumer.stopped = true);
            assertThat(acknowledged.values()).allMatch(times -> times.get() == 1);
            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                long settled = IntStream.range(0, 3)
                        .mapToLong(queueId -> ground.service()
                                .status(CREW, JOBS, queueId)
                                .orElseThrow()
                                .low())
                        .sum();
                assertThat(settled).isEqualTo(MESSAGES);
            });
            ground.kill();
            assertThat(ground.lease(new LeaseRequest(
                            CREW, JOBS, FilterExpression.ALL, FilterExpression.ALL, 100, LEASE, NO_WAIT, Start.FIRST)))
                    .as("after the process was killed")
                    .isEmpty();
        }
    }

    /** Some want everything, some only one kind. */
    private static FilterExpression own(int consumer) {
        return switch (consumer % 4) {
            case 0 -> FilterExpression.tags("a");
            case 1 -> FilterExpression.sql("TAGS = 'b'");
            default -> FilterExpression.ALL;
        };
    }

    private static MessageProperties tag(int message) {
        Set<String> tags = Set.of("a", "b", "c");
        return MessageProperties.of(
                Map.of("TAGS", tags.stream().sorted().toList().get(message % tags.size())));
    }
}
