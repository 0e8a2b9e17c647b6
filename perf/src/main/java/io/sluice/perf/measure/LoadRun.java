package io.sluice.perf.measure;

import io.sluice.perf.machine.TimerSlack;
import io.sluice.runtime.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToLongFunction;
import org.HdrHistogram.Histogram;

/**
 * Runs one plan against one operation. Threads of its own start the steps; completions come on whatever thread the
 * operation completes them.
 *
 * <p>As fast as possible, what is done within the measured time counts, each step timed from its start. At a fixed rate,
 * what is due within the measured time counts, each step timed from the moment it was due, and is waited for; a step
 * without an answer after half a minute is an error. A load that is to end after a number of steps ends without them when
 * none is done for half a minute.
 */
public final class LoadRun {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
    /** As fast as possible, a thread that waits goes on when a quarter of what it may have open is free. */
    private static final int RESUME_PART = 4;

    private final LoadPlan plan;
    private final Operation operation;
    private final LoadWatch watch;
    private final AtomicBoolean hasFailed = new AtomicBoolean();
    private final Queue<Tally> tallies = new ConcurrentLinkedQueue<>();
    private final ThreadLocal<Tally> tally = ThreadLocal.withInitial(this::newTally);
    /** At a fixed rate, steps taken so far. */
    private final AtomicLong next = new AtomicLong();
    /** When the load ends by number, counted steps so far. */
    private final AtomicLong counted = new AtomicLong();

    private final AtomicLong unanswered = new AtomicLong();
    private final long begin;
    private final long countFrom;
    /** Moves once, from the far future, when the load ends by number. */
    private volatile long end;

    private LoadRun(LoadPlan plan, Operation operation, LoadWatch watch) {
        this.watch = watch;
        this.plan = plan;
        this.operation = operation;
        this.begin = System.nanoTime();
        this.countFrom = begin + plan.warmUp().toNanos();
        this.end = plan.steps() > 0
                ? begin + Long.MAX_VALUE / 2
                : countFrom + plan.measured().toNanos();
    }

    public static Result run(LoadPlan plan, Operation operation) throws InterruptedException {
        return run(plan, operation, LoadWatch.SILENT);
    }

