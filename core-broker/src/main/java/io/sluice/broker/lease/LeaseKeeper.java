package io.sluice.broker.lease;

import io.sluice.runtime.Duty;
import io.sluice.runtime.DutyThread;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves desks at which something has happened, and calls those whose time has come, on the {@code lease-keeper} thread.
 * Costs nothing for a desk at which nothing is lent and nobody waits. Any thread may ask for a desk to be served or called;
 * asking never calls out and never blocks for long.
 */
final class LeaseKeeper implements Duty, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LeaseKeeper.class);
    private static final int SLICE_MAX = 64;
    private static final long LONGEST_SLEEP_NANOS = 1_000_000_000L;
    private static final long NANOS_PER_MS = 1_000_000L;

    private final InstantSource clock;
    /** Desks to be served; each at most once, see {@link LeaseDesk#isQueued}. */
    private final ConcurrentLinkedQueue<LeaseDesk> ready = new ConcurrentLinkedQueue<>();
    /** Guarded by itself. A desk has at most one call here. */
    private final TreeSet<Call> calls =
            new TreeSet<>(Comparator.comparingLong(Call::atMs).thenComparingLong(Call::number));

    private volatile DutyThread thread;

    /** @param number of the desk, so that no two calls are equal */
    record Call(long atMs, long number, LeaseDesk desk) {}

    LeaseKeeper(InstantSource clock) {
        this.clock = clock;
    }

    void start() {
        thread = DutyThread.start(this);
    }

    /** Serves the desk soon. */
    void serve(LeaseDesk desk) {
        if (desk.isQueued.compareAndSet(false, true)) {
            ready.add(desk);
            wake();
        }
    }

    /** Replaces a call by another; either may be {@code null}. */
    void call(Call old, Call next) {
        boolean isFirst = false;
        synchronized (calls) {
            if (old != null) {
                calls.remove(old);
            }
            if (next != null) {
                calls.add(next);
                isFirst = calls.first() == next;
            }
        }
        if (isFirst) {
            wake();
        }
    }

    private void wake() {
        DutyThread running = thread;
        if (running != null) {
            running.wake();
        }
    }

    @Override
    public int work() {
        int done = 0;
        for (LeaseDesk desk : due()) {
            guarded(desk, desk::called);
            done++;
        }
        LeaseDesk desk;
        while (done < SLICE_MAX && (desk = ready.poll()) != null) {
            desk.isQueued.set(false);
            guarded(desk, desk::serve);
            done++;
        }
        return done;
    }

    private List<LeaseDesk> due() {
        long now = clock.millis();
        synchronized (calls) {
            if (calls.isEmpty() || calls.first().atMs() > now) {
                return List.of();
            }
            List<LeaseDesk> due = new ArrayList<>();
            while (due.size() < SLICE_MAX && !calls.isEmpty() && calls.first().atMs() <= now) {
                due.add(calls.pollFirst().desk());
            }
            return due;
        }
    }

    private static void guarded(LeaseDesk desk, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException failed) {
            log.error("serving {} failed; it is served again in a while", desk, failed);
            desk.callAgain();
        }
    }

    @Override
    public long idleNanos() {
        synchronized (calls) {
            if (calls.isEmpty()) {
                return LONGEST_SLEEP_NANOS;
            }
            long left = calls.first().atMs() - clock.millis();
            return Math.min(LONGEST_SLEEP_NANOS, Math.max(0, left) * NANOS_PER_MS);
        }
    }

    @Override
    public String role() {
        return "lease-keeper";
    }

    /** Ends the thread. Twice is harmless. */
    @Override
    public void close() {
        DutyThread running = thread;
        if (running != null) {
            running.close();
        }
    }
}
