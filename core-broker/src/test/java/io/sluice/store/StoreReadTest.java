package io.sluice.store;

import static io.sluice.store.Stores.ROOT;
import static io.sluice.store.Stores.read;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.port.OffsetRange;
import io.sluice.port.Records;
import io.sluice.store.file.FileDisk;
import io.sluice.store.log.AppendResult.Stored;
import io.sluice.store.queue.EntryFilter;
import io.sluice.wire.message.MessageView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a store answers to readers. */
class StoreReadTest {
    @TempDir
    Path directory;

    @Test
    void everyOffsetHasItsStatusAndCorrection() {
        try (MessageStore store = Stores.open(directory)) {
            assertThat(read(store, 0).status()).isEqualTo(QueueRead.Status.NO_SUCH_QUEUE);
            for (int i = 0; i < 3; i++) {
                Stores.append(store, "T", 0, "m" + i);
            }
            assertStatus(store, -1, QueueRead.Status.OFFSET_TOO_SMALL, 0);
            assertStatus(store, 0, QueueRead.Status.FOUND, 3);
            assertStatus(store, 3, QueueRead.Status.OFFSET_AT_END, 3);
            assertStatus(store, 4, QueueRead.Status.OFFSET_BEYOND_END, 3);
            EntryFilter none = new EntryFilter() {
                @Override
                public boolean acceptsEntry(long queueOffset, long tagHash) {
                    return false;
                }
            };
            QueueRead filtered = store.read("T", 0, 0, none, 32, 1000);
            assertThat(filtered.status()).isEqualTo(QueueRead.Status.NONE_MATCHED);
            assertThat(filtered.nextOffset()).isEqualTo(3);
        }
    }

    private void assertStatus(MessageStore store, long from, QueueRead.Status status, long next) {
        try (QueueRead read = read(store, from)) {
            assertThat(read.status()).isEqualTo(status);
            assertThat(read.nextOffset()).isEqualTo(next);
            assertThat(read.range()).isEqualTo(new OffsetRange(0, 3));
        }
    }

    @Test
    void theFirstMessageComesWhateverItsSizeAndTheOthersWithinTheBound() {
        try (MessageStore store = Stores.open(directory)) {
            int size = Stores.append(store, "T", 0, "x".repeat(1000)).size();
            Stores.append(store, "T", 0, "x".repeat(1000));
            Stores.append(store, "T", 0, "x".repeat(1000));
            assertThat(taken(store, 32, 1)).isEqualTo(1);
            assertThat(taken(store, 32, 2 * size)).isEqualTo(2);
            assertThat(taken(store, 32, 2 * size - 1)).isEqualTo(1);
            assertThat(taken(store, 2, 1 << 20)).isEqualTo(2);
        }
    }

    private int taken(MessageStore store, int maxMessages, int maxBytes) {
        try (QueueRead read = store.read("T", 0, 0, EntryFilter.ALL, maxMessages, maxBytes)) {
            assertThat(read.nextOffset()).isEqualTo(read.slices().size());
            return read.slices().size();
        }
    }

    @Test
    void filtersAreAskedForTheTagFirstAndThenForTheRecord() {
        try (MessageStore store = Stores.open(directory)) {
            for (String tag : List.of("red", "blue", "red", "größe")) {
                Stores.append(store, Stores.record("T", 0, tag.getBytes(StandardCharsets.UTF_8), Map.of("TAGS", tag)));
            }
            Stores.append(store, "T", 0, "untagged");
            List<Long> records = new ArrayList<>();
            EntryFilter red = new EntryFilter() {
                @Override
                public boolean acceptsEntry(long queueOffset, long tagHash) {
                    return tagHash == "red".hashCode();
                }

                @Override
                public boolean acceptsRecord(long queueOffset, ByteBuffer record) {
                    records.add(queueOffset);
                    return queueOffset > 0;
                }
            };
            try (QueueRead read = store.read("T", 0, 0, red, 32, 1 << 20)) {
                assertThat(read.queueOffsets()).containsExactly(2);
                assertThat(read.nextOffset()).isEqualTo(5);
            }
            assertThat(records).containsExactly(0L, 2L);
            List<Long> hashes = new ArrayList<>();
            assertThat(store.entries("T", 0, 3, 99, (offset, logOffset, size, tagHash) -> hashes.add(tagHash)))
                    .isEqualTo(5);
            assertThat(hashes).containsExactly((long) "größe".hashCode(), 0L);
        }
    }

    @Test
    void entriesOfTheDelayTopicCarryTheDueTime() {
        try (MessageStore store = Stores.open(directory)) {
            Map<String, Integer> delays = Map.of("1", 1000, "3", 10_000, "18", 7_200_000, "99", 7_200_000);
            delays.forEach((level, delay) -> {
                Stored stored = Stores.append(
                        store,
                        Stores.record("SCHEDULE_TOPIC_XXXX", 0, new byte[0], Map.of("DELAY", level, "TAGS", "t")));
                store.entries(
                        "SCHEDULE_TOPIC_XXXX",
                        0,
                        stored.queueOffset(),
                        stored.queueOffset() + 1,
                        (offset, logOffset, size, due) -> {
                            assertThat(due).isEqualTo(stored.storedAtMs() + delay);
                            return true;
                        });
            });
            Stored other = Stores.append(store, Stores.record("T", 0, new byte[0], Map.of("DELAY", "3", "TAGS", "t")));
            store.entries("T", 0, other.queueOffset(), 1, (offset, logOffset, size, tagHash) -> {
                assertThat(tagHash).isEqualTo("t".hashCode());
                return true;
            });
        }
    }

