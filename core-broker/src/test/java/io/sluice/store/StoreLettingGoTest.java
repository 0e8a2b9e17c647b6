package io.sluice.store;

import static io.sluice.store.Stores.ROOT;
import static io.sluice.store.Stores.read;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.port.OffsetRange;
import io.sluice.store.file.FileDisk;
import io.sluice.wire.message.MessageView;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Memory and files that a store gives back. */
class StoreLettingGoTest {
    @TempDir
    Path directory;

    private final long[] now = {1_700_000_000_000L};
    private final long[] nanos = {0};

    private MessageStore filled(LossyDisk disk, StoreConfig config) throws IOException {
        MessageStore store = MessageStore.open(config, disk, () -> Instant.ofEpochMilli(now[0]), () -> nanos[0]);
        for (int i = 0; i < 100; i++) {
            Stores.append(store, "T", 0, i + "-" + "z".repeat(5000));
            now[0] += 3_600_000;
        }
        Stores.append(store, "Rare", 0, "last");
        settle(store);
        return store;
    }

    /** Lets every duty come round. */
    private void settle(MessageStore store) throws IOException {
        for (int i = 0; i < 20; i++) {
            nanos[0] += 100_000_000_000L;
            store.duties().flusher().flush();
            store.duties().queueWriter().work();
            store.duties().retention().work();
        }
    }

    @Test
    void expiredSegmentsGoWithTheirQueueFilesAndReadersAreCorrected() throws IOException {
        LossyDisk disk = new LossyDisk(1);
        StoreConfig config = Stores.config(ROOT)
                .withReservedHours(20)
                .withDeleteWhen("00;01;02;03;04;05;06;07;08;09;10;11;12;13;14;15;16;17;18;19;20;21;22;23")
                .withQueueSegmentBytes(200);
        try (MessageStore store = filled(disk, config)) {
            long min = store.range("T", 0).min();
            assertThat(store.logRange().min()).isPositive();
            assertThat(min).isBetween(50L, 99L);
            try (QueueRead read = read(store, 0)) {
                assertThat(read.status()).isEqualTo(QueueRead.Status.OFFSET_TOO_SMALL);
                assertThat(read.nextOffset()).isEqualTo(min);
            }
            assertThat(Stores.bodies(store, "T", 0).get(0)).startsWith(min + "-");
            assertThat(disk.files()).noneMatch(file -> file.endsWith("consumequeue/T/0/00000000000000000000"));
            assertThat(Stores.bodies(store, "Rare", 0)).containsExactly("last");
        }
        try (MessageStore store = MessageStore.open(config, disk, () -> Instant.ofEpochMilli(now[0]), () -> nanos[0])) {
            assertThat(store.range("T", 0).max()).isEqualTo(100);
            assertThat(Stores.append(store, "T", 0, "on").queueOffset()).isEqualTo(100);
        }
    }

    @Test
    void aQueueWhoseMessagesHaveAllGoneKeepsItsNumbers() throws IOException {
        LossyDisk disk = new LossyDisk(1);
        StoreConfig config = Stores.config(ROOT).withReservedHours(1);
        MessageStore store = MessageStore.open(config, disk, () -> Instant.ofEpochMilli(now[0]), () -> nanos[0]);
        for (int i = 0; i < 7; i++) {
            Stores.append(store, "Old", 0, "m" + i);
        }
        for (int i = 0; i < 40; i++) {
            Stores.append(store, "T", 0, "z".repeat(5000));
        }
        now[0] += 10 * 3_600_000;
        settle(store);
        assertThat(store.deleteExpired()).isPositive();
        assertThat(store.range("Old", 0)).isEqualTo(new OffsetRange(7, 7));
        disk.cutNow();
        LossyDisk after = disk.afterKill();
        after.remove(ROOT.resolve("progress.written"));
        after.remove(ROOT.resolve("progress.forced"));
        try (MessageStore again =
                MessageStore.open(config, after, () -> Instant.ofEpochMilli(now[0]), () -> nanos[0])) {
            assertThat(again.range("Old", 0)).isEqualTo(new OffsetRange(7, 7));
            assertThat(Stores.append(again, "Old", 0, "next").queueOffset()).isEqualTo(7);
            assertThat(again.range("Old", 0)).isEqualTo(new OffsetRange(7, 8));
        }
    }

    @Test
    void aFullDiskLetsTheOldestGoWhateverItsAge() throws IOException {
        LossyDisk disk = new LossyDisk(1);
        StoreConfig config = Stores.config(ROOT).withDiskForceRatio(0.85).withDeleteWhen("00");
        disk.usable(1L << 37);
        try (MessageStore store = filled(disk, config)) {
            assertThat(store.logRange().min()).isPositive();
            assertThat(store.logRange().max() - store.logRange().min()).isPositive();
        }
    }

    @Test
    void memoryOfADeletedSegmentStaysReadableForItsHolder() throws IOException {
        long[] now = {1_700_000_000_000L};
        long[] nanos = {0};
        try (MessageStore store = MessageStore.open(
                Stores.config(directory).withReservedHours(1),
                new FileDisk(),
                () -> Instant.ofEpochMilli(now[0]),
                () -> nanos[0])) {
            Stores.append(store, "T", 0, "held");
            QueueRead held = read(store, 0);
            for (int i = 0; i < 40; i++) {
                Stores.append(store, "T", 0, "z".repeat(5000));
            }
            now[0] += 10 * 3_600_000;
            for (int i = 0; i < 10; i++) {
                nanos[0] += 100_000_000_000L;
                store.duties().queueWriter().work();
            }
            assertThat(store.deleteExpired()).isPositive();
            assertThat(directory.resolve("commitlog/00000000000000000000")).doesNotExist();
            assertThat(MessageView.of(held.slices().get(0)).body()).asString().isEqualTo("held");
            held.close();
            assertThat(store.recordAt(0).slices()).isEmpty();
        }
    }
}
