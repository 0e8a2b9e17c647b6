package io.sluice.perf.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * Counts messages that come out of a backlog. The first ones are not measured: joining a group takes its time. The count
 * is looked at each millisecond, so that counting costs the receiving threads next to nothing. {@link #received} may be
 * called by any number of threads.
 */
public final class Drain {
    private static final long LOOK_NANOS = 1_000_000;
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** After the last message, how long a second delivery is waited for. */
    private static final long LATE_NANOS = 300_000_000;

    private final long skip;
    private final long expected;
    private final LoadWatch watch;
    private final LongAdder received = new LongAdder();

    /**
     * @param skip     messages before the measured ones
     * @param expected messages in the backlog, the skipped ones included
     */
    public Drain(long skip, long expected, LoadWatch watch) {
        if (skip < 1 || expected <= skip) {
            throw new IllegalArgumentException("skip %d must be within 1..%d".formatted(skip, expected - 1));
        }
        this.skip = skip;
        this.expected = expected;
        this.watch = watch;
    }

    public void received() {
        received.increment();
    }

    /**
     * Waits until the backlog is empty, or nothing has come for so long. What has not come by then counts as errors, and so
     * does what came twice.
     */
    public Result await(long patienceSeconds) {
        long patience = TimeUnit.SECONDS.toNanos(patienceSeconds);
        long begun = System.nanoTime();
        long lastProgress = begun;
        long seen = 0;
        while (seen < skip && System.nanoTime() - lastProgress < patience) {
            LockSupport.parkNanos(LOOK_NANOS);
            long now = received.sum();
            lastProgress = now > seen ? System.nanoTime() : lastProgress;
            seen = now;
        }
        long from = System.nanoTime();
        long before = received.sum();
        watch.measuring();
        List<Long> perSecond = new ArrayList<>();
        long told = before;
        long until = from;
        seen = before;
        while (seen < expected && until - lastProgress < patience) {
            LockSupport.parkNanos(LOOK_NANOS);
            long now = received.sum();
            until = System.nanoTime();
            lastProgress = now > seen ? until : lastProgress;
            seen = now;
            if (until - from >= (perSecond.size() + 1) * SECOND_NANOS) {
                perSecond.add(seen - told);
                watch.second(perSecond.size(), seen - told);
                told = seen;
            }
        }
        watch.measured();
        return result(Math.min(seen, expected) - before, until - from, perSecond);
    }

    private Result result(long messages, long nanos, List<Long> perSecond) {
        long lateUntil = System.nanoTime() + LATE_NANOS;
        while (received.sum() >= expected && System.nanoTime() < lateUntil) {
            LockSupport.parkNanos(lateUntil - System.nanoTime());
        }
        long all = received.sum();
        if (all != expected) {
            watch.failed(new IllegalStateException("%,d messages came out of a backlog of %,d: %s"
                    .formatted(all, expected, all < expected ? "the rest is missing" : "some came twice")));
        }
        return new Result(
                Math.max(0, messages),
                Math.abs(all - expected),
                Math.max(1, nanos) / 1e9,
                new Histogram(3),
                perSecond.stream().mapToLong(Long::longValue).toArray());
    }
}
