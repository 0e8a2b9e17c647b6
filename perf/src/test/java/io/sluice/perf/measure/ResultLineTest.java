package io.sluice.perf.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class ResultLineTest {

    @Test
    void aResultComesBackAsItWas() {
        Histogram latency = new Histogram(3);
        for (int i = 1; i <= 100_000; i++) {
            latency.recordValue(i * 1000L);
        }
        Result read = ResultLine.read(ResultLine.write(new Result(42, 3, 1.5, latency, new long[] {7, 8})));

        assertThat(read.latency()).isEqualTo(latency);
        assertThat(read.messages()).isEqualTo(42);
        assertThat(read.errors()).isEqualTo(3);
        assertThat(read.rate()).isEqualTo(28);
        assertThat(read.perSecond()).containsExactly(7, 8);
        assertThat(read.percentileMs(99.6)).isBetween(99.5, 99.7);
        assertThat(read.percentileMs(99.996)).isBetween(99.9, 100.1);
    }

    @Test
    void aDrainHasNoLatenciesAndNoSeconds() {
        Result read = ResultLine.read(ResultLine.write(new Result(1, 0, 1, new Histogram(3), new long[0])));

        assertThat(read.latency().getTotalCount()).isZero();
        assertThat(read.perSecond()).isEmpty();
    }

    @Test
    void anotherLineIsRefused() {
        assertThatThrownBy(() -> ResultLine.read("hello")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ResultLine.read("messages=1")).isInstanceOf(IllegalArgumentException.class);
    }
}
