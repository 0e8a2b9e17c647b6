package io.sluice.perf.broker;

import io.sluice.model.FilterExpression;
import io.sluice.model.GroupName;
import io.sluice.model.Message;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.perf.store.Figure;
import io.sluice.port.LeaseReader.Lease;
import io.sluice.port.LeaseReader.LeaseRequest;
import io.sluice.port.LeaseReader.Leased;
import io.sluice.port.LeaseReader.Ordering;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.LeaseReader.Start;
import io.sluice.port.Placement;
import io.sluice.port.QueueReader.FetchRequest;
import io.sluice.port.QueueReader.Fetched;
import io.sluice.wire.message.MessageView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/** {@link BrokerScenario#LEASE}. */
final class LeaseScenario {
    private static final int[] QUEUES = {1, 8};
    private static final int[] AT_ONCE = {32, 256};
    private static final int ROUNDS = 5;
    /** Settlements on their way per consumer, in answers. */
    private static final int UNSETTLED_ANSWERS = 8;

    private static final int BYTES_MAX = 4 * 1024 * 1024;
    private static final Duration LEASE = Duration.ofMinutes(1);
    private static final Duration WAIT = Duration.ofSeconds(5);

    private final BrokerPlan plan;
    private final Consumer<Figure> told;

    LeaseScenario(BrokerPlan plan, Consumer<Figure> told) {
        this.plan = plan;
        this.told = told;
    }

    void run() throws IOException, InterruptedException {
        for (int queues : QUEUES) {
            TopicName topic = new TopicName("Leased" + queues);
            try (ScratchBroker broker = new ScratchBroker(plan.directory())) {
                broker.createTopic(topic, queues);
                byte[] body = new byte[plan.bytes()];
                broker.send(plan.messages(), Placement.ANY, i -> Message.of(topic, body)
                        .withProperty("__SHARDINGKEY", Integer.toString(i % 1000)));
                for (int atOnce : AT_ONCE) {
                    measure(broker, topic, queues, atOnce);
                }
            }
        }
    }

    /** Rounds take turns, so that both see the same machine; the first of each is not counted. */
    private void measure(ScratchBroker broker, TopicName topic, int queues, int atOnce) throws InterruptedException {
        double pulls = 0;
        double leases = 0;
        double keyed = 0;
        for (int round = 0; round < ROUNDS; round++) {
            double pull = pull(broker, topic, queues, atOnce);
            double lease = lease(broker, topic, "g%d-%d".formatted(atOnce, round), atOnce, Ordering.NONE);
            double byKey = lease(broker, topic, "k%d-%d".formatted(atOnce, round), atOnce, Ordering.BY_KEY);
            if (round > 0) {
                pulls += pull / (ROUNDS - 1);
                leases += lease / (ROUNDS - 1);
                keyed += byKey / (ROUNDS - 1);
            }
        }
        String name = "%d queue%s, %d at once, ".formatted(queues, queues == 1 ? "" : "s", atOnce);
        tell(name + "plain reading", pulls, "1/s");
        tell(name + "lease and acknowledge", leases, "1/s");
        tell(name + "lease and acknowledge, to plain reading", leases / pulls, "x");
        tell(name + "the same ordered by 1000 keys", keyed, "1/s");
    }

    private double pull(ScratchBroker broker, TopicName topic, int queues, int atOnce) {
        long begun = System.nanoTime();
        int read = 0;
        for (int queueId = 0; queueId < queues; queueId++) {
            MessageQueue queue = new MessageQueue(topic, "broker-a", queueId);
            long next = 0;
            boolean more = true;
            while (more) {
                FetchRequest request =
                        new FetchRequest(queue, next, atOnce, BYTES_MAX, FilterExpression.ALL, Duration.ZERO);
                try (Fetched fetched = broker.port
                        .reader()
                        .fetch(request)
                        .toCompletableFuture()
                        .join()) {
                    read += touch(fetched.records().slices());
                    more = fetched.nextOffset() > next;
                    next = fetched.nextOffset();
                }
            }
        }
        return rate(read, begun);
    }

    private static int touch(List<ByteBuffer> slices) {
        int read = 0;
        for (ByteBuffer slice : slices) {
            read += MessageView.of(slice).totalSize() > 0 ? 1 : 0;
        }
        return read;
    }

    private double lease(ScratchBroker broker, TopicName topic, String group, int atOnce, Ordering ordering)
            throws InterruptedException {
        LeaseRequest request = new LeaseRequest(
                new GroupName(group),
                topic,
                FilterExpression.ALL,
                FilterExpression.ALL,
                atOnce,
                LEASE,
                WAIT,
                Start.FIRST,
                ordering);
        Semaphore unsettled = new Semaphore(UNSETTLED_ANSWERS);
        AtomicInteger settled = new AtomicInteger();
        long begun = System.nanoTime();
        int lent = 0;
        while (lent < plan.messages()) {
            try (Leased leased =
                    broker.port.leases().lease(request).toCompletableFuture().join()) {
                if (leased.leases().isEmpty()) {
                    throw new IllegalStateException(
                            "group %s got %d of %d messages".formatted(group, lent, plan.messages()));
                }
                lent += leased.leases().size();
                List<Settlement> acks = new ArrayList<>(leased.leases().size());
                for (Lease lease : leased.leases()) {
                    acks.add(new Settlement.Ack(lease.receipt()));
                }
                unsettled.acquire();
                settle(broker, acks, done -> {
                    settled.addAndGet(done);
                    unsettled.release();
                });
            }
        }
        unsettled.acquire(UNSETTLED_ANSWERS);
        if (settled.get() != plan.messages()) {
            throw new IllegalStateException("%d of %d messages were settled".formatted(settled.get(), plan.messages()));
        }
        return rate(lent, begun);
    }

    private static void settle(ScratchBroker broker, List<Settlement> acks, IntConsumer done) {
        CompletableFuture<?> answer = broker.port.leases().settle(acks).toCompletableFuture();
        answer.whenComplete((results, failed) -> done.accept(failed == null ? acks.size() : 0));
    }

    private static double rate(int messages, long begunNanos) {
        return messages * 1e9 / (System.nanoTime() - begunNanos);
    }

    private void tell(String name, double value, String unit) {
        told.accept(new Figure("lease", name, value, unit));
    }
}
