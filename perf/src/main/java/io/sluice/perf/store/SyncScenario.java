package io.sluice.perf.store;

import io.sluice.store.MessageStore;
import io.sluice.store.log.FlushMode;
import java.io.IOException;
import java.util.function.Consumer;

/** {@link StoreScenario#SYNC}. */
final class SyncScenario {
    private static final double WARM_UP_SECONDS = 1;
    private static final double SECONDS = 3;

    private final StorePlan plan;
    private final Consumer<Figure> told;

    SyncScenario(StorePlan plan, Consumer<Figure> told) {
        this.plan = plan;
        this.told = told;
    }

    void run() throws IOException, InterruptedException {
        PlainWriting plain = new PlainWriting(plan.directory());
        for (int bytes : AppendScenario.BODY_BYTES) {
            for (int threads : AppendScenario.THREADS) {
                CountingDisk disk = new CountingDisk();
                Producers.Done done;
                double forces;
                try (ScratchStore scratch = new ScratchStore(plan.directory());
                        MessageStore store = ScratchStore.open(scratch.directory(), FlushMode.SYNC_FLUSH, disk)) {
                    Producers producers = new Producers(store, threads, bytes);
                    producers.run(Long.MAX_VALUE, WARM_UP_SECONDS);
                    long before = disk.forces();
                    done = producers.run(Long.MAX_VALUE, SECONDS);
                    forces = disk.forces() - before;
                }
                double batch = done.records() / forces;
                int batchBytes = (int) Math.max(1, done.logBytes() / forces);
                double bare = plain.forcesPerSecond(batchBytes, SECONDS) * batch;
                String name = "%d B, %d producers, synchronous flush".formatted(bytes, threads);
                tell(name, done.rate(), "1/s");
                tell(name + ", messages per force", batch, "");
                tell(name + ", bare forces of as many bytes", bare, "1/s");
                tell(name + ", to bare forces", done.rate() / bare, "x");
            }
        }
    }

    private void tell(String name, double value, String unit) {
        told.accept(new Figure("sync", name, value, unit));
    }
}
