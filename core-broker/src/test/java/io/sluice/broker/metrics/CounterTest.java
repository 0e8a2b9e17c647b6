package io.sluice.broker.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class CounterTest {
    private final Counter counter = new Counter();

    @Test
    void aRateIsWhatWasCountedInTheSpan() {
        for (int i = 0; i <= 60; i++) {
            counter.sample(i * 10_000L);
            counter.add(i < 54 ? 0 : 100);
        }
        assertThat(counter.total()).isEqualTo(700);
        assertThat(counter.last(10_000)).isEqualTo(new Counter.Rate(100, 10.0));
        assertThat(counter.last(60_000)).isEqualTo(new Counter.Rate(600, 10.0));
        assertThat(counter.last(600_000).sum()).isEqualTo(600);
        assertThat(counter.last(600_000).perSecond()).isCloseTo(1.0, within(0.01));
    }

    @Test
    void withoutSamplesThereIsNoRate() {
        counter.add(5);
        assertThat(counter.last(60_000)).isEqualTo(Counter.Rate.NONE);
        counter.sample(1);
        assertThat(counter.last(60_000)).isEqualTo(Counter.Rate.NONE);
    }

    @Test
    void theTotalAtATimeOfThePastIsRememberedToTenMinutes() {
        for (int minutes = 0; minutes <= 120; minutes += 10) {
            counter.sample(minutes * 60_000L);
            counter.add(1);
        }
        assertThat(counter.totalAt(60 * 60_000L)).isEqualTo(6);
        assertThat(counter.totalAt(65 * 60_000L)).isEqualTo(6);
        assertThat(counter.totalAt(-1)).as("older than all samples").isZero();
        assertThat(counter.last(2 * 3_600_000L).sum()).isEqualTo(12);
    }

    @Test
    void samplesOlderThanAnHourAndADayAreOverwritten() {
        for (int i = 0; i < 10_000; i++) {
            counter.sample(i * 10_000L);
            counter.add(1);
        }
        assertThat(counter.last(3_600_000).sum()).isEqualTo(360);
        assertThat(counter.last(86_400_000).perSecond()).isCloseTo(0.1, within(0.001));
    }
}
