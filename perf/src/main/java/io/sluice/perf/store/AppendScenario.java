package io.sluice.perf.store;

import io.sluice.store.MessageStore;
import io.sluice.store.log.FlushMode;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.Consumer;

/** {@link StoreScenario#APPEND}. */
final class AppendScenario {
    static final int[] BODY_BYTES = {128, 1024};
    static final int[] THREADS = {1, 8, 64};
    private static final long LOG_BYTES = 384L << 20;
    private static final double SECONDS_MAX = 4;
    private static final int ROUNDS = 5;
    /** Records before each sample, so that it does not begin with the first file. */
    private static final int WARM_UP = 20_000;
    /** Of a stored record beside its body: fixed fields, topic, properties. */
    static final int OVERHEAD_BYTES = 91 + Producers.TOPIC.length() + 33;

    private final StorePlan plan;
    private final Consumer<Figure> told;

    AppendScenario(StorePlan plan, Consumer<Figure> told) {
        this.plan = plan;
        this.told = told;
    }

    void run() throws IOException, InterruptedException {
        PlainWriting plain = new PlainWriting(plan.directory());
        PlainLog own = new PlainLog(plan.directory());
        // what runs first also compiles
        once(8, 128);
        plain.megabytesPerSecond(512, LOG_BYTES);
        own.megabytesPerSecond(512, 0, LOG_BYTES);
        for (int bytes : BODY_BYTES) {
            int recordBytes = bytes + OVERHEAD_BYTES;
            double[] limit = new double[ROUNDS];
            double[] same = new double[ROUNDS];
            double[][] rate = new double[THREADS.length][ROUNDS];
            for (int round = 0; round < ROUNDS; round++) {
                limit[round] = plain.megabytesPerSecond(recordBytes, LOG_BYTES);
                same[round] = own.megabytesPerSecond(recordBytes, (long) WARM_UP * recordBytes, LOG_BYTES);
                for (int i = 0; i < THREADS.length; i++) {
                    rate[i][round] = once(THREADS[i], bytes);
                }
            }
            double best = median(limit);
            tell("plain writing of %d-byte records, median of %d".formatted(recordBytes, ROUNDS), best, "MB/s");
            double ownBest = median(same);
            tell(
                    "plain writing of %d-byte records through the log's own mapping, median of %d"
                            .formatted(recordBytes, ROUNDS),
                    ownBest,
                    "MB/s");
            for (int i = 0; i < THREADS.length; i++) {
                double median = median(rate[i]);
                String name = "%d B, %d producers, asynchronous flush".formatted(bytes, THREADS[i]);
                tell(name, median, "MB/s");
                tell(name + ", messages", median * 1e6 / recordBytes, "1/s");
                tell(name + ", to plain writing", median / best, "x");
                tell(name + ", to plain writing through the log's own mapping", median / ownBest, "x");
            }
        }
    }

    private double once(int threads, int bytes) throws IOException, InterruptedException {
        try (ScratchStore scratch = new ScratchStore(plan.directory());
                MessageStore store = scratch.open(FlushMode.ASYNC_FLUSH)) {
            Producers producers = new Producers(store, threads, bytes);
            producers.run(WARM_UP, SECONDS_MAX);
            return producers
                    .run(LOG_BYTES / (bytes + OVERHEAD_BYTES), SECONDS_MAX)
                    .megabytesPerSecond();
        }
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private void tell(String name, double value, String unit) {
        told.accept(new Figure("append", name, value, unit));
    }
}
