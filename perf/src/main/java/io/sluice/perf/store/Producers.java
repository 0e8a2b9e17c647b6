package io.sluice.perf.store;

import io.sluice.runtime.Threads;
import io.sluice.store.MessageStore;
import io.sluice.store.log.AppendResult;
import io.sluice.store.log.AppendResult.Stored;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/** Threads that append, each as fast as it is answered. */
final class Producers {
    static final String TOPIC = "Perf";
    static final int QUEUES = 4;
    /** Records between two looks at what the others have done. */
    private static final int SLICE = 64;

    private static final int HEX_KEYS_PER_THREAD_BITS = 40;
    private static final long PAUSE_WHEN_REFUSED_NANOS = 1_000_000;

    private final MessageStore store;
    private final int threads;
    private final int bytes;
    private long runs;

    /**
     * What they did.
     *
     * @param logBytes by which the log grew
     * @param refused  answers that asked to try again later, and were
     */
    record Done(long records, long logBytes, long refused, double seconds) {
        double rate() {
            return records / seconds;
        }

        double megabytesPerSecond() {
            return logBytes / 1e6 / seconds;
        }
    }

    Producers(MessageStore store, int threads, int bytes) {
        this.store = store;
        this.threads = threads;
        this.bytes = bytes;
    }

    /** Appends until so many records are stored or so much time is over. */
    Done run(long records, double seconds) throws InterruptedException {
        AtomicLong begun = new AtomicLong();
        AtomicLong stored = new AtomicLong();
        AtomicLong refused = new AtomicLong();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> all = new ArrayList<>();
        long run = runs++;
        for (int i = 0; i < threads; i++) {
            int thread = i;
            RecordSource source = new RecordSource((run * threads + thread) << HEX_KEYS_PER_THREAD_BITS, bytes);
            all.add(Threads.named("producer-" + i, () -> {
                try {
                    start.await();
                    long end = System.nanoTime() + (long) (seconds * 1e9);
                    while (System.nanoTime() < end && begun.addAndGet(SLICE) <= records) {
                        slice(source, thread, stored, refused);
                    }
                } catch (RuntimeException | InterruptedException failed) {
                    failure.compareAndSet(null, failed);
                }
            }));
        }
        all.forEach(Thread::start);
        long from = store.logRange().max();
        long began = System.nanoTime();
        start.countDown();
        for (Thread thread : all) {
            thread.join();
        }
        double took = (System.nanoTime() - began) / 1e9;
        if (failure.get() != null) {
            throw new IllegalStateException("a producer failed", failure.get());
        }
        return new Done(stored.get(), store.logRange().max() - from, refused.get(), took);
    }

    private void slice(RecordSource source, int thread, AtomicLong stored, AtomicLong refused) {
        for (int i = 0; i < SLICE; i++) {
            int queueId = (thread + i) % QUEUES;
            AppendResult result = append(source, queueId);
            while (!(result instanceof Stored)) {
                if (!(result instanceof AppendResult.Refused no) || no.reason() != AppendResult.Reason.OVERLOADED) {
                    throw new IllegalStateException("not stored: " + result);
                }
                refused.incrementAndGet();
                LockSupport.parkNanos(PAUSE_WHEN_REFUSED_NANOS);
                result = append(source, queueId);
            }
        }
        stored.addAndGet(SLICE);
    }

    private AppendResult append(RecordSource source, int queueId) {
        return store.append(source.next(TOPIC, queueId)).toCompletableFuture().join();
    }
}
