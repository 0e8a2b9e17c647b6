package io.sluice.perf.compare;

import io.sluice.model.SluiceException;
import io.sluice.perf.load.RawSend;
import io.sluice.perf.target.Target;
import io.sluice.perf.target.TargetKind;
import io.sluice.perf.target.TargetSettings;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * A start from nothing.
 *
 * @param firstAnswerSeconds from the start of the processes, name server included, to the first acknowledged send
 * @param idleResidentBytes  of all processes, when nothing was asked of them for a while after that
 */
public record StartUp(double firstAnswerSeconds, long idleResidentBytes) {
    private static final long DEADLINE_SECONDS = 90;
    private static final long ANSWER_SECONDS = 5;
    private static final long RETRY_NANOS = 5_000_000;
    private static final long IDLE_SECONDS = 10;

    /** Starts a node that speaks the remoting protocol in an empty directory, sends, waits, and stops it. */
    public static StartUp of(TargetKind kind, TargetSettings settings) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        try (Target target = Target.start(kind, settings)) {
            awaitFirstAnswer(target.address("broker"), begin);
            double seconds = (System.nanoTime() - begin) / 1e9;
            long idleUntil = System.nanoTime() + TimeUnit.SECONDS.toNanos(IDLE_SECONDS);
            while (System.nanoTime() < idleUntil) {
                LockSupport.parkNanos(idleUntil - System.nanoTime());
            }
            return new StartUp(seconds, target.sample().residentBytes());
        }
    }

    private static void awaitFirstAnswer(String broker, long begin) throws InterruptedException {
        int colon = broker.lastIndexOf(':');
        while (true) {
            try (RawSend raw = new RawSend(
                    broker.substring(0, colon), Integer.parseInt(broker.substring(colon + 1)), "Start", 1, 128)) {
                raw.burst().toCompletableFuture().get(ANSWER_SECONDS, TimeUnit.SECONDS);
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
}
