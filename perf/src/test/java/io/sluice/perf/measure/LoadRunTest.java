package io.sluice.perf.measure;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.runtime.Threads;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LoadRunTest {
    private static final Duration SHORT = Duration.ofMillis(300);

    @Test
    void aStallIsSeenByEveryStepThatItDelayed() throws InterruptedException {
        CompletableFuture<Integer> stall = new CompletableFuture<>();
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(Threads.daemons("test-clock"));
        clock.schedule(() -> stall.complete(1), 1, TimeUnit.SECONDS);

        // One caller, 100 steps due in the first second; the very first one takes that second.
        Result result = LoadRun.run(
                new LoadPlan(Duration.ZERO, Duration.ofSeconds(1), 1, 1, 100),
                number -> number == 0 ? stall : CompletableFuture.completedFuture(1));
        clock.shutdown();

        assertThat(result.messages()).isEqualTo(100);
        assertThat(result.errors()).isZero();
        // Timed from their real starts, only one step of a hundred would be slow.
        assertThat(result.percentileMs(50)).isGreaterThan(400);
        assertThat(result.percentileMs(10)).isGreaterThan(50);
        assertThat(result.percentileMs(100)).isGreaterThan(950);
    }

    @Test
    void atAFixedRateWhatIsDueInTheMeasuredTimeCounts() throws InterruptedException {
        Result result =
                LoadRun.run(new LoadPlan(SHORT, SHORT, 2, 4, 1000), number -> CompletableFuture.completedFuture(2));

        assertThat(result.latency().getTotalCount()).isEqualTo(300);
        assertThat(result.messages()).isEqualTo(600);
    }

    @Test
    void theBoundInFlightHolds() throws InterruptedException {
        AtomicInteger open = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        ScheduledExecutorService answering = Executors.newSingleThreadScheduledExecutor(Threads.daemons("test-answer"));

        LoadRun.run(new LoadPlan(Duration.ZERO, SHORT, 2, 3, 0), number -> {
            most.accumulateAndGet(open.incrementAndGet(), Math::max);
            CompletableFuture<Integer> answer = new CompletableFuture<>();
            answering.schedule(
                    () -> {
                        open.decrementAndGet();
                        answer.complete(1);
                    },
                    5,
                    TimeUnit.MILLISECONDS);
            return answer;
        });
        answering.shutdown();

        assertThat(most).hasValue(6);
    }

    @Test
    void stepsThatThrowOrFailAreErrorsAndMoveNothing() throws InterruptedException {
        Result result = LoadRun.run(new LoadPlan(Duration.ZERO, SHORT, 1, 1, 100), number -> {
            if (number % 3 == 0) {
                throw new IllegalStateException("refused");
            }
            return number % 3 == 1
                    ? CompletableFuture.failedFuture(new IllegalStateException("failed"))
                    : CompletableFuture.completedFuture(1);
        });

        assertThat(result.errors()).isEqualTo(20);
        assertThat(result.messages()).isEqualTo(10);
    }

    @Test
    void theWatchIsToldTheSecondsBetweenBothEnds() throws InterruptedException {
        StringBuilder told = new StringBuilder();
        Result result = LoadRun.run(
                new LoadPlan(SHORT, Duration.ofSeconds(1), 1, 1, 50),
                number -> CompletableFuture.completedFuture(1),
                new LoadWatch() {
                    @Override
                    public void measuring() {
                        told.append("measuring ");
                    }

                    @Override
                    public void second(int number, long messages) {
                        told.append(number).append(' ');
                    }

                    @Override
                    public void measured() {
                        told.append("measured");
                    }
                });

        assertThat(told).hasToString("measuring 1 measured");
        assertThat(result.perSecond()).hasSize(1);
    }
}
