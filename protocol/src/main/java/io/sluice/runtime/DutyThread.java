package io.sluice.runtime;

import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one {@link Duty} until closed. Any thread may {@link #wake} it. A duty that throws is logged, paused for a moment
 * and called again; so is one that met mapped memory without a file behind it, which the platform reports as an
 * {@link InternalError}. Any other {@link Error} ends the thread and is told to the handler given.
 */
public final class DutyThread implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(DutyThread.class);
    private static final long PAUSE_AFTER_FAILURE_NANOS = 100_000_000L;
    private static final long JOIN_MS = 10_000;

    private final Duty duty;
    private final Thread thread;
    private volatile boolean running = true;
    /** True from just before the thread decides to sleep until it is awake again; lets {@link #wake} stay cheap. */
    private volatile boolean sleepy;

    private DutyThread(Duty duty) {
        this.duty = duty;
        this.thread = new Thread(this::run, duty.role());
        this.thread.setDaemon(true);
    }

    public static DutyThread start(Duty duty) {
        DutyThread started = new DutyThread(duty);
        started.thread.start();
        return started;
    }

    /** Ends the present or the next sleep of the duty. Costs one volatile read while the duty is busy. */
    public void wake() {
        if (sleepy) {
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        while (running) {
            try {
                if (duty.work() == 0) {
                    sleepIfStillIdle();
                }
            } catch (InterruptedException stop) {
                return;
            } catch (Exception | InternalError failed) {
                log.error("{} failed and goes on", duty.role(), failed);
                LockSupport.parkNanos(PAUSE_AFTER_FAILURE_NANOS);
            }
        }
    }

    /** Looks once more after announcing the sleep, so that a wake between the two looks is not lost. */
    private void sleepIfStillIdle() throws Exception {
        sleepy = true;
        try {
            if (running && duty.work() == 0) {
                LockSupport.parkNanos(duty.idleNanos());
            }
        } finally {
            sleepy = false;
        }
    }

    /** Ends the loop after the slice in progress and waits for it, up to 10 s. */
    @Override
    public void close() {
        running = false;
        LockSupport.unpark(thread);
        if (Thread.currentThread() == thread) {
            return;
        }
        try {
            thread.join(JOIN_MS);
            if (thread.isAlive()) {
                log.warn("{} did not end within {} ms", duty.role(), JOIN_MS);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
