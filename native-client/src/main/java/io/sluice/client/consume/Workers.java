package io.sluice.client.consume;

import io.sluice.model.GroupName;
import io.sluice.runtime.Threads;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Threads that call the listener: as many as there is work for, up to the bound; each ends after some idle seconds. What
 * waits for a thread is bounded by what the queues may hold.
 */
final class Workers {
    private static final Logger log = LoggerFactory.getLogger(Workers.class);
    private static final long IDLE_SECONDS = 10;

    private final ThreadPoolExecutor threads;

    Workers(GroupName group, int threadsMax) {
        threads = new ThreadPoolExecutor(
                threadsMax,
                threadsMax,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Threads.daemons("sluice-consume-" + group));
        threads.allowCoreThreadTimeOut(true);
    }

    /** False when the workers have stopped. */
    boolean run(Runnable call) {
        try {
            threads.execute(call);
            return true;
        } catch (RejectedExecutionException stopped) {
            log.debug("a delivery came after the consumer had stopped: {}", stopped.toString());
            return false;
        }
    }

    /** Ends the threads; those still with a listener when the time is over are interrupted. */
    void close(Duration patience) {
        threads.shutdown();
        try {
            if (!threads.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                threads.shutdownNow();
            }
        } catch (InterruptedException interrupted) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
