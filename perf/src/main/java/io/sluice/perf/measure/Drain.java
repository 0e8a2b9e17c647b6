package io.sluice.perf.measure;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;

/**
 * Counts messages that come out of a backlog. The first ones are the warm-up; time runs from the last of those to the
 * last of all. {@link #received} may be called by any number of threads.
 */
public final class Drain {
    private final long skip;
    private final long expected;
    private final LoadWatch watch;
    private final AtomicLong ticket = new AtomicLong();
    private final LongAdder told = new LongAdder();
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile long from;
    private volatile long until;

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
        long number = ticket.incrementAndGet();
        if (number == skip) {
            from = System.nanoTime();
            watch.measuring();
        } else if (number == expected) {
            until = System.nanoTime();
            watch.measured();
            over.countDown();
        }
        if (number > skip) {
            told.increment();
        }
    }

    /** Waits until the backlog is empty; what has not come by then counts as errors. */
    public Result await(long timeoutSeconds) throws InterruptedException {
        boolean complete = false;
        int second = 0;
        for (long seen = 0; !complete && second < timeoutSeconds; second++) {
            complete = over.await(1, TimeUnit.SECONDS);
            long now = told.sum();
            watch.second(second + 1, now - seen);
            seen = now;
        }
        long end = complete ? until : System.nanoTime();
        long got = Math.min(ticket.get(), expected);
        double seconds = Math.max(1, end - from) / 1e9;
        return new Result(Math.max(0, got - skip), expected - got, seconds, new Histogram(3), new long[0]);
    }
}
