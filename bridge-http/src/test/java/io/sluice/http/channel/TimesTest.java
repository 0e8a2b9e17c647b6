package io.sluice.http.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimesTest {

    @ParameterizedTest
    @CsvSource({"0, 0", "0s, 0", "500ms, 500", "20s, 20000", "5m, 300000", "2h, 7200000", "3d, 259200000", "007s, 7000"
    })
    void aDurationIsAWholeNumberAndAUnit(String text, long millis) {
        assertThat(Times.duration(text)).contains(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "5", "s", "-5s", "+5s", "1.5s", "5 s", " 5s", "5S", "5sec", "5w", "1h30m", "٥s", "5s5", "1e3s"
            })
    void anythingElseIsNoDuration(String text) {
        assertThat(Times.duration(text)).isEmpty();
    }

    @Test
    void aDurationTooLongToCountIsTheLongest() {
        assertThat(Times.duration("999999999999999999d")).contains(Duration.ofMillis(Long.MAX_VALUE));
        assertThat(Times.duration("9999999999999999999d")).isEmpty();
    }

    @Property(tries = 300)
    void whatIsWrittenIsReadBack(@ForAll @LongRange(min = 0, max = 400L * 86_400_000) long millis) {
        Duration duration = Duration.ofMillis(millis);

        assertThat(Times.duration(Times.text(duration))).contains(duration);
    }

    @Property(tries = 300)
    void everyUnitIsReadAsItsNumberOfMilliseconds(
            @ForAll @LongRange(min = 0, max = 1_000_000) long number, @ForAll("units") String unit) {
        Duration one = Times.duration("1" + unit).orElseThrow();

        assertThat(Times.duration(number + unit)).contains(one.multipliedBy(number));
    }

    @Provide
    Arbitrary<String> units() {
        return Arbitraries.of("ms", "s", "m", "h", "d");
    }

    @Property(tries = 300)
    void noTextMakesTheReaderFail(@ForAll String text) {
        assertThat(Times.duration(text)).satisfies(read -> {
            if (!text.matches("0|[0-9]{1,18}(ms|[smhd])")) {
                assertThat(read).isEmpty();
            }
        });
        assertThat(Times.instant(text)).isNotNull();
    }

    @Property(tries = 300)
    void anInstantIsReadBackToTheMillisecond(@ForAll @From("instants") long epochMs) {
        assertThat(Times.instant(Times.iso(epochMs))).isEqualTo(OptionalLong.of(epochMs));
        assertThat(Times.instant(Long.toString(epochMs))).isEqualTo(OptionalLong.of(epochMs));
        assertThat(Times.iso(epochMs)).hasSize(24);
    }

    @Provide
    Arbitrary<Long> instants() {
        return Arbitraries.longs()
                .between(0, Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli());
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-21T09:22:00Z, 1795252920000",
        "2026-11-21T10:22:00+01:00, 1795252920000",
        "2026-11-21T09:22:00.5Z, 1795252920500",
        "2026-11-21T09:22Z, 1795252920000"
    })
    void anInstantMayHaveAnyOffset(String text, long epochMs) {
        assertThat(Times.instant(text)).isEqualTo(OptionalLong.of(epochMs));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "now",
                "2026-11-21",
                "2026-11-21T09:22:00",
                "-1",
                "1.5",
                "2026-13-01T00:00:00Z",
                "+999999999-12-31T23:59:59Z"
            })
    void anythingElseIsNoInstant(String text) {
        assertThat(Times.instant(text)).isEmpty();
    }
}
