package io.sluice.perf.limit;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How often this machine stands still for a program that never waits: one thread for each core looks at the clock again and
 * again. A moment counts as late when the next look came more than a millisecond after it; no latency that is measured on the
 * machine has fewer late moments than that.
 */
final class PauseLimits {
    private static final long MEASURED_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final double MILLION = 1_000_000;

    private PauseLimits() {}

    static List<Limit> measure() throws InterruptedException {
        int cores = Runtime.getRuntime().availableProcessors();
        AtomicLong late = new AtomicLong();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < cores; i++) {
            Thread thread = new Thread(() -> late.addAndGet(lateNanos()), "pause-limit-" + i);
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return List.of(new Limit(
                Limits.LATE_MOMENTS,
                "%d threads that only look at the clock".formatted(cores),
                late.get() * MILLION / (MEASURED_NANOS * cores),
                "of 1,000,000"));
    }

    private static long lateNanos() {
        long late = 0;
        long last = System.nanoTime();
        long end = last + MEASURED_NANOS;
        while (last - end < 0) {
            long now = System.nanoTime();
            late += Math.max(0, now - last - LATE_NANOS);
            last = now;
        }
        return late;
    }
}
