package io.sluice.perf.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * Counts messages that come out of a backlog. The first ones are not measured: joining a group takes its time, and they are
 * counted one by one, so that the measured time begins with the last of them. The rest is looked at each millisecond, so
 * that counting costs the receiving threads next to nothing. {@link #received} may be called by any number of threads.
 */
public final class Drain {
    private static final long LOOK_NANOS = 1_000_000;
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** After the last message, how long a second delivery is waited for. */
    private static final long LATE_NANOS = 300_000_000;

    private final long skip;
    private final long expected;
    private final LoadWatch watch;
    private final AtomicLong joining = new AtomicLong();
    private final LongAdder measured = new LongAdder();
    private volatile boolean joined;
    private long joinedAt;

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
        if (joined) {
            measured.increment();
        } else if (joining.incrementAndGet() == skip) {
            joinedAt = System.nanoTime();
            joined = true;
        }
    }

    private long count() {
        return joining.get() + measured.sum();
    }

    /**
     * Waits until the backlog is empty, or nothing has come for so long. What has not come by then counts as errors, and so
     * does what came twice.
     */
    public Result await(long patienceSeconds) {
        long patience = TimeUnit.SECONDS.toNanos(patienceSeconds);
        long lastProgress = System.nanoTime();
        long seen = 0;
        while (!joined && System.nanoTime() - lastProgress < patience) {
            LockSupport.parkNanos(LOOK_NANOS);
            long now = count();
            lastProgress = now > seen ? System.nanoTime() : lastProgress;
            seen = now;
        }
        long from = joined ? joinedAt : System.nanoTime();
        watch.measuring();
        List<Long> perSecond = new ArrayList<>();
        long told = skip;
        long until = from;
        seen = skip;
        while (seen < expected && until - lastProgress < patience) {
            LockSupport.parkNanos(LOOK_NANOS);
            long now = count();
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
        return result(Math.min(seen, expected) - skip, until - from, perSecond);
    }

    private Result result(long messages, long nanos, List<Long> perSecond) {
        long lateUntil = System.nanoTime() + LATE_NANOS;
        while (count() >= expected && System.nanoTime() < lateUntil) {
            LockSupport.parkNanos(lateUntil - System.nanoTime());
        }
        long all = count();
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
