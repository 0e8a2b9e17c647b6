package io.sluice.broker.housekeeping;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HousekeepingTest {
    private long nanos;
    private final Housekeeping housekeeping = new Housekeeping(() -> nanos);
    private final List<String> ran = new ArrayList<>();

    @Test
    void stepsRunWhenTheyAreDueInTheOrderOfTheirTimes() {
        housekeeping.run(Duration.ofNanos(20), () -> ran.add("late"));
        housekeeping.run(Duration.ofNanos(10), () -> ran.add("early"));
        assertThat(housekeeping.work()).isZero();
        assertThat(housekeeping.idleNanos()).isEqualTo(10);
        nanos = 30;
        drain();
        assertThat(ran).containsExactly("early", "late");
    }

    @Test
    void aPeriodicStepRunsAgainEvenWhenItFailed() {
        housekeeping.every(Duration.ofNanos(10), "a step that trips", () -> {
            ran.add("tick " + nanos);
            throw new IllegalStateException("trips on purpose");
        });
        for (nanos = 0; nanos <= 30; nanos += 10) {
            drain();
        }
        assertThat(ran).containsExactly("tick 10", "tick 20", "tick 30");
    }

    @Test
    void nothingRunsAfterClosing() {
        housekeeping.run(Duration.ofNanos(10), () -> ran.add("never"));
        housekeeping.close();
        housekeeping.run(Duration.ofNanos(10), () -> ran.add("never"));
        nanos = 100;
        drain();
        assertThat(ran).isEmpty();
    }

    private void drain() {
        while (housekeeping.work() > 0) {
            assertThat(ran).hasSizeLessThan(100);
        }
    }
}
