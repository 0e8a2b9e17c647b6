package io.sluice.broker.unit;

import java.time.Duration;

/**
 * The bounds of units of work; the configuration key of each component stands in brackets.
 *
 * @param windowMax        ids that are remembered; beyond it the oldest are forgotten (idempotenceWindowMax)
 * @param windowAge        how long an id is remembered (idempotenceWindowSeconds)
 * @param runningMax       units that may be on their way into the log at one time
 * @param runningBytesMax  bytes of their messages
 * @param preparedMax      units that may be prepared, or decided heuristically and not forgotten (preparedUnitsMax)
 * @param preparedBytesMax bytes of them, 64 counted for each settlement (preparedUnitsBytesMax)
 * @param preparedAge      after which time the broker rolls back what nobody decides (preparedUnitMaxSeconds)
 */
public record UnitRules(
        int windowMax,
        Duration windowAge,
        int runningMax,
        long runningBytesMax,
        int preparedMax,
        long preparedBytesMax,
        Duration preparedAge) {
    private static final int RUNNING_MAX = 10_000;
    private static final long RUNNING_BYTES_MAX = 256L << 20;
    private static final int PREPARED_MAX = 10_000;
    private static final long PREPARED_BYTES_MAX = 256L << 20;
    private static final Duration PREPARED_AGE = Duration.ofDays(1);
    public static final UnitRules DEFAULT = of(100_000, Duration.ofHours(1));

    public UnitRules {
        if (windowMax < 1 || windowAge.toMillis() < 1 || runningMax < 1 || runningBytesMax < 1) {
            throw new IllegalArgumentException(
                    "idempotenceWindowMax %d, idempotenceWindowSeconds %s the units on their way %d and their bytes %d must be positive"
                            .formatted(windowMax, windowAge, runningMax, runningBytesMax));
        }
        if (preparedMax < 1 || preparedBytesMax < 1 || preparedAge.toMillis() < 1) {
            throw new IllegalArgumentException(
                    "preparedUnitsMax %d, preparedUnitsBytesMax %d and preparedUnitMaxSeconds %s must be positive"
                            .formatted(preparedMax, preparedBytesMax, preparedAge));
        }
    }

    public static UnitRules of(int windowMax, Duration windowAge) {
        return new UnitRules(
                windowMax, windowAge, RUNNING_MAX, RUNNING_BYTES_MAX, PREPARED_MAX, PREPARED_BYTES_MAX, PREPARED_AGE);
    }

    /** Other bounds of what is prepared. */
    public UnitRules withPrepared(int max, long bytesMax, Duration age) {
        return new UnitRules(windowMax, windowAge, runningMax, runningBytesMax, max, bytesMax, age);
    }
}
