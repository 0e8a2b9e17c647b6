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

    /** What is done with a message that was read. */
    private enum Use {
        /** Nothing: the hardest measure, which no consumer can reach. */
        NONE {
            @Override
            void of(ByteBuffer slice) {}
        },
        /** Its body and properties are read, as a consumer must. */
        DECODED {
            @Override
            void of(ByteBuffer slice) {
                MessageView view = MessageView.of(slice);
                if (view.body().length + view.properties().size() < 1) {
                    throw new IllegalStateException("a message came without a key");
                }
            }
        };

        abstract void of(ByteBuffer slice);
    }

    /** Rounds take turns, so that all see the same machine; the first of each is not counted. */
    private void measure(ScratchBroker broker, TopicName topic, int queues, int atOnce) throws InterruptedException {
        String name = "%d queue%s, %d at once, ".formatted(queues, queues == 1 ? "" : "s", atOnce);
        double[] pulls = new double[Use.values().length];
        double[] leases = new double[Use.values().length];
        double keyed = 0;
        for (int round = 0; round < ROUNDS; round++) {
            double part = round == 0 ? 0 : 1.0 / (ROUNDS - 1);
            for (Use use : Use.values()) {
                String group = "%s%d-%d".formatted(use.name(), atOnce, round);
                pulls[use.ordinal()] += part * pull(broker, topic, queues, atOnce, use);
                leases[use.ordinal()] += part * lease(broker, topic, group, atOnce, Ordering.NONE, use);
            }
            keyed += part
                    * lease(broker, topic, "k%d-%d".formatted(atOnce, round), atOnce, Ordering.BY_KEY, Use.DECODED);
        }
        for (Use use : Use.values()) {
            String how = use == Use.NONE ? "not looked at, " : "decoded, ";
            double pull = pulls[use.ordinal()];
            double lease = leases[use.ordinal()];
            tell(name + how + "plain reading", pull, "1/s");
            tell(name + how + "lease and acknowledge", lease, "1/s");
            tell(name + how + "lease and acknowledge, to plain reading", lease / pull, "x");
        }
        tell(name + "decoded, lease and acknowledge ordered by 1000 keys", keyed, "1/s");
    }

    private double pull(ScratchBroker broker, TopicName topic, int queues, int atOnce, Use use) {
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
                    for (ByteBuffer slice : fetched.records().slices()) {
                        read += MessageView.of(slice).totalSize() > 0 ? 1 : 0;
                        use.of(slice);
                    }
                    more = fetched.nextOffset() > next;
                    next = fetched.nextOffset();
                }
            }
        }
        return rate(read, begun);
    }

    private double lease(ScratchBroker broker, TopicName topic, String group, int atOnce, Ordering ordering, Use use)
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
                if (leased.isEmpty()) {
                    throw new IllegalStateException(
                            "group %s got %d of %d messages".formatted(group, lent, plan.messages()));
                }
                List<Lease> leases = leased.leases();
                lent += leases.size();
                List<Settlement> acks = new ArrayList<>(leases.size());
                for (Lease lease : leases) {
                    use.of(lease.slice());
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
