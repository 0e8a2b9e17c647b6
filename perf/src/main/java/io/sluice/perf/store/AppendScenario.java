package io.sluice.perf.store;

import io.sluice.runtime.CloseStack;
import io.sluice.store.MessageStore;
import io.sluice.store.log.FlushMode;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.Consumer;

/** {@link StoreScenario#APPEND} and {@link StoreScenario#FRESH}. */
final class AppendScenario {
    static final int[] BODY_BYTES = {128, 1024};
    static final int[] THREADS = {1, 8, 64};
    private static final long LOG_BYTES = 384L << 20;
    private static final double SECONDS_MAX = 4;
    private static final int ROUNDS = 5;
    private static final int FRESH_ROUNDS = 3;
    /** More than what was freed by whatever ran before. */
    private static final long FRESH_FILL_BYTES = 3L << 30;
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
        // what runs first also compiles
        once(8, 128);
        plain.megabytesPerSecond(512, LOG_BYTES);
        own(512);
        for (int bytes : BODY_BYTES) {
            int recordBytes = bytes + OVERHEAD_BYTES;
            double[] limit = new double[ROUNDS];
            double[] same = new double[ROUNDS];
            double[][] rate = new double[THREADS.length][ROUNDS];
            for (int round = 0; round < ROUNDS; round++) {
                limit[round] = plain.megabytesPerSecond(recordBytes, LOG_BYTES);
                same[round] = own(recordBytes);
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

    /**
     * The same without memory that was freed just before: as many bytes as are measured are written to plain files first, and
     * nothing is deleted until the end.
     */
    void fresh() throws IOException, InterruptedException {
        once(8, 128);
        own(512);
        try (CloseStack kept = new CloseStack()) {
            PlainWriting.fill(kept.push(new ScratchStore(plan.directory())).directory(), FRESH_FILL_BYTES);
            for (int bytes : BODY_BYTES) {
                int recordBytes = bytes + OVERHEAD_BYTES;
                double[] same = new double[FRESH_ROUNDS];
                double[][] rate = new double[THREADS.length][FRESH_ROUNDS];
                for (int round = 0; round < FRESH_ROUNDS; round++) {
                    same[round] = own(kept.push(new ScratchStore(plan.directory())), recordBytes);
                    for (int i = 0; i < THREADS.length; i++) {
                        rate[i][round] = once(kept.push(new ScratchStore(plan.directory())), THREADS[i], bytes);
                    }
                }
                double best = median(same);
                tellFresh(
                        "plain writing of %d-byte records through the log's own mapping".formatted(recordBytes),
                        best,
                        "MB/s");
                for (int i = 0; i < THREADS.length; i++) {
                    String name = "%d B, %d producers".formatted(bytes, THREADS[i]);
                    tellFresh(name, median(rate[i]), "MB/s");
                    tellFresh(name + ", to plain writing", median(rate[i]) / best, "x");
                }
            }
        }
    }

    private double own(int recordBytes) throws IOException, InterruptedException {
        try (ScratchStore scratch = new ScratchStore(plan.directory())) {
            return own(scratch, recordBytes);
        }
    }

    private double own(ScratchStore scratch, int recordBytes) throws IOException, InterruptedException {
        return PlainLog.megabytesPerSecond(scratch.directory(), recordBytes, (long) WARM_UP * recordBytes, LOG_BYTES);
    }

    private double once(int threads, int bytes) throws IOException, InterruptedException {
        try (ScratchStore scratch = new ScratchStore(plan.directory())) {
            return once(scratch, threads, bytes);
        }
    }

    private double once(ScratchStore scratch, int threads, int bytes) throws IOException, InterruptedException {
        try (MessageStore store = scratch.open(FlushMode.ASYNC_FLUSH)) {
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

    private void tellFresh(String name, double value, String unit) {
        told.accept(new Figure("fresh", name + ", median of %d".formatted(FRESH_ROUNDS), value, unit));
    }
}
