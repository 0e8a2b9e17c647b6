package io.sluice.broker.unit;

import java.time.Duration;

/**
 * The bounds of units of work; the configuration key of each component stands in brackets.
 *
 * @param windowMax  ids that are remembered; beyond it the oldest are forgotten (idempotenceWindowMax)
 * @param windowAge  how long an id is remembered (idempotenceWindowSeconds)
 * @param runningMax units that may be on their way into the log at one time
 * @param runningBytesMax bytes of their messages
 */
public record UnitRules(int windowMax, Duration windowAge, int runningMax, long runningBytesMax) {
    private static final int RUNNING_MAX = 10_000;
    private static final long RUNNING_BYTES_MAX = 256L << 20;
    public static final UnitRules DEFAULT = of(100_000, Duration.ofHours(1));

    public UnitRules {
        if (windowMax < 1 || windowAge.toMillis() < 1 || runningMax < 1 || runningBytesMax < 1) {
            throw new IllegalArgumentException(
                    "idempotenceWindowMax %d, idempotenceWindowSeconds %s the units on their way %d and their bytes %d must be positive"
                            .formatted(windowMax, windowAge, runningMax, runningBytesMax));
        }
    }

    public static UnitRules of(int windowMax, Duration windowAge) {
        return new UnitRules(windowMax, windowAge, RUNNING_MAX, RUNNING_BYTES_MAX);
    }
}
