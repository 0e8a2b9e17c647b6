package io.sluice.http.channel;

import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Times as this door writes and reads them. Instants are written as ISO-8601 in UTC with milliseconds,
 * {@code 2026-11-21T09:22:00.000Z}, and read in any ISO-8601 form with an offset or as epoch milliseconds. Durations are a
 * whole number and a unit: {@code 500ms}, {@code 20s}, {@code 5m}, {@code 2h}, {@code 3d}; a bare {@code 0} is allowed.
 */
public final class Times {
    private static final DateTimeFormatter ISO = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,18})(ms|s|m|h|d)");
    private static final Pattern EPOCH_MS = Pattern.compile("[0-9]{1,15}");
    private static final BigInteger MILLIS_MAX = BigInteger.valueOf(Long.MAX_VALUE);

    private Times() {}

    /** @param epochMs milliseconds since 1970-01-01T00:00Z */
    public static String iso(long epochMs) {
        return ISO.format(Instant.ofEpochMilli(epochMs));
    }

    /** Epoch milliseconds, or none when the text is neither ISO-8601 with an offset nor epoch milliseconds. */
    public static OptionalLong instant(String text) {
        if (EPOCH_MS.matcher(text).matches()) {
            return OptionalLong.of(Long.parseLong(text));
        }
        try {
            return OptionalLong.of(OffsetDateTime.parse(text).toInstant().toEpochMilli());
        } catch (DateTimeException | ArithmeticException notATime) {
            return OptionalLong.empty();
        }
    }

    /** The duration, or none when the text is not of the form; one too long to count in milliseconds is the longest. */
    public static Optional<Duration> duration(String text) {
        if (text.equals("0")) {
            return Optional.of(Duration.ZERO);
        }
        Matcher parts = DURATION.matcher(text);
        if (!parts.matches()) {
            return Optional.empty();
        }
        BigInteger millis = new BigInteger(parts.group(1)).multiply(BigInteger.valueOf(millisOf(parts.group(2))));
        return Optional.of(Duration.ofMillis(millis.min(MILLIS_MAX).longValueExact()));
    }

    /** The shortest text that {@link #duration} reads as this duration; fractions of milliseconds are dropped. */
    public static String text(Duration duration) {
        long millis = duration.toMillis();
        for (String unit : new String[] {"d", "h", "m", "s"}) {
            if (millis != 0 && millis % millisOf(unit) == 0) {
                return millis / millisOf(unit) + unit;
            }
        }
        return millis + "ms";
    }

    private static long millisOf(String unit) {
        return switch (unit) {
            case "ms" -> 1L;
            case "s" -> 1_000L;
            case "m" -> 60_000L;
            case "h" -> 3_600_000L;
            default -> 86_400_000L;
        };
    }
}
