package io.sluice.broker.timer;

import io.sluice.model.MessageProperties;
import io.sluice.model.PropertyNames;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * When a sender wants its message delivered: after seconds, after milliseconds or at an instant, in that order of precedence.
 * A message that was timed before is not timed again.
 */
public final class DueTime {
    private static final String NUMBER = "[0-9]{1,18}";

    private DueTime() {}

    /**
     * Epoch milliseconds of the delivery; none when the message is not timed, or the time is over.
     *
     * @throws RefusedException with {@link Refusal#ILLEGAL_ARGUMENT} when the time is no number, {@link Refusal#TOO_FAR_AWAY}
     *                          when it is further away than the limit
     */
    public static OptionalLong of(MessageProperties properties, long nowMs, TimerRules rules) {
        if (properties.has(PropertyNames.TIMER_DELETE_KEY)) {
            throw new RefusedException(
                    Refusal.NOT_SUPPORTED,
                    "%s is for brokers among themselves; call the message back by its recall handle (request 370)"
                            .formatted(PropertyNames.TIMER_DELETE_KEY));
        }
        if (properties.has(PropertyNames.TIMER_OUT_MS)) {
            return OptionalLong.empty();
        }
        String seconds = properties.get(PropertyNames.TIMER_DELAY_SEC);
        String delay = properties.get(PropertyNames.TIMER_DELAY_MS);
        String instant = properties.get(PropertyNames.TIMER_DELIVER_MS);
        long max = rules.maxDelay().toMillis();
        long waits;
        if (seconds != null) {
            long given = number(PropertyNames.TIMER_DELAY_SEC, seconds);
            waits = given > TimeUnit.MILLISECONDS.toSeconds(Long.MAX_VALUE) ? Long.MAX_VALUE : given * 1000;
        } else if (delay != null) {
            waits = number(PropertyNames.TIMER_DELAY_MS, delay);
        } else if (instant != null) {
            waits = number(PropertyNames.TIMER_DELIVER_MS, instant) - nowMs;
        } else {
            return OptionalLong.empty();
        }
        if (waits > max) {
            throw new RefusedException(
                    Refusal.TOO_FAR_AWAY,
                    "the delivery is %d ms away, at most %d ms are allowed (timerMaxDelaySec %d)"
                            .formatted(waits, max, rules.maxDelay().toSeconds()));
        }
        return waits <= 0 ? OptionalLong.empty() : OptionalLong.of(nowMs + waits);
    }

    private static long number(String name, String value) {
        if (!value.matches(NUMBER)) {
            throw new RefusedException(
                    Refusal.ILLEGAL_ARGUMENT,
                    "%s is '%s'; expected a whole number of at most 18 digits".formatted(name, shown(value)));
        }
        return Long.parseLong(value);
    }

    private static String shown(String value) {
        return value.length() > 32 ? value.substring(0, 32) + "..." : value;
    }
}
