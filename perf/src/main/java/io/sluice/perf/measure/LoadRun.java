package io.sluice.perf.measure;

import io.sluice.runtime.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Recorder;

/**
 * Runs one plan against one operation. Threads of its own start the steps; completions come on whatever thread the
 * operation completes them. Latencies above a minute are recorded as a minute.
 *
 * <p>As fast as possible, what is done within the measured time counts, each step timed from its start. At a fixed rate,
 * what is due within the measured time counts, each step timed from the moment it was due, and is waited for; a step
 * without an answer after half a minute is an error.
 */
public final class LoadRun {
    private static final long LATENCY_MAX_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int SIGNIFICANT_DIGITS = 3;
    private static final long DRAIN_SECONDS = 30;

    private final LoadPlan plan;
    private final Operation operation;
    private final LoadWatch watch;
    private final AtomicBoolean hasFailed = new AtomicBoolean();
    private final Recorder latencies = new Recorder(LATENCY_MAX_NANOS, SIGNIFICANT_DIGITS);
    private final LongAdder messages = new LongAdder();
    private final LongAdder errors = new LongAdder();
    private final AtomicLong next = new AtomicLong();
    private final long begin;
    private final long countFrom;
    private final long end;

    private LoadRun(LoadPlan plan, Operation operation, LoadWatch watch) {
        this.watch = watch;
        this.plan = plan;
        this.operation = operation;
        this.begin = System.nanoTime();
        this.countFrom = begin + plan.warmUp().toNanos();
        this.end = countFrom + plan.measured().toNanos();
    }

    public static Result run(LoadPlan plan, Operation operation) throws InterruptedException {
        return run(plan, operation, LoadWatch.SILENT);
    }

    /** Runs the load to its end and waits for what is in flight, up to half a minute. */
    public static Result run(LoadPlan plan, Operation operation, LoadWatch watch) throws InterruptedException {
        LoadRun run = new LoadRun(plan, operation, watch);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < plan.threads(); i++) {
            Thread thread = Threads.named("load-" + i, run::work);
            threads.add(thread);
            thread.start();
        }
        long[] perSecond = run.tell();
        for (Thread thread : threads) {
            thread.join();
        }
        return run.result(perSecond);
    }

    /** Follows the load through the measured time; what comes after a whole second belongs to the last one. */
    private long[] tell() {
        waitUntil(countFrom);
        watch.measuring();
        int whole = (int) Math.max(1, plan.measured().toSeconds());
        long[] perSecond = new long[whole];
        long told = 0;
        for (int second = 1; second <= whole; second++) {
            waitUntil(second == whole ? end : countFrom + TimeUnit.SECONDS.toNanos(second));
            long now = messages.sum();
            perSecond[second - 1] = now - told;
            told = now;
            watch.second(second, perSecond[second - 1]);
        }
        watch.measured();
        return perSecond;
    }

    private Result result(long[] perSecond) {
        return new Result(
                messages.sum(), errors.sum(), (end - countFrom) / 1e9, latencies.getIntervalHistogram(), perSecond);
    }

    private boolean isFixedRate() {
        return plan.ratePerSecond() > 0;
    }

    private void work() {
        Semaphore open = new Semaphore(plan.inFlight());
        try {
            while (true) {
                long number = next.getAndIncrement();
                long due = dueAt(number);
                // A step that was due in time is taken even when its turn comes late: leaving it out would hide the
                // stall.
                if (due >= end || !isFixedRate() && System.nanoTime() >= end) {
                    break;
                }
                waitUntil(due);
                open.acquire();
                start(number, isFixedRate() ? due : System.nanoTime(), open);
            }
            if (!open.tryAcquire(plan.inFlight(), DRAIN_SECONDS, TimeUnit.SECONDS)) {
                errors.add(plan.inFlight() - open.availablePermits());
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** With a fixed rate the steps are due at even distances, whatever became of the earlier ones. */
    private long dueAt(long number) {
        return isFixedRate() ? begin + (long) (number * 1e9 / plan.ratePerSecond()) : begin;
    }

    private static void waitUntil(long due) {
        for (long left = due - System.nanoTime(); left > 0 && !Thread.interrupted(); left = due - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private void start(long number, long from, Semaphore open) {
        try {
            operation.start(number).whenComplete((moved, failed) -> {
                count(from, moved, failed);
                open.release();
            });
        } catch (Exception failed) {
            count(from, null, failed);
            open.release();
        }
    }

    private void count(long from, Integer moved, Throwable failed) {
        if (failed != null && hasFailed.compareAndSet(false, true)) {
            watch.failed(failed);
        }
        long now = System.nanoTime();
        long counts = isFixedRate() ? from : now;
        if (counts < countFrom || counts >= end) {
            return;
        }
        if (failed != null) {
            errors.increment();
            return;
        }
        latencies.recordValue(Math.min(now - from, LATENCY_MAX_NANOS));
        messages.add(moved);
    }
}
