package io.sluice.transport;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Runs short steps on one event loop, one after the other, so that state which only they touch needs no lock. Steps never
 * block. Any thread may give steps.
 */
public final class LoopSteps implements Executor {
    private final EventLoop loop;

    LoopSteps(EventLoop loop) {
        this.loop = loop;
    }

    /** @throws java.util.concurrent.RejectedExecutionException when the loop has ended */
    @Override
    public void execute(Runnable step) {
        loop.execute(step);
    }

    /**
     * Runs the step here and now when the calling thread is the loop, and soon otherwise.
     *
     * @throws java.util.concurrent.RejectedExecutionException when the loop has ended
     */
    public void run(Runnable step) {
        if (loop.inEventLoop()) {
            step.run();
        } else {
            loop.execute(step);
        }
    }

    /**
     * Runs the step later.
     *
     * @param otherwise runs instead, on the loop, when the loop ends before
     * @throws java.util.concurrent.RejectedExecutionException when the loop has ended
     */
    public void after(Duration delay, Runnable step, Runnable otherwise) {
        loop.schedule(step, delay.toNanos(), TimeUnit.NANOSECONDS).addListener(done -> {
            if (done.isCancelled()) {
                otherwise.run();
            }
        });
    }
}
