package io.sluice.broker.lease;

import java.util.Arrays;
import java.util.List;

/** How long a message that failed waits before it is lent again, by how often it was delivered. */
public sealed interface RedeliveryDelay {
    /** At once. */
    RedeliveryDelay NONE = new Ladder(List.of(0L));

    /**
     * @param attempts deliveries so far, 1 or more
     * @return milliseconds, 0 for at once
     */
    long afterMs(int attempts);

    /** One delay for all failures: a ladder with one rung. */
    static RedeliveryDelay fixed(long ms) {
        return new Ladder(List.of(ms));
    }

    /**
     * A delay for each failure; the last one holds for all that follow.
     *
     * @param rungsMs at least one, none negative
     */
    record Ladder(List<Long> rungsMs) implements RedeliveryDelay {
        public Ladder {
            rungsMs = List.copyOf(rungsMs);
            if (rungsMs.isEmpty() || rungsMs.stream().anyMatch(ms -> ms < 0)) {
                throw new IllegalArgumentException(
                        "delays %s: expected at least one, and none below 0 ms".formatted(rungsMs));
            }
        }

        /** Rungs in seconds. */
        static Ladder ofSeconds(long... seconds) {
            return new Ladder(Arrays.stream(seconds).mapToObj(s -> s * 1000L).toList());
        }

        @Override
        public long afterMs(int attempts) {
            return rungsMs.get(Math.min(Math.max(attempts, 1), rungsMs.size()) - 1);
        }
    }

    /**
     * The first delay, then each so many times the one before.
     *
     * @param initialMs  0 or more
     * @param maxMs      no delay is longer
     * @param multiplier 1 or more
     */
    record Exponential(long initialMs, long maxMs, long multiplier) implements RedeliveryDelay {
        public Exponential {
            if (initialMs < 0 || maxMs < initialMs || multiplier < 1) {
                throw new IllegalArgumentException(
                        "delays from %d to %d ms, each %d times the last: expected 0 or more, not less than the first, and 1 or more"
                                .formatted(initialMs, maxMs, multiplier));
            }
        }

        @Override
        public long afterMs(int attempts) {
            long delay = initialMs;
            for (int i = 1; i < attempts && delay < maxMs && delay > 0 && multiplier > 1; i++) {
                delay = delay > maxMs / multiplier ? maxMs : delay * multiplier;
            }
            return Math.min(delay, maxMs);
        }
    }
}
