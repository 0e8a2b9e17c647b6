package io.sluice.perf.measure;

import io.sluice.runtime.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * Runs one plan against one operation. Threads of its own start the steps; completions come on whatever thread the
 * operation completes them. Latencies above a minute are recorded as a minute.
 */
public final class LoadRun {
    private static final long LATENCY_MAX_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int SIGNIFICANT_DIGITS = 3;
    private static final long DRAIN_SECONDS = 30;

    private final LoadPlan plan;
    private final Operation operation;
    private final Recorder latencies = new Recorder(LATENCY_MAX_NANOS, SIGNIFICANT_DIGITS);
    private final LongAdder messages = new LongAdder();
    private final LongAdder errors = new LongAdder();
    private final AtomicLong next = new AtomicLong();
    private final AtomicLongArray perSecond;
    private final long countFrom;
    private final long end;
    private final long begin;

    private LoadRun(LoadPlan plan, Operation operation) {
        this.plan = plan;
        this.operation = operation;
        this.begin = System.nanoTime();
        this.countFrom = begin + plan.warmUp().toNanos();
        this.end = countFrom + plan.measured().toNanos();
        this.perSecond = new AtomicLongArray((int) plan.measured().toSeconds() + 1);
    }

    /** Runs the load to its end and waits for what is in flight, up to half a minute. */
    public static Result run(LoadPlan plan, Operation operation) throws InterruptedException {
        LoadRun run = new LoadRun(plan, operation);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < plan.threads(); i++) {
            Thread thread = Threads.named("load-" + i, run::work);
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return run.result();
    }

    private Result result() {
        Histogram latency = latencies.getIntervalHistogram();
        long[] seconds = new long[perSecond.length()];
        for (int i = 0; i < seconds.length; i++) {
            seconds[i] = perSecond.get(i);
        }
        return new Result(messages.sum(), errors.sum(), (end - countFrom) / 1e9, latency, seconds);
    }

    private void work() {
        Semaphore open = new Semaphore(plan.inFlight());
        try {
            while (true) {
                long number = next.getAndIncrement();
                long due = dueAt(number);
                if (due >= end || System.nanoTime() >= end) {
                    break;
                }
                waitUntil(due);
                open.acquire();
                start(number, plan.ratePerSecond() > 0 ? due : System.nanoTime(), open);
            }
            open.tryAcquire(plan.inFlight(), DRAIN_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** With a fixed rate the steps are due at even distances, whatever became of the earlier ones. */
    private long dueAt(long number) {
        return plan.ratePerSecond() > 0 ? begin + (long) (number * 1e9 / plan.ratePerSecond()) : begin;
    }

    private static void waitUntil(long due) {
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
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
        long now = System.nanoTime();
        if (now < countFrom || now >= end) {
            return;
        }
        if (failed != null) {
            errors.increment();
            return;
        }
        latencies.recordValue(Math.min(now - from, LATENCY_MAX_NANOS));
        messages.add(moved);
        perSecond.addAndGet((int) TimeUnit.NANOSECONDS.toSeconds(now - countFrom), moved);
    }
}
