package io.sluice.client.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BrokerHealthTest {
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1000);
    private final BrokerHealth health = new BrokerHealth(now::get);

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    private void answered(Duration took) {
        health.answered("a", took.toNanos());
    }

    @Test
    void aBrokerThatCouldNotBeReachedIsLeftOutForTenSeconds() {
        health.failed("a");

        assertThat(health.isWell("a")).isFalse();
        assertThat(health.isWell("b")).isTrue();
        pass(Duration.ofSeconds(10));
        assertThat(health.isWell("a")).isTrue();
    }

    @Test
    void theLongerAnAnswerTookTheLongerItsBrokerIsLeftOut() {
        answered(Duration.ofMillis(549));
        assertThat(health.isWell("a")).isTrue();

        answered(Duration.ofMillis(550));
        pass(Duration.ofMillis(1_999));
        assertThat(health.isWell("a")).isFalse();
        pass(Duration.ofMillis(1));
        assertThat(health.isWell("a")).isTrue();

        answered(Duration.ofSeconds(2));
        pass(Duration.ofMillis(4_999));
        assertThat(health.isWell("a")).isFalse();
        pass(Duration.ofMillis(1));
        assertThat(health.isWell("a")).isTrue();
    }

    @Test
    void aQuickAnswerMakesABrokerWelcomeAtOnce() {
        health.failed("a");

        answered(Duration.ofMillis(3));

        assertThat(health.isWell("a")).isTrue();
    }
}
