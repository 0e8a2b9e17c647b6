package io.sluice.client.consume;

import java.time.Instant;
import java.util.Objects;

/** Where a group begins on a queue for which it has no stored offset. */
public sealed interface StartAt {
    StartAt FIRST = new First();
    StartAt LAST = new Last();

    static StartAt instant(Instant storedAt) {
        return new AtInstant(storedAt);
    }

    /** The oldest message that is kept. */
    record First() implements StartAt {}

    /** What comes from now on. The retry topic of the group is always read from its beginning. */
    record Last() implements StartAt {}

    /** The first message stored at or after the instant (clock of the broker). */
    record AtInstant(Instant storedAt) implements StartAt {
        public AtInstant {
            Objects.requireNonNull(storedAt, "storedAt");
        }
    }
}
