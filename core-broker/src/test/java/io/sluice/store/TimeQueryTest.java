package io.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** From a time to the first message at or after it, exactly: across files of log and queue, and many in one millisecond. */
class TimeQueryTest {
    private static final long BEGIN = 1_700_000_000_000L;

    private LossyDisk disk = new LossyDisk(1);
    private final long[] now = {BEGIN};

    private static StoreConfig config() {
        return Stores.config(Path.of("/store"))
                .withLogSegmentBytes(4096)
                .withQueueSegmentBytes(100)
                .withIndexEnabled(false);
    }

    private MessageStore open() {
        return MessageStore.open(config(), disk, () -> Instant.ofEpochMilli(now[0]));
    }

    @Property(tries = 100, shrinking = ShrinkingMode.OFF)
    void theFirstAndTheLastMessageOfAMillisecondAreFound(
            @ForAll @Size(min = 1, max = 80) List<@IntRange(max = 3) Integer> steps) {
        // all tries of a property share this object
        disk = new LossyDisk(1);
        now[0] = BEGIN;
        List<Long> times = new ArrayList<>();
        try (MessageStore store = open()) {
            for (int step : steps) {
                now[0] += step;
                Stores.append(store, "T", 0, "m".repeat(40));
                Stores.append(store, "Other", 1, "o".repeat(step * 60));
                times.add(now[0]);
            }
            assertEveryTimeIsFound(store, times);
        }
        try (MessageStore reopened = open()) {
            assertEveryTimeIsFound(reopened, times);
        }
    }

    private void assertEveryTimeIsFound(MessageStore store, List<Long> times) {
        for (long time = BEGIN - 1; time <= now[0] + 1; time++) {
            long wanted = time;
            long first = times.stream().filter(stored -> stored < wanted).count();
            long behind = times.stream().filter(stored -> stored <= wanted).count();
            assertThat(store.offsetAt("T", 0, time, Boundary.LOWER)).isEqualTo(first);
            assertThat(store.offsetAt("T", 0, time, Boundary.UPPER)).isEqualTo(Math.max(0, behind - 1));
        }
    }

    @Test
    void aClockThatWasPutBackALittleWhileTheStoreWasClosedDoesNotDisturbTheOrder() {
        try (MessageStore store = open()) {
            Stores.append(store, "T", 0, "before");
        }
        now[0] -= 5_000;
        try (MessageStore store = open()) {
            assertThat(Stores.append(store, "T", 0, "after").storedAtMs()).isEqualTo(BEGIN);
            now[0] += 6_000;
            assertThat(Stores.append(store, "T", 0, "later").storedAtMs()).isEqualTo(BEGIN + 1_000);
            assertThat(store.offsetAt("T", 0, BEGIN + 1, Boundary.LOWER)).isEqualTo(2);
        }
    }

    @Test
    void aClockThatWasFarAheadIsNotFollowed() {
        now[0] += 86_400_000;
        try (MessageStore store = open()) {
            Stores.append(store, "T", 0, "from the future");
        }
        now[0] = BEGIN;
        try (MessageStore store = open()) {
            assertThat(Stores.append(store, "T", 0, "now").storedAtMs()).isEqualTo(BEGIN);
        }
    }
}
