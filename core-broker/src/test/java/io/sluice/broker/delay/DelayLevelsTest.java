package io.sluice.broker.delay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DelayLevelsTest {
    @Test
    void theUsualLevelsAreEighteenFromASecondToTwoHours() {
        DelayLevels levels = DelayLevels.parse(DelayLevels.DEFAULT);
        assertThat(levels.max()).isEqualTo(18);
        assertThat(levels.delay(1)).isEqualTo(Duration.ofSeconds(1));
        assertThat(levels.delay(5)).isEqualTo(Duration.ofMinutes(1));
        assertThat(levels.delay(18)).isEqualTo(Duration.ofHours(2));
        assertThat(levels.clamp(40)).isEqualTo(18);
    }

    @Test
    void unitsAreSecondsMinutesHoursAndDays() {
        assertThat(DelayLevels.parse("2s 3m  4h 5d").delays())
                .containsExactly(Duration.ofSeconds(2), Duration.ofMinutes(3), Duration.ofHours(4), Duration.ofDays(5));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "s", "1s 2x", "-1s", "1.5s", "99999999999s"})
    void whatIsNoDelayIsToldByName(String text) {
        assertThatThrownBy(() -> DelayLevels.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("messageDelayLevel");
    }
}
