package io.sluice.broker.housekeeping;

import io.sluice.runtime.Duty;
import io.sluice.runtime.DutyThread;
import io.sluice.tail.Later;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs steps at their times on the {@code housekeeping} thread. A step may write a small file; it must not wait for
 * anything else. A step that fails is logged and, if it is periodic, runs again at its next time.
 *
 * <p>Any thread may add steps. What waits is bounded by those who add: each keeps at most a few steps waiting.
 */
public final class Housekeeping implements Duty, Later, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Housekeeping.class);
    private static final long LONGEST_SLEEP_NANOS = 1_000_000_000L;
    private static final long ONCE = 0;

    private final LongSupplier nanos;
    /** Guarded by this object. */
    private final PriorityQueue<Entry> waiting =
            new PriorityQueue<>(Comparator.comparingLong(Entry::dueNanos).thenComparingLong(Entry::number));
    /** Guarded by this object. */
    private long lastNumber;
    /** Guarded by this object. */
    private boolean closed;

    private volatile DutyThread thread;

    private record Entry(String what, Runnable step, long dueNanos, long periodNanos, long number) {}

    /** @param nanos a clock that never goes back, nanoseconds */
    public Housekeeping(LongSupplier nanos) {
        this.nanos = nanos;
    }

    public void start() {
        thread = DutyThread.start(this);
    }

    /**
     * Runs the step again and again, first after one period.
     *
     * @param what names the step in log lines
     */
    public void every(Duration period, String what, Runnable step) {
        add(what, step, period.toNanos(), period.toNanos());
    }

    @Override
    public void run(Duration delay, Runnable step) {
        add("a delayed step", step, delay.toNanos(), ONCE);
    }

    private void add(String what, Runnable step, long delayNanos, long periodNanos) {
        boolean isFirst;
        synchronized (this) {
            if (closed) {
                return;
            }
            Entry entry = new Entry(what, step, nanos.getAsLong() + delayNanos, periodNanos, ++lastNumber);
            waiting.add(entry);
            isFirst = waiting.peek() == entry;
        }
        DutyThread running = thread;
        if (isFirst && running != null) {
            running.wake();
        }
    }

    /** Runs the next step that is due. */
    @Override
    public int work() {
        Entry due;
        synchronized (this) {
            if (waiting.isEmpty() || waiting.peek().dueNanos() - nanos.getAsLong() > 0) {
                return 0;
            }
            due = waiting.poll();
        }
        try {
            due.step().run();
        } catch (RuntimeException failed) {
            log.error("{} failed", due.what(), failed);
        }
        if (due.periodNanos() != ONCE) {
            add(due.what(), due.step(), due.periodNanos(), due.periodNanos());
        }
        return 1;
    }

    @Override
    public synchronized long idleNanos() {
        if (waiting.isEmpty()) {
            return LONGEST_SLEEP_NANOS;
        }
        return Math.min(LONGEST_SLEEP_NANOS, Math.max(0, waiting.peek().dueNanos() - nanos.getAsLong()));
    }

    @Override
    public String role() {
        return "housekeeping";
    }

    /** Ends the step in progress and forgets the others. Twice is harmless. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            waiting.clear();
        }
        DutyThread running = thread;
        if (running != null) {
            running.close();
        }
    }
}
