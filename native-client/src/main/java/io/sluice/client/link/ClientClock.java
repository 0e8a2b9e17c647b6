package io.sluice.client.link;

import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;
import io.sluice.runtime.Threads;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread for everything of a client that is periodic or comes later. Steps never block: they ask and return. State
 * that is only touched in steps needs no lock. The thread starts with the first step.
 */
public final class ClientClock implements Executor, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ClientClock.class);
    private static final long STOP_MS = 5_000;

    private final DefaultEventExecutor thread = new DefaultEventExecutor(Threads.daemons("sluice-client-clock"));

    /** A step that was planned. */
    @FunctionalInterface
    public interface Planned {
        Planned NONE = () -> {};

        /** The step does not run any more, unless it is running now. */
        void cancel();
    }

    /** Runs the step soon, after those given before; dropped when the clock has stopped. */
    @Override
    public void execute(Runnable step) {
        try {
            thread.execute(() -> guarded(step));
        } catch (RejectedExecutionException stopped) {
            log.debug("a step came after the clock had stopped: {}", stopped.toString());
        }
    }

    public Planned after(Duration delay, Runnable step) {
        try {
            ScheduledFuture<?> planned = thread.schedule(() -> guarded(step), delay.toNanos(), TimeUnit.NANOSECONDS);
            return () -> planned.cancel(false);
        } catch (RejectedExecutionException stopped) {
            log.debug("a step came after the clock had stopped: {}", stopped.toString());
            return Planned.NONE;
        }
    }

    /**
     * As the other; not to be cancelled.
     *
     * @param dropped runs instead when the clock stops before
     */
    public void after(Duration delay, Runnable step, Runnable dropped) {
        try {
            thread.schedule(() -> guarded(step), delay.toNanos(), TimeUnit.NANOSECONDS)
                    .addListener(ended -> {
                        if (ended.isCancelled()) {
                            guarded(dropped);
                        }
                    });
        } catch (RejectedExecutionException stopped) {
            guarded(dropped);
        }
    }

    /** Runs the step again and again, with the period between the end of one and the start of the next. */
    public Planned every(Duration first, Duration period, Runnable step) {
        try {
            ScheduledFuture<?> planned = thread.scheduleWithFixedDelay(
                    () -> guarded(step), first.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
            return () -> planned.cancel(false);
        } catch (RejectedExecutionException stopped) {
            log.debug("a step came after the clock had stopped: {}", stopped.toString());
            return Planned.NONE;
        }
    }

    public boolean isOnClock() {
        return thread.inEventLoop();
    }

    /** A failing step must not end the repetition of itself, nor the thread. */
    private static void guarded(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException failed) {
            log.error("a step on the client's clock failed, the clock goes on", failed);
        }
    }

    /** Stops after the step in progress; steps that were planned are dropped. Twice is harmless. */
    @Override
    public void close() {
        Future<?> stopped = thread.shutdownGracefully(0, STOP_MS, TimeUnit.MILLISECONDS);
        boolean ended = thread.inEventLoop() || stopped.awaitUninterruptibly(STOP_MS, TimeUnit.MILLISECONDS);
        if (!ended) {
            log.warn("the client's clock did not stop within {} ms", STOP_MS);
        }
    }
}
