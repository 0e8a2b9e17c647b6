package io.sluice.perf.compare;

import io.sluice.model.SluiceException;
import io.sluice.perf.load.RawSend;
import io.sluice.perf.measure.Completion;
import io.sluice.perf.measure.Result;
import io.sluice.perf.target.Target;
import io.sluice.perf.target.TargetKind;
import io.sluice.perf.target.TargetSettings;
import io.sluice.perf.worker.Measured;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/** A start from nothing, as the one step of a run: from the start of the processes to the first acknowledged send. */
final class StartUp {
    private static final long DEADLINE_SECONDS = 90;
    private static final long ANSWER_SECONDS = 5;
    private static final long RETRY_NANOS = 5_000_000;
    private static final long IDLE_SECONDS = 10;

    private StartUp() {}

    /**
     * Starts a node that speaks the remoting protocol in an empty directory, sends, waits, and stops it. The resident memory
     * is that of all its processes when nothing was asked of them for a while.
     */
    static Measured of(TargetKind kind, TargetSettings settings) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        try (Target target = Target.start(kind, settings)) {
            awaitFirstAnswer(target.address("broker"), begin);
            long nanos = System.nanoTime() - begin;
            long idleUntil = System.nanoTime() + TimeUnit.SECONDS.toNanos(IDLE_SECONDS);
            while (System.nanoTime() < idleUntil) {
                LockSupport.parkNanos(idleUntil - System.nanoTime());
            }
            Histogram once = new Histogram(3);
            once.recordValue(nanos);
            return new Measured(new Result(1, 0, nanos / 1e9, once, new long[0]), 0, target.sample());
        }
    }

    private static void awaitFirstAnswer(String broker, long begin) throws InterruptedException {
        int colon = broker.lastIndexOf(':');
        while (true) {
            try (RawSend raw = new RawSend(
                    broker.substring(0, colon), Integer.parseInt(broker.substring(colon + 1)), "Start", 1, 128)) {
                FirstAnswer answer = new FirstAnswer();
                raw.burst(answer);
                answer.stored.get(ANSWER_SECONDS, TimeUnit.SECONDS);
                return;
            } catch (IOException | ExecutionException | TimeoutException notYet) {
                if (System.nanoTime() - begin > TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS)) {
                    throw new SluiceException(
                            "no acknowledged send within %d s of the start: %s"
                                    .formatted(DEADLINE_SECONDS, notYet.getMessage()),
                            notYet);
                }
                LockSupport.parkNanos(RETRY_NANOS);
            }
        }
    }

    private static final class FirstAnswer implements Completion {
        private final CompletableFuture<Integer> stored = new CompletableFuture<>();

        @Override
        public void refused(int messages, Throwable cause) {
            stored.completeExceptionally(cause);
        }

        @Override
        public void done(int messages) {
            stored.complete(messages);
        }

        @Override
        public void failed(Throwable cause) {
            stored.completeExceptionally(cause);
        }
    }
}
