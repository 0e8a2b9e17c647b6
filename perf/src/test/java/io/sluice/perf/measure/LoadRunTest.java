package io.sluice.perf.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.runtime.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LoadRunTest {
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Operation AT_ONCE = (number, thread, completion) -> completion.done(1);

    private static LoadPlan atRate(Duration warmUp, Duration measured, int threads, int inFlight, double rate) {
        return new LoadPlan(warmUp, measured, 0, threads, inFlight, rate);
    }

    @Test
    void aStallIsSeenByEveryStepThatItDelayed() throws InterruptedException {
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(Threads.daemons("test-clock"));

        // One caller, 100 steps due in the first second; the very first one takes that second.
        Result result =
                LoadRun.run(atRate(Duration.ZERO, Duration.ofSeconds(1), 1, 1, 100), (number, thread, completion) -> {
                    if (number == 0) {
                        clock.schedule(() -> completion.done(1), 1, TimeUnit.SECONDS);
                    } else {
                        completion.done(1);
                    }
                });
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
                LoadRun.run(atRate(SHORT, SHORT, 2, 4, 1000), (number, thread, completion) -> completion.done(2));

        assertThat(result.latency().getTotalCount()).isEqualTo(300);
        assertThat(result.messages()).isEqualTo(600);
    }

    @Test
    void aNumberOfStepsEndsTheLoadExactly() throws InterruptedException {
        Result fast = LoadRun.run(new LoadPlan(Duration.ZERO, Duration.ZERO, 12_345, 3, 1, 0), AT_ONCE);
        Result even = LoadRun.run(new LoadPlan(Duration.ZERO, Duration.ZERO, 250, 3, 1, 1000), AT_ONCE);

        assertThat(fast.messages()).isEqualTo(12_345);
        assertThat(fast.latency().getTotalCount()).isEqualTo(12_345);
        assertThat(fast.seconds()).isPositive();
        assertThat(even.messages()).isEqualTo(250);
        assertThat(even.seconds()).isEqualTo(0.25);
    }

    @Test
    void theBoundInFlightHoldsForEachThread() throws InterruptedException {
        AtomicInteger open = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Runnable> first = new ArrayList<>();
        ScheduledExecutorService answering = Executors.newSingleThreadScheduledExecutor(Threads.daemons("test-answer"));

        LoadRun.run(new LoadPlan(Duration.ZERO, Duration.ZERO, 100, 2, 3, 0), (number, thread, completion) -> {
            most.accumulateAndGet(open.incrementAndGet(), Math::max);
            Runnable answer = () -> {
                open.decrementAndGet();
                completion.done(1);
            };
            answering.execute(() -> {
                first.add(answer);
                // Nothing is answered before each thread has opened all that it may.
                if (first.size() == 6) {
                    first.forEach(one -> answering.schedule(one, 5, TimeUnit.MILLISECONDS));
                } else if (first.size() > 6) {
                    answering.schedule(answer, 5, TimeUnit.MILLISECONDS);
                }
            });
        });
        answering.shutdown();

        assertThat(most).hasValue(6);
    }

    @Test
    void eachStepHasItsOwnNumberAndTheThreadThatTookIt() throws InterruptedException {
        Queue<Long> numbers = new ConcurrentLinkedQueue<>();
        Set<Integer> threads = ConcurrentHashMap.newKeySet();

        LoadRun.run(new LoadPlan(Duration.ZERO, Duration.ZERO, 100, 4, 1, 0), (number, thread, completion) -> {
            numbers.add(number);
            threads.add(thread);
            // Nobody is done before all have begun.
            while (threads.size() < 4) {
                Thread.onSpinWait();
            }
            completion.done(1);
        });

        assertThat(numbers).doesNotHaveDuplicates().hasSizeGreaterThanOrEqualTo(100);
        assertThat(threads).containsExactlyInAnyOrder(0, 1, 2, 3);
    }

    @Test
    void stepsThatThrowOrFailAreErrorsAndMoveNothing() throws InterruptedException {
        Result result = LoadRun.run(atRate(Duration.ZERO, SHORT, 1, 1, 100), (number, thread, completion) -> {
            if (number % 3 == 0) {
                throw new IllegalStateException("refused");
            }
            if (number % 3 == 1) {
                completion.failed(new IllegalStateException("failed"));
            } else {
                completion.done(1);
            }
        });

        assertThat(result.errors()).isEqualTo(20);
        assertThat(result.messages()).isEqualTo(10);
    }

    @Test
    void messagesOfAStepThatWereRefusedAreErrorsBesideThoseThatWereDone() throws InterruptedException {
        Result result = LoadRun.run(atRate(Duration.ZERO, SHORT, 1, 1, 100), (number, thread, completion) -> {
            completion.refused(3, new IllegalStateException("busy"));
            completion.done(61);
        });

        assertThat(result.errors()).isEqualTo(90);
        assertThat(result.messages()).isEqualTo(30 * 61);
    }

    @Test
    void theWatchIsToldTheSecondsBetweenBothEndsAndTheFirstFailure() throws InterruptedException {
        StringBuffer told = new StringBuffer();
        StringBuffer failures = new StringBuffer();
        Result result = LoadRun.run(
                atRate(Duration.ofSeconds(1), Duration.ofSeconds(1), 1, 1, 50),
                (number, thread, completion) -> {
                    if (number == 1) {
                        throw new IllegalStateException("once");
                    }
                    completion.done(1);
                },
                new LoadWatch() {
                    @Override
                    public void warmingUp(int number, long messages) {
                        told.append("warm ").append(number).append(' ');
                    }

                    @Override
                    public void measuring() {
                        told.append("measuring ");
                    }

                    @Override
                    public void second(int number, long messages) {
                        told.append(number).append(' ');
                    }

                    @Override
                    public void failed(Throwable failure) {
                        failures.append(failure.getMessage());
                    }

                    @Override
                    public void measured() {
                        told.append("measured");
                    }
                });

        assertThat(told).hasToString("warm 1 measuring 1 measured");
        assertThat(failures).hasToString("once");
        assertThat(result.perSecond()).hasSize(1);
    }

    @Test
    void aPlanThatCannotBeIsRefused() {
        assertThatThrownBy(() -> LoadPlan.fast(SHORT, SHORT, 0, 1)).hasMessageContaining("threads 0");
        assertThatThrownBy(() -> LoadPlan.fast(SHORT, Duration.ZERO, 1, 1)).hasMessageContaining("must be positive");
        assertThatThrownBy(() -> atRate(SHORT, SHORT, 1, 1, -1)).hasMessageContaining("ratePerSecond -1.0");
    }
}
