package io.sluice.broker.timer;

import java.time.Duration;
import java.util.Objects;

/**
 * How timed messages are kept.
 *
 * @param brokerName written into recall handles
 * @param maxDelay   how far away a delivery may be, up to {@link #LONGEST} (timerMaxDelaySec)
 * @param rewriteAfter a message that waits longer is written to the log again after this time, so that it does not leave with
 *                   the log's old files; shorter than the log is kept
 */
public record TimerRules(String brokerName, Duration maxDelay, Duration rewriteAfter) {
    /** A year. */
    public static final Duration MAX_DELAY_DEFAULT = Duration.ofDays(366);

    /** Ten years: the largest bound that may be configured. */
    public static final Duration LONGEST = Duration.ofDays(3660);

    private static final Duration REWRITE_LEAST = Duration.ofMinutes(1);

    public TimerRules {
        Objects.requireNonNull(brokerName, "brokerName");
        if (maxDelay.isNegative() || maxDelay.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("timerMaxDelaySec %d is out of range; expected 0 to %d"
                    .formatted(maxDelay.toSeconds(), LONGEST.toSeconds()));
        }
        if (rewriteAfter.compareTo(REWRITE_LEAST) < 0) {
            throw new IllegalArgumentException("messages cannot be rewritten after %s; expected at least %s"
                    .formatted(rewriteAfter, REWRITE_LEAST));
        }
    }

    /** Rules for a log that is kept for some hours: half of that is left for a rewrite that comes late. */
    public static TimerRules of(String brokerName, Duration maxDelay, int reservedHours) {
        return new TimerRules(brokerName, maxDelay, Duration.ofMinutes(Math.max(1, reservedHours * 30L)));
    }
}
