package io.sluice.perf.lease;

import io.sluice.model.SluiceException;
import io.sluice.perf.load.LoadSettings;
import io.sluice.perf.load.Member;
import io.sluice.perf.load.NativeLoadClient;
import io.sluice.perf.load.Reading;
import io.sluice.perf.load.SendStyle;
import io.sluice.perf.measure.Completion;
import io.sluice.perf.measure.Drain;
import io.sluice.perf.measure.LoadWatch;
import io.sluice.perf.measure.Result;
import io.sluice.perf.store.Figure;
import io.sluice.perf.worker.NodeUsage;
import io.sluice.runtime.CloseStack;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * Drains backlogs on one and on eight queues with the native client, by plain pulls and by leases that are all acknowledged.
 * Each drain is that of a new group; rounds take turns, so that both ways see the same machine.
 */
public final class LeaseComparison {
    private static final int[] QUEUES = {1, 8};
    private static final int BATCH = 32;
    private static final int SENDERS = 8;
    private static final int JOINING_PART = 10;
    private static final long PATIENCE_SECONDS = 20;

    private final LeasePlan plan;
    private final NodeUsage node;
    private final Consumer<Figure> told;
    private int groups;

    /** @param node tells what a drain costs the node */
    public LeaseComparison(LeasePlan plan, NodeUsage node, Consumer<Figure> told) {
        this.plan = plan;
        this.node = node;
        this.told = told;
    }

    /** Rates of the counted rounds of one way to read, and what they cost the node. */
    private static final class Rounds {
        private final double[] rates;
        private double nodeMicros;
        private int counted;

        Rounds(int rounds) {
            rates = new double[rounds];
        }

        void add(Result result, double nodeNanos) {
            rates[counted++] = result.messages() / result.seconds();
            nodeMicros += nodeNanos / 1e3 / result.messages() / rates.length;
        }

        double median() {
            double[] sorted = rates.clone();
            Arrays.sort(sorted);
            return sorted[sorted.length / 2];
        }
    }

    public void run() throws Exception {
        for (int queues : QUEUES) {
            String topic = "Leases-%d-%d".formatted(queues, System.nanoTime());
            long stored = fill(topic, queues);
            Map<Reading, Rounds> ways = new EnumMap<>(Reading.class);
            ways.put(Reading.PULL, new Rounds(plan.rounds()));
            ways.put(Reading.LEASE, new Rounds(plan.rounds()));
            for (int round = 0; round < plan.warmUpRounds() + plan.rounds(); round++) {
                boolean counts = round >= plan.warmUpRounds();
                for (Map.Entry<Reading, Rounds> way : ways.entrySet()) {
                    drain(topic, queues, way.getKey(), stored, counts ? way.getValue() : new Rounds(1));
                }
            }
            tell(queues, ways.get(Reading.PULL), ways.get(Reading.LEASE));
        }
    }

    private void tell(int queues, Rounds pulls, Rounds leases) {
        String name = "over the wire, %d queue%s, ".formatted(queues, queues == 1 ? "" : "s");
        tell(name + "plain pull", pulls.median(), "1/s");
        tell(name + "plain pull, processor time of the node", pulls.nodeMicros, "us");
        tell(name + "lease and acknowledge", leases.median(), "1/s");
        tell(name + "lease and acknowledge, processor time of the node", leases.nodeMicros, "us");
        tell(name + "lease and acknowledge, to plain pull", leases.median() / pulls.median(), "x");
    }

    private void tell(String name, double value, String unit) {
        told.accept(new Figure("lease", name, value, unit));
    }

    private LoadSettings settings(String topic, int queues, Reading reading) {
        return new LoadSettings(
                plan.address(), plan.address(), topic, 1, queues, SendStyle.BATCH, reading, BATCH, plan.bytes(), 0);
    }

    /** Sends the backlog; answers how many messages were stored, which may be some more. */
    private long fill(String topic, int queues) throws Exception {
        byte[] body = new byte[plan.bytes()];
        Stored stored = new Stored();
        try (NativeLoadClient client = new NativeLoadClient(settings(topic, queues, Reading.PULL))) {
            CompletableFuture<?>[] senders = new CompletableFuture<?>[SENDERS];
            for (int i = 0; i < SENDERS; i++) {
                senders[i] = CompletableFuture.runAsync(() -> {
                    while (stored.messages.sum() < plan.messages()) {
                        client.send(0, body, stored);
                    }
                });
            }
            CompletableFuture.allOf(senders).join();
        }
        return stored.messages.sum();
    }

    /** Counts what was acknowledged. */
    private static final class Stored implements Completion {
        private final LongAdder messages = new LongAdder();

        @Override
        public void done(int count) {
            messages.add(count);
        }

        @Override
        public void refused(int count, Throwable cause) {
            failed(cause);
        }

        @Override
        public void failed(Throwable cause) {
            throw new SluiceException("a batch of the backlog was not stored: " + cause.getMessage(), cause);
        }
    }

    private void drain(String topic, int queues, Reading reading, long stored, Rounds to) throws Exception {
        Drain drain = new Drain(stored / JOINING_PART, stored, LoadWatch.SILENT);
        NodeUsage.Sample before = node.sample();
        Member alone = new Member("perf-lease-%d-%d".formatted(System.nanoTime(), groups++), 0, 1);
        try (CloseStack receiving = new CloseStack()) {
            NativeLoadClient client = receiving.push(new NativeLoadClient(settings(topic, queues, reading)));
            receiving.push(client.receive(alone, body -> drain.received()));
            Result result = drain.await(PATIENCE_SECONDS);
            if (result.errors() > 0) {
                throw new SluiceException("%,d of %,d messages of %s did not come, or came twice, by --reading %s"
                        .formatted(result.errors(), stored, topic, reading.label()));
            }
            double part = (double) result.messages() / stored;
            to.add(result, (node.sample().cpuNanos() - before.cpuNanos()) * part);
        }
    }
}
