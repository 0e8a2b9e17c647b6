package io.sluice.broker.timer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.model.MessageProperties;
import io.sluice.model.PropertyNames;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DueTimeTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final TimerRules RULES = new TimerRules("broker-a", Duration.ofDays(366), Duration.ofHours(1));
    private static final long MAX_MS = Duration.ofDays(366).toMillis();

    private static OptionalLong due(MessageProperties properties) {
        return DueTime.of(properties, NOW, RULES);
    }

    private static MessageProperties with(String name, String value) {
        return MessageProperties.NONE.with(name, value);
    }

    private static void isRefused(MessageProperties properties, Refusal reason, String named) {
        assertThatThrownBy(() -> due(properties))
                .isInstanceOfSatisfying(RefusedException.class, refused -> assertThat(refused.reason())
                        .isEqualTo(reason))
                .hasMessageContaining(named);
    }

    @Test
    void secondsMillisecondsAndAnInstantSayWhenAndTheFirstOfThemCounts() {
        MessageProperties instant = with(PropertyNames.TIMER_DELIVER_MS, Long.toString(NOW + 3));
        assertThat(due(MessageProperties.NONE)).isEmpty();
        assertThat(due(instant)).hasValue(NOW + 3);
        MessageProperties delay = instant.with(PropertyNames.TIMER_DELAY_MS, "20");
        assertThat(due(delay)).hasValue(NOW + 20);
        assertThat(due(delay.with(PropertyNames.TIMER_DELAY_SEC, "7"))).hasValue(NOW + 7_000);
    }

    @ParameterizedTest
    @CsvSource({"TIMER_DELAY_MS, 0", "TIMER_DELAY_SEC, 0", "TIMER_DELIVER_MS, 0", "TIMER_DELIVER_MS, 1700000000000"})
    void whatIsOverIsNotTimed(String name, String value) {
        assertThat(due(with(name, value))).isEmpty();
    }

    @Test
    void theFurthestTimeIsAllowedAndAMillisecondMoreIsNot() {
        assertThat(due(with(PropertyNames.TIMER_DELAY_MS, Long.toString(MAX_MS))))
                .hasValue(NOW + MAX_MS);
        assertThat(due(with(PropertyNames.TIMER_DELIVER_MS, Long.toString(NOW + MAX_MS))))
                .hasValue(NOW + MAX_MS);
        isRefused(
                with(PropertyNames.TIMER_DELAY_MS, Long.toString(MAX_MS + 1)),
                Refusal.TOO_FAR_AWAY,
                "timerMaxDelaySec " + Duration.ofDays(366).toSeconds());
        isRefused(
                with(PropertyNames.TIMER_DELIVER_MS, Long.toString(NOW + MAX_MS + 1)),
                Refusal.TOO_FAR_AWAY,
                "timerMaxDelaySec");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TIMER_DELAY_SEC", "TIMER_DELAY_MS", "TIMER_DELIVER_MS"})
    void noNumberRunsOverIntoATimeNearby(String name) {
        for (String large : new String[] {"999999999999999999", "9223372036854776", "18446744073709552"}) {
            isRefused(with(name, large), Refusal.TOO_FAR_AWAY, "timerMaxDelaySec");
        }
        for (String wrong : new String[] {"9999999999999999999", "-1", "1.5", " 1", "soon"}) {
            isRefused(with(name, wrong), Refusal.ILLEGAL_ARGUMENT, name);
        }
    }

    @Test
    void aMessageThatWasTimedBeforeIsNotTimedAgainAndNotesBetweenBrokersAreRefused() {
        MessageProperties asked = with(PropertyNames.TIMER_DELAY_MS, "20");
        assertThat(due(asked.with(PropertyNames.TIMER_OUT_MS, Long.toString(NOW + 9))))
                .isEmpty();
        isRefused(asked.with(PropertyNames.TIMER_DELETE_KEY, "T+k"), Refusal.NOT_SUPPORTED, "recall handle");
    }
}
