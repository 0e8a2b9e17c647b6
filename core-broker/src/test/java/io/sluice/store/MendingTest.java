package io.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.store.queue.EntryFilter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Queue files that are gone are made again from the log: how much of it is read for that. */
class MendingTest {
    private static final Path ROOT = Path.of("/store");
    private static final Path LOG = ROOT.resolve("commitlog");
    private static final int SEGMENT = 16 * 1024;
    private static final int PER_FILE = 10;

    private final LossyDisk disk = new LossyDisk(1);
    private final List<String> rare = new ArrayList<>();

    private static StoreConfig config() {
        return Stores.config(ROOT)
                .withLogSegmentBytes(SEGMENT)
                .withQueueSegmentBytes(PER_FILE * 20)
                .withIndexEnabled(false);
    }

    private void write(MessageStore store, int rounds, boolean withRare) {
        for (int i = 0; i < rounds; i++) {
            Stores.append(store, "Busy", 0, "b".repeat(600));
            if (withRare && i % 4 == 0) {
                rare.add("rare " + rare.size());
                Stores.append(store, "Rare", 0, rare.get(rare.size() - 1));
            }
        }
    }

    /** Fifteen segments and more; the rare queue has messages in some four of them in the middle. */
    private void writeAll() {
        try (MessageStore store = Stores.open(config(), disk)) {
            write(store, 150, false);
            write(store, 80, true);
            write(store, 150, false);
        }
    }

    private static Path file(String topic, int index) {
        return ROOT.resolve("consumequeue/%s/0/%020d".formatted(topic, index * PER_FILE * 20));
    }

    /** Log files that are read while the queue is. */
    private Set<Path> readForRepair(List<String> expected) throws IOException {
        WatchedDisk watched = new WatchedDisk(disk);
        try (MessageStore store = Stores.open(config(), watched)) {
            Set<Path> opened = watched.touched(LOG);
            assertThat(opened).hasSizeLessThan(4);
            try (QueueRead read = store.read("Rare", 0, 0, EntryFilter.ALL, 32, 1 << 20)) {
                assertThat(read.status()).isEqualTo(QueueRead.Status.REBUILDING);
            }
            store.duties().mender().work();
            Set<Path> touched = watched.touched(LOG);
            touched.removeAll(opened);
            assertThat(Stores.bodies(store, "Rare", 0)).isEqualTo(expected);
            return touched;
        }
    }

    @Test
    void aMissingFirstFileIsMadeOfTheLogFromWhereItsMessagesBegin() throws IOException {
        writeAll();
        long segments =
                disk.files().stream().filter(file -> file.startsWith(LOG)).count();
        assertThat(segments).isGreaterThan(14);
        disk.remove(file("Rare", 0));
        // ten messages lie in three segments at most; the entry behind them says where they end
        assertThat(readForRepair(rare)).hasSizeLessThanOrEqualTo(3);
    }

    @Test
    void aMissingOnlyFileIsMadeOfTheLogFromItsEndBackToItsFirstMessage() throws IOException {
        try (MessageStore store = Stores.open(config(), disk)) {
            write(store, 150, false);
            write(store, 40, true);
            write(store, 30, false);
        }
        assertThat(rare).hasSize(PER_FILE);
        disk.remove(file("Rare", 0));
        assertThat(readForRepair(rare)).hasSizeLessThanOrEqualTo(4);
    }

    @Test
    void whenTheFirstMessageIsLostTooTheLogIsReadFromItsBeginning() throws IOException {
        writeAll();
        disk.remove(file("Rare", 0));
        for (Path segment : disk.files()) {
            byte[] content = disk.content(segment);
            int at = segment.startsWith(LOG) ? indexOf(content, "rare 0") : -1;
            if (at >= 0) {
                byte[] damaged = content.clone();
                // the magic of its record
                Arrays.fill(damaged, at - 84, at - 80, (byte) 0x11);
                disk.replace(segment, damaged);
            }
        }
        assertThat(readForRepair(rare.subList(1, rare.size()))).hasSizeGreaterThan(6);
    }

    private static int indexOf(byte[] content, String wanted) {
        return new String(content, StandardCharsets.ISO_8859_1).indexOf(wanted);
    }
}
