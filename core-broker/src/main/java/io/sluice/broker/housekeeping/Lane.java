package io.sluice.broker.housekeeping;

import io.sluice.runtime.Duty;
import io.sluice.runtime.DutyThread;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread for work that may block, so that event loops need not: tasks run one after another, in the order given. The
 * inbox is bounded; a task that finds no room is rejected.
 */
public final class Lane implements Duty, Executor, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Lane.class);
    private static final int SLICE_MAX = 64;
    private static final long LONGEST_SLEEP_NANOS = 1_000_000_000L;

    private final String role;
    private final ArrayBlockingQueue<Runnable> inbox;
    private volatile DutyThread thread;
    private volatile boolean closed;

    /**
     * @param role    names the thread
     * @param waitMax how many tasks may wait
     */
    public Lane(String role, int waitMax) {
        this.role = role;
        this.inbox = new ArrayBlockingQueue<>(waitMax);
    }

    public void start() {
        thread = DutyThread.start(this);
    }

    /** @throws RejectedExecutionException when too many tasks wait, or the lane is closed */
    @Override
    public void execute(Runnable task) {
        if (closed || !inbox.offer(task)) {
            throw new RejectedExecutionException(
                    closed ? "%s is closed".formatted(role) : "%s has %d tasks waiting".formatted(role, inbox.size()));
        }
        DutyThread running = thread;
        if (running != null) {
            running.wake();
        }
    }

    @Override
    public int work() {
        int done = 0;
        Runnable task;
        while (done < SLICE_MAX && (task = inbox.poll()) != null) {
            try {
                task.run();
            } catch (RuntimeException failed) {
                log.error("a task of {} failed", role, failed);
            }
            done++;
        }
        return done;
    }

    @Override
    public long idleNanos() {
        return LONGEST_SLEEP_NANOS;
    }

    @Override
    public String role() {
        return role;
    }

    /** Runs what waits, then ends. Twice is harmless. */
    @Override
    public void close() {
        closed = true;
        DutyThread running = thread;
        if (running != null) {
            running.close();
        }
        while (work() > 0) {
            log.debug("{} ends after the tasks that waited", role);
        }
    }
}
