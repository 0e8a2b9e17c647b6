package io.sluice.perf.store;

import io.sluice.perf.machine.PageCache;
import io.sluice.runtime.Threads;
import io.sluice.store.MessageStore;
import io.sluice.store.QueueRead;
import io.sluice.store.log.FlushMode;
import io.sluice.store.queue.EntryFilter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** {@link StoreScenario#BACKLOG}. */
final class BacklogScenario {
    private static final int PRODUCERS = 8;
    private static final int ROUNDS = 3;
    private static final long SAMPLE = 2_000_000;
    private static final long READ_PER_QUEUE = 100_000;
    /** Of a message in its queue and in the index. */
    private static final int DERIVED_BYTES = 40;

    private static final int BATCH = 512;
    private static final int BATCH_BYTES = 1 << 20;
    private static final double NO_TIME_LIMIT = 600;

    private final StorePlan plan;
    private final Consumer<Figure> told;

    BacklogScenario(StorePlan plan, Consumer<Figure> told) {
        this.plan = plan;
        this.told = told;
    }

    void run() throws IOException, InterruptedException {
        double empty = toEmptyStores();
        double control = toEmptyStoreAfterPlainFiles(empty);
        try (ScratchStore scratch = new ScratchStore(plan.directory())) {
            double hot;
            try (MessageStore store = scratch.open(FlushMode.ASYNC_FLUSH)) {
                Producers producers = new Producers(store, PRODUCERS, plan.bytes());
                Producers.Done filled = producers.run(plan.messages(), NO_TIME_LIMIT);
                tell("filling %,d messages of %d B".formatted(filled.records(), plan.bytes()), filled.rate(), "1/s");
                tell("log", store.logRange().max() / 1e6, "MB");
                double rate = appendRate(store, producers);
                compare("right after filling", rate, empty);
                tell(
                        "appends above the backlog, right after filling, to an empty store after as many bytes in plain files",
                        rate / control,
                        "x");
                hot = hotRate(store);
                tell("hot reader, median of %d".formatted(ROUNDS), hot, "1/s");
                tell("heap in use after a collection, with the backlog", heapInUse() / 1e6, "MB");
            }
            PageCache.evict(scratch.directory());
            cold(scratch, hot, empty);
        }
    }

    private void compare(String when, double rate, double empty) {
        tell("appends above the backlog, %s, median of %d".formatted(when, ROUNDS), rate, "1/s");
        tell("appends above the backlog, %s, to an empty store".formatted(when), rate / empty, "x");
    }

    /** Rate of appends to a fresh store each time, after one that only warms up. */
    private double toEmptyStores() throws IOException, InterruptedException {
        double[] rates = new double[ROUNDS];
        for (int i = -1; i < ROUNDS; i++) {
            try (ScratchStore scratch = new ScratchStore(plan.directory());
                    MessageStore store = scratch.open(FlushMode.ASYNC_FLUSH)) {
                Producers producers = new Producers(store, PRODUCERS, plan.bytes());
                rates[Math.max(0, i)] = producers.run(SAMPLE, NO_TIME_LIMIT).rate();
                if (i < 0) {
                    tell("heap in use after a collection, small store", heapInUse() / 1e6, "MB");
                }
            }
        }
        double median = AppendScenario.median(rates);
        tell("appends to an empty store, %,d each, median of %d".formatted(SAMPLE, ROUNDS), median, "1/s");
        return median;
    }

    /**
     * What the backlog is to be held against: a store without one, on a machine that has just had as many bytes written to
     * files, so that both take their memory from the same place.
     */
    private double toEmptyStoreAfterPlainFiles(double empty) throws IOException, InterruptedException {
        try (ScratchStore plain = new ScratchStore(plan.directory());
                ScratchStore scratch = new ScratchStore(plan.directory())) {
            long bytes = plan.messages() * (plan.bytes() + AppendScenario.OVERHEAD_BYTES + DERIVED_BYTES);
            PlainWriting.fill(plain.directory(), bytes);
            try (MessageStore store = scratch.open(FlushMode.ASYNC_FLUSH)) {
                double rate = appendRate(store, new Producers(store, PRODUCERS, plan.bytes()));
                String name = "appends to an empty store after %,d MB in plain files".formatted(bytes / 1_000_000);
                tell(name + ", median of %d".formatted(ROUNDS), rate, "1/s");
                tell(name + ", to an empty store", rate / empty, "x");
                return rate;
            }
        }
    }

    private static double hotRate(MessageStore store) {
        double[] rates = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            rates[i] = read(store, shortest(store) - READ_PER_QUEUE, READ_PER_QUEUE);
        }
        return AppendScenario.median(rates);
    }

    /** Each sample begins when the disk has what was written before it. */
    private static double appendRate(MessageStore store, Producers producers) throws InterruptedException {
        double[] rates = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            awaitFlushed(store);
            rates[i] = producers.run(SAMPLE, NO_TIME_LIMIT).rate();
        }
        return AppendScenario.median(rates);
    }

    private static void awaitFlushed(MessageStore store) {
        while (store.health().flushedTo() < store.logRange().max()
                || store.health().indexedTo() < store.logRange().max()) {
            LockSupport.parkNanos(10_000_000);
        }
    }

    /** Reads parts that are not in memory, alone and beside producers. */
    private void cold(ScratchStore scratch, double hot, double empty) throws IOException, InterruptedException {
        try (MessageStore store = scratch.open(FlushMode.ASYNC_FLUSH)) {
            double[] rates = new double[ROUNDS];
            long readBefore = bytesReadFromDisk();
            for (int i = 0; i < ROUNDS; i++) {
                rates[i] = read(store, i * READ_PER_QUEUE, READ_PER_QUEUE);
            }
            double cold = AppendScenario.median(rates);
            tell("cold reader, median of %d".formatted(ROUNDS), cold, "1/s");
            tell("read from the disk meanwhile", (bytesReadFromDisk() - readBefore) / 1e6, "MB");
            tell("cold reader to hot reader", cold / hot, "x");

            Producers producers = new Producers(store, PRODUCERS, plan.bytes());
            compare("reopened", appendRate(store, producers), empty);
            AtomicBoolean over = new AtomicBoolean();
            AtomicLong read = new AtomicLong();
            Thread reader = Threads.named("cold-reader", () -> {
                long limit = shortest(store) - BATCH;
                for (long at = ROUNDS * READ_PER_QUEUE; !over.get() && at < limit; at += BATCH) {
                    read.addAndGet(readBatches(store, at));
                }
            });
            awaitFlushed(store);
            reader.start();
            double beside = producers.run(SAMPLE, NO_TIME_LIMIT).rate();
            over.set(true);
            reader.join();
            tell("appends beside a cold reader (%,d messages read)".formatted(read.get()), beside, "1/s");
        }
    }

    /** Messages of the queue that has the fewest. */
    private static long shortest(MessageStore store) {
        return IntStream.range(0, Producers.QUEUES)
                .mapToLong(queueId -> store.range(Producers.TOPIC, queueId).max())
                .min()
                .orElseThrow();
    }

    private static double read(MessageStore store, long from, long perQueue) {
        long began = System.nanoTime();
        long read = 0;
        for (long at = Math.max(0, from); at + BATCH <= from + perQueue; at += BATCH) {
            read += readBatches(store, at);
        }
        return read / ((System.nanoTime() - began) / 1e9);
    }

    /** One batch from each queue; the store compares the checksum of every body, so all of it is touched. */
    private static long readBatches(MessageStore store, long at) {
        long read = 0;
        for (int queueId = 0; queueId < Producers.QUEUES; queueId++) {
            try (QueueRead batch = store.read(Producers.TOPIC, queueId, at, EntryFilter.ALL, BATCH, BATCH_BYTES)) {
                if (batch.status() != QueueRead.Status.FOUND) {
                    throw new IllegalStateException("queue %d at %d: %s".formatted(queueId, at, batch.status()));
                }
                read += batch.slices().size();
            }
        }
        return read;
    }

    /** Of this process, as the system counts it; 0 where it does not. */
    private static long bytesReadFromDisk() throws IOException {
        Path counts = Path.of("/proc/self/io");
        return !Files.exists(counts)
                ? 0
                : Files.readAllLines(counts).stream()
                        .filter(line -> line.startsWith("read_bytes:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                        .sum();
    }

    private static long heapInUse() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private void tell(String name, double value, String unit) {
        told.accept(new Figure("backlog", name, value, unit));
    }
}