    /** Runs the load to its end and waits for what is in flight, up to half a minute. */
    public static Result run(LoadPlan plan, Operation operation, LoadWatch watch) throws InterruptedException {
        LoadRun run = new LoadRun(plan, operation, watch);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < plan.threads(); i++) {
            int number = i;
            Thread thread = Threads.named("load-" + i, () -> run.work(number));
            threads.add(thread);
            thread.start();
        }
        long[] perSecond = run.tell();
        for (Thread thread : threads) {
            thread.join();
        }
        return run.result(perSecond);
    }

    private Tally newTally() {
        Tally own = new Tally();
        tallies.add(own);
        return own;
    }

    private long sum(ToLongFunction<Tally> value) {
        return tallies.stream().mapToLong(value).sum();
    }

    /** Follows the load to the end of the measured time; what comes after a whole second belongs to the last one. */
    private long[] tell() {
        long moved = 0;
        for (int second = 1; second <= plan.warmUp().toSeconds(); second++) {
            waitUntil(begin + TimeUnit.SECONDS.toNanos(second));
            long now = sum(Tally::moved);
            watch.warmingUp(second, now - moved);
            moved = now;
        }
        waitUntil(countFrom);
        watch.measuring();
        long[] perSecond = plan.steps() > 0 ? tellToLastStep() : tellByTime();
        watch.measured();
        return perSecond;
    }

    private long[] tellByTime() {
        int whole = (int) Math.max(1, plan.measured().toSeconds());
        long[] perSecond = new long[whole];
        long told = 0;
        for (int second = 1; second <= whole; second++) {
            waitUntil(second == whole ? end : countFrom + TimeUnit.SECONDS.toNanos(second));
            told += tellSecond(second, told, perSecond);
        }
        return perSecond;
    }

    private long tellSecond(int second, long told, long[] perSecond) {
        perSecond[second - 1] = sum(Tally::messages) - told;
        watch.second(second, perSecond[second - 1]);
        return perSecond[second - 1];
    }

    /** The last second is shorter than the others and left out of the list. */
    private long[] tellToLastStep() {
        List<Long> seconds = new ArrayList<>();
        long told = 0;
        long lastProgress = countFrom;
        while (true) {
            long next = countFrom + TimeUnit.SECONDS.toNanos(seconds.size() + 1);
            while (System.nanoTime() < Math.min(next, end)) {
                LockSupport.parkNanos(Math.min(next - System.nanoTime(), TimeUnit.MILLISECONDS.toNanos(5)));
            }
            if (next > end) {
                return seconds.stream().mapToLong(Long::longValue).toArray();
            }
            long now = sum(Tally::messages);
            seconds.add(now - told);
            watch.second(seconds.size(), now - told);
            lastProgress = now > told ? next : lastProgress;
            told = now;
            if (next - lastProgress >= PATIENCE_NANOS) {
                end = next;
            }
        }
    }

    private Result result(long[] perSecond) {
        Histogram latency = new Histogram(3);
        tallies.forEach(part -> latency.add(part.latencies()));
        return new Result(
                sum(Tally::messages),
                sum(Tally::errors) + unanswered.get(),
                (end - countFrom) / 1e9,
                latency,
                perSecond);
    }

    private void work(int thread) {
        InFlight open = new InFlight(plan.inFlight(), plan.isFixedRate() ? plan.inFlight() : RESUME_PART);
        try {
            if (plan.isFixedRate()) {
                TimerSlack.shorten();
                workAtRate(thread, open);
            } else {
                workFast(thread, open);
            }
            unanswered.addAndGet(open.await(0, System.nanoTime() + PATIENCE_NANOS));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void workFast(int thread, InFlight open) throws InterruptedException {
        for (long number = thread; ; number += plan.threads()) {
            open.enter();
            long now = System.nanoTime();
            if (now >= end) {
                open.leave();
                return;
            }
            start(number, thread, now, open);
        }
    }

    /**
     * The steps are due at even distances, whatever became of the earlier ones. A step that was due in time is taken even
     * when its turn comes late: leaving it out would hide the stall.
     */
    private void workAtRate(int thread, InFlight open) throws InterruptedException {
        while (true) {
            long number = next.getAndIncrement();
            long due = begin + (long) (number * 1e9 / plan.ratePerSecond());
            if (due >= end) {
                return;
            }
            waitUntil(due);
            open.enter();
            start(number, thread, due, open);
        }
    }

    private static void waitUntil(long due) {
        for (long left = due - System.nanoTime(); left > 0 && !Thread.interrupted(); left = due - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private void start(long number, int thread, long from, InFlight open) {
        Step step = new Step(from, open);
        try {
            operation.start(number, thread, step);
        } catch (Exception failed) {
            step.failed(failed);
        }
    }

    private final class Step implements Completion {
        private final long from;
        private final InFlight open;

        private Step(long from, InFlight open) {
            this.from = from;
            this.open = open;
        }

        @Override
        public void done(int messages) {
            Tally own = tally.get();
            own.moved(messages);
            long now = System.nanoTime();
            if (counts(now)) {
                own.done(messages, now - from);
            }
            open.leave();
        }

        @Override
        public void refused(int messages, Throwable cause) {
            tell(cause);
            if (isWithin(moment(System.nanoTime()))) {
                tally.get().failed(messages);
            }
        }

        @Override
        public void failed(Throwable cause) {
            tell(cause);
            if (counts(System.nanoTime())) {
                tally.get().failed(1);
            }
            open.leave();
        }

        private void tell(Throwable cause) {
            if (hasFailed.compareAndSet(false, true)) {
                watch.failed(cause);
            }
        }

        private long moment(long now) {
            return plan.isFixedRate() ? from : now;
        }

        private boolean isWithin(long moment) {
            return moment >= countFrom && moment < end;
        }

        private boolean counts(long now) {
            if (!isWithin(moment(now))) {
                return false;
            }
            if (plan.steps() == 0) {
                return true;
            }
            long mine = counted.incrementAndGet();
            if (mine == plan.steps()) {
                // Its own moment is within, by one nanosecond.
                end = now + 1;
            }
            return mine <= plan.steps();
        }
    }
}
