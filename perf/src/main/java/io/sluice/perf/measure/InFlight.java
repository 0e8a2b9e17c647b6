package io.sluice.perf.measure;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * The steps that one load thread has open. That thread enters; any thread leaves. A thread that found the bound reached is
 * woken only when a good part is free again, so that it does not wake for every single answer.
 */
final class InFlight {
    private final int max;
    /** A waiting thread goes on at so many open steps. */
    private final int resumeAt;

    private final AtomicInteger open = new AtomicInteger();
    private final AtomicReference<Thread> waiting = new AtomicReference<>();
    private volatile int wakeAt;

    /** @param part of the bound, as its divisor, that must be free before a waiting thread goes on; at least one step */
    InFlight(int max, int part) {
        this.max = max;
        this.resumeAt = max - Math.max(1, max / part);
    }

    /** Waits while the bound is reached. */
    void enter() throws InterruptedException {
        if (open.get() >= max) {
            await(resumeAt, Long.MAX_VALUE);
        }
        open.incrementAndGet();
    }

    void leave() {
        int left = open.decrementAndGet();
        Thread sleeper = waiting.get();
        if (sleeper != null && left <= wakeAt && waiting.compareAndSet(sleeper, null)) {
            LockSupport.unpark(sleeper);
        }
    }

    /**
     * Waits until at most so many are open.
     *
     * @return how many are open when it ends: more than asked for when the time was over
     */
    int await(int atMost, long deadlineNanos) throws InterruptedException {
        wakeAt = atMost;
        while (open.get() > atMost) {
            waiting.set(Thread.currentThread());
            if (open.get() <= atMost) {
                break;
            }
            if (deadlineNanos == Long.MAX_VALUE) {
                LockSupport.park(this);
            } else {
                long left = deadlineNanos - System.nanoTime();
                if (left <= 0) {
                    break;
                }
                LockSupport.parkNanos(this, left);
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
        waiting.set(null);
        return open.get();
    }
}