    @Test
    void oldEntriesComeFromTheFileAndNewOnesFromMemory() throws IOException {
        LossyDisk disk = new LossyDisk(1);
        long[] nanos = {0};
        try (MessageStore store =
                MessageStore.open(Stores.config(ROOT), disk, InstantSource.system(), () -> nanos[0])) {
            List<String> sent = new ArrayList<>();
            for (int i = 0; i < 700; i++) {
                sent.add("m" + i);
                Stores.append(store, "T", 0, "m" + i);
                if (i % 90 == 0) {
                    nanos[0] += 2_000_000_000L;
                    store.duties().queueWriter().work();
                }
            }
            assertThat(Stores.bodies(store, "T", 0)).isEqualTo(sent);
            assertThat(disk.files()).contains(ROOT.resolve("consumequeue/T/0/00000000000000012000"));
        }
    }

    @Test
    void keysAreFoundNewestFirstAndExactly() {
        try (MessageStore store = Stores.open(directory)) {
            // "Aa" and "BB" have the same hash
            for (String key : List.of("Aa", "BB", "Aa other", "ключ")) {
                Stores.append(
                        store,
                        Stores.record(
                                "T",
                                0,
                                key.getBytes(StandardCharsets.UTF_8),
                                Map.of("KEYS", key, "UNIQ_KEY", "id-" + key.length())));
            }
            assertThat(found(store, "Aa")).containsExactly("Aa other", "Aa");
            assertThat(found(store, "BB")).containsExactly("BB");
            assertThat(found(store, "other")).containsExactly("Aa other");
            assertThat(found(store, "ключ")).containsExactly("ключ");
            assertThat(found(store, "id-8")).containsExactly("Aa other");
            assertThat(found(store, "A")).isEmpty();
            try (Records none = store.byKey("T", "Aa", 0, 1000, 64)) {
                assertThat(none.slices()).isEmpty();
            }
            try (Records one = store.byKey("T", "Aa", 0, Long.MAX_VALUE, 1)) {
                assertThat(one.slices()).hasSize(1);
            }
        }
    }

    private List<String> found(MessageStore store, String key) {
        try (Records records = store.byKey("T", key, 0, Long.MAX_VALUE, 64)) {
            return records.slices().stream()
                    .map(slice -> new String(MessageView.of(slice).body(), StandardCharsets.UTF_8))
                    .toList();
        }
    }

    @Test
    void theIndexCatchesUpFromTheLogWhenItsRingOverflows() throws IOException {
        try (MessageStore store = Stores.open(Stores.config(directory)
                .withIndexSlots(1000)
                .withIndexEntries(100_000)
                .withLogSegmentBytes(32 << 20))) {
            byte[] body = new byte[0];
            for (int i = 0; i < 70_000; i++) {
                Stores.append(store, Stores.record("T", 0, body, Map.of("KEYS", "k" + i)));
            }
            for (int i : new int[] {0, 1, 65_535, 65_536, 65_537, 69_999}) {
                try (Records records = store.byKey("T", "k" + i, 0, Long.MAX_VALUE, 64)) {
                    assertThat(records.slices()).as("key k%d", i).hasSize(1);
                    assertThat(MessageView.of(records.slices().get(0)).queueOffset())
                            .isEqualTo(i);
                }
            }
            Stores.append(store, Stores.record("T", 0, body, Map.of("KEYS", "later")));
            try (Records records = store.byKey("T", "later", 0, Long.MAX_VALUE, 64)) {
                assertThat(records.slices()).hasSize(1);
            }
        }
    }

    @Test
    void timesLeadToOffsets() {
        long[] now = {1_000_000};
        try (MessageStore store =
                MessageStore.open(Stores.config(directory), new FileDisk(), () -> Instant.ofEpochMilli(now[0]))) {
            for (int i = 0; i < 100; i++) {
                now[0] = 1_000_000 + i / 10 * 1000L;
                Stores.append(store, "T", 0, "m" + i);
            }
            assertThat(store.offsetAt("T", 0, 1_003_000, Boundary.LOWER)).isEqualTo(30);
            assertThat(store.offsetAt("T", 0, 1_003_000, Boundary.UPPER)).isEqualTo(39);
            assertThat(store.offsetAt("T", 0, 1_003_001, Boundary.LOWER)).isEqualTo(40);
            assertThat(store.offsetAt("T", 0, 1, Boundary.LOWER)).isZero();
            assertThat(store.offsetAt("T", 0, 1, Boundary.UPPER)).isZero();
            assertThat(store.offsetAt("T", 0, Long.MAX_VALUE, Boundary.LOWER)).isEqualTo(100);
            assertThat(store.offsetAt("T", 0, Long.MAX_VALUE, Boundary.UPPER)).isEqualTo(99);
            assertThat(store.offsetAt("U", 0, 1, Boundary.LOWER)).isZero();
            assertThat(store.earliestStoredAtMs("T", 0)).isEqualTo(1_000_000);
            assertThat(store.earliestStoredAtMs("U", 0)).isEqualTo(-1);
        }
    }
}
