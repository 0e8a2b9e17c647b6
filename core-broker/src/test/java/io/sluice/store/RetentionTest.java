package io.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.store.file.Disk;
import io.sluice.store.file.FileDisk;
import io.sluice.store.log.AppendResult;
import io.sluice.store.queue.EntryFilter;
import io.sluice.wire.message.MessageView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is deleted when, and what is refused when. */
class RetentionTest {
    private static final Path ROOT = Path.of("/store");
    private static final long HOUR_MS = 3_600_000;
    private static final int BODY_BYTES = 5_000;
    /** Of {@link Stores#config}, with room for headers. */
    private static final int MESSAGES_PER_SEGMENT = 12;

    private static final long DISK_BYTES = 1L << 40;

    private final LossyDisk disk = new LossyDisk(1);
    private final long[] now = {1_700_000_000_000L};
    private final long[] nanos = {0};

    private MessageStore open(StoreConfig config) {
        return MessageStore.open(config, disk, () -> Instant.ofEpochMilli(now[0]), () -> nanos[0]);
    }

    /** Written, forced and nothing deleted yet. */
    private MessageStore filled(StoreConfig config, int segments) throws IOException {
        MessageStore store = open(config);
        for (int i = 0; i < segments * MESSAGES_PER_SEGMENT; i++) {
            Stores.append(store, "T", 0, "z".repeat(BODY_BYTES));
        }
        for (int i = 0; i < 10; i++) {
            nanos[0] += 100_000_000_000L;
            store.duties().flusher().flush();
            store.duties().queueWriter().work();
        }
        return store;
    }

    private void round(MessageStore store) throws IOException {
        nanos[0] += 10_000_000_000L;
        store.duties().retention().work();
    }

    private int hour() {
        return Instant.ofEpochMilli(now[0]).atZone(ZoneId.systemDefault()).getHour();
    }

    private static long segments(MessageStore store) {
        return store.logRange().min() / (64 * 1024);
    }

    @Test
    void whatHasExpiredGoesAtItsHourAndNotBefore() throws IOException {
        int due = (hour() + 5) % 24;
        StoreConfig config = Stores.config(ROOT).withReservedHours(2).withDeleteWhen("%02d".formatted(due));
        try (MessageStore store = filled(config, 5)) {
            now[0] += 4 * HOUR_MS;
            round(store);
            assertThat(segments(store)).as("expired, but not the hour").isZero();
            now[0] += HOUR_MS;
            round(store);
            assertThat(segments(store)).isEqualTo(4);
        }
    }

    @Test
    void whatHasNotExpiredStaysAtTheHour() throws IOException {
        StoreConfig config =
                Stores.config(ROOT).withReservedHours(30).withDeleteWhen("%02d".formatted((hour() + 24) % 24));
        try (MessageStore store = filled(config, 5)) {
            now[0] += 24 * HOUR_MS;
            round(store);
            assertThat(segments(store)).isZero();
        }
    }

    @Test
    void aFullerDiskLetsGoOfWhatHasExpiredAtAnyHourAndOfNothingElse() throws IOException {
        StoreConfig config = Stores.config(ROOT)
                .withReservedHours(2)
                .withDeleteWhen("%02d".formatted((hour() + 12) % 24))
                .withDiskMaxUsedRatio(0.75);
        try (MessageStore store = filled(config, 3)) {
            now[0] += 3 * HOUR_MS;
            for (int i = 0; i < 3 * MESSAGES_PER_SEGMENT; i++) {
                Stores.append(store, "T", 0, "y".repeat(BODY_BYTES));
            }
            for (int i = 0; i < 10; i++) {
                nanos[0] += 100_000_000_000L;
                store.duties().flusher().flush();
                store.duties().queueWriter().work();
            }
            round(store);
            assertThat(segments(store)).as("there is room").isZero();
            disk.usable(DISK_BYTES / 5);
            round(store);
            round(store);
            assertThat(segments(store)).as("segments with young messages stay").isEqualTo(2);
        }
    }

    @Test
    void oneRoundDeletesTenSegmentsAndTheLastOneStays() throws IOException {
        StoreConfig config =
                Stores.config(ROOT).withReservedHours(1).withDeleteWhen("%02d".formatted((hour() + 3) % 24));
        try (MessageStore store = filled(config, 14)) {
            now[0] += 3 * HOUR_MS;
            round(store);
            assertThat(segments(store)).isEqualTo(10);
            round(store);
            assertThat(segments(store)).isEqualTo(13);
            round(store);
            assertThat(segments(store)).isEqualTo(13);
            assertThat(store.range("T", 0).max()).isEqualTo(14 * MESSAGES_PER_SEGMENT);
        }
    }

    @Test
    void theRatioResumesByItselfAndDoesNotFlap() throws IOException {
        StoreConfig config = Stores.config(ROOT).withDiskFullRatio(0.9);
        try (MessageStore store = open(config)) {
            Stores.append(store, "T", 0, "a");
            assertThat(writableAt(store, 0.12)).isTrue();
            assertThat(writableAt(store, 0.09)).isFalse();
            assertThat(writableAt(store, 0.102)).as("hardly any room came back").isFalse();
            assertThat(writableAt(store, 0.12)).isTrue();
            Stores.append(store, "T", 0, "b");
        }
    }

