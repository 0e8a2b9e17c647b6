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

    /** Times step back once then; a time that was passed twice is found where it was passed first or where it was last. */
    @Property(tries = 100, shrinking = ShrinkingMode.OFF)
    void aClockPutBackFarLeavesEveryTimeThatWasPassedOnceExact(
            @ForAll @Size(min = 1, max = 40) List<@IntRange(max = 30_000) Integer> before,
            @ForAll @Size(min = 1, max = 40) List<@IntRange(max = 30_000) Integer> after,
            @ForAll @IntRange(min = 60_001, max = 600_000) int back) {
        disk = new LossyDisk(1);
        now[0] = BEGIN;
        List<Long> times = new ArrayList<>();
        try (MessageStore store = open()) {
            append(store, before, times);
        }
        long top = now[0];
        now[0] -= back;
        long bottom = now[0];
        try (MessageStore store = open()) {
            append(store, after, times);
            for (long base : times) {
                for (long time = base - 1; time <= base + 1; time++) {
                    assertFound(store, times, time, time <= bottom || time > top);
                }
            }
        }
    }

    private void append(MessageStore store, List<Integer> steps, List<Long> times) {
        for (int step : steps) {
            now[0] += step;
            times.add(Stores.append(store, "T", 0, "m").storedAtMs());
        }
    }

    private static void assertFound(MessageStore store, List<Long> times, long time, boolean once) {
        int found = (int) store.offsetAt("T", 0, time, Boundary.LOWER);
        // always a place where the time is passed
        assertThat(found == times.size() || times.get(found) >= time).isTrue();
        assertThat(found == 0 || times.get(found - 1) < time).isTrue();
        if (once) {
            int first = 0;
            while (first < times.size() && times.get(first) < time) {
                first++;
            }
            assertThat(found).as("time %d", time).isEqualTo(first);
        }
    }
}