    private boolean writableAt(MessageStore store, double free) throws IOException {
        disk.usable((long) (DISK_BYTES * free));
        store.duties().retention().checkSpace();
        return store.health().writable();
    }

    @Test
    void theDiskOfTheQueuesCountsToo() throws IOException {
        WatchedDisk watched = new WatchedDisk(disk);
        Path logs = Path.of("/logs");
        StoreConfig config = Stores.config(ROOT).withLogDirectory(logs).withDiskFullRatio(0.9);
        try (MessageStore store = MessageStore.open(config, watched, InstantSource.system())) {
            Stores.append(store, "T", 0, "a");
            watched.space(ROOT, new Disk.Space(100, 5, 5));
            store.duties().retention().checkSpace();
            AppendResult refused = store.append(Stores.record("T", 0, "b"))
                    .toCompletableFuture()
                    .join();
            assertThat(refused).isInstanceOf(AppendResult.Refused.class);
            assertThat(((AppendResult.Refused) refused).sentence())
                    .contains("the disk of " + ROOT, "95.0 percent", "diskSpaceWarningLevelRatio is 90.0");
        }
    }

    /** So many full segments on a real disk, all older than they are to be kept. */
    private MessageStore pastItsTime(Path directory, int segments) throws IOException {
        StoreConfig config = Stores.config(directory).withReservedHours(1).withIndexEnabled(false);
        MessageStore store =
                MessageStore.open(config, new FileDisk(), () -> Instant.ofEpochMilli(now[0]), () -> nanos[0]);
        for (int i = 0; i < segments * MESSAGES_PER_SEGMENT; i++) {
            Stores.append(store, "T", 0, i + ":" + "z".repeat(BODY_BYTES));
        }
        nanos[0] += 100_000_000_000L;
        store.duties().flusher().flush();
        store.duties().queueWriter().work();
        store.duties().queueWriter().work();
        now[0] += 3 * HOUR_MS;
        return store;
    }

    /** On a real disk, where memory pulled from under a reader would end the process. */
    @Test
    void readersKeepTheirMemoryWhileSegmentsGo(@TempDir Path directory) throws Exception {
        ExecutorService readers = Executors.newFixedThreadPool(3);
        try (MessageStore store = pastItsTime(directory, 30)) {
            CountDownLatch holding = new CountDownLatch(3);
            List<Future<Integer>> results = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                results.add(readers.submit(() -> readAll(store, holding)));
            }
            holding.await();
            assertThat(store.deleteExpired()).isPositive();
            for (Future<Integer> result : results) {
                assertThat(result.get()).isPositive();
            }
            assertThat(store.range("T", 0).min()).isPositive();
        } finally {
            readers.shutdownNow();
        }
    }

    @Test
    void aReadThatGoesOnInTheNextSegmentKeepsWhatItFoundInOneThatGoesMeanwhile(@TempDir Path directory)
            throws IOException {
        try (MessageStore store = pastItsTime(directory, 3)) {
            EntryFilter deletingBetween = new EntryFilter() {
                @Override
                public boolean acceptsEntry(long queueOffset, long tagHash) {
                    if (queueOffset == MESSAGES_PER_SEGMENT) {
                        assertThat(store.deleteExpired()).isPositive();
                    }
                    return true;
                }
            };
            int wanted = MESSAGES_PER_SEGMENT + 3;
            try (QueueRead read = store.read("T", 0, 0, deletingBetween, wanted, 1 << 20)) {
                assertThat(read.slices()).hasSize(wanted).doesNotContainNull();
                assertThat(MessageView.of(read.slices().get(MESSAGES_PER_SEGMENT - 1))
                                .queueOffset())
                        .isEqualTo(MESSAGES_PER_SEGMENT - 1);
            }
        }
    }

    /** Looks at every slice again before it is let go, with deletions in between. */
    private static int readAll(MessageStore store, CountDownLatch holding) {
        int seen = 0;
        long at = 0;
        while (at < store.range("T", 0).max()) {
            try (QueueRead read = store.read("T", 0, at, EntryFilter.ALL, 32, 1 << 20)) {
                holding.countDown();
                assertThat(read.status())
                        .isIn(QueueRead.Status.FOUND, QueueRead.Status.OFFSET_TOO_SMALL, QueueRead.Status.REMOVED);
                assertThat(read.nextOffset()).isGreaterThan(at);
                for (int i = 0; i < read.slices().size(); i++) {
                    ByteBuffer slice = read.slices().get(i);
                    String body = new String(MessageView.of(slice).body(), StandardCharsets.UTF_8);
                    assertThat(body).isEqualTo(read.queueOffsets()[i] + ":" + "z".repeat(BODY_BYTES));
                    seen++;
                }
                at = read.nextOffset();
            }
        }
        return seen;
    }
}
