package io.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.MessageProperties;
import io.sluice.store.file.Disk;
import io.sluice.store.index.IndexTable;
import io.sluice.store.index.KeyIndex;
import io.sluice.store.log.GapRecord;
import io.sluice.store.queue.EntryFilter;
import io.sluice.store.queue.QueueEntryLayout;
import io.sluice.store.queue.QueueExtension;
import io.sluice.store.queue.QueueKey;
import io.sluice.store.queue.QueueTable;
import io.sluice.store.recovery.Checkpoint;
import io.sluice.store.recovery.Progress;
import io.sluice.store.recovery.Recovery;
import io.sluice.store.recovery.RunningMark;
import io.sluice.wire.message.MessageEncoder;
import io.sluice.wire.message.MessageLayout;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.NewRecord;
import io.sluice.wire.message.PropertiesCodec;
import io.sluice.wire.message.RecordCheck;
import io.sluice.wire.message.RecordCheck.Verdict;
import io.sluice.wire.message.RecordChecksum;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every example in docs/formats is what the code writes, byte for byte, and what it reads. */
class FormatPagesTest {
    private static final Path DIRECTORY = Path.of("/store");
    private static final long BORN = 1_700_000_000_000L;
    private static final long STORED = 1_700_000_000_123L;
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochMilli(STORED));

    private final LossyDisk disk = new LossyDisk(1);

    private static InetSocketAddress host(String address, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByName(address), port);
        } catch (UnknownHostException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static NewRecord record(String topic, String body, Map<String, String> properties) {
        return record(topic, body, ByteBuffer.wrap(PropertiesCodec.encode(MessageProperties.of(properties))));
    }

    private static NewRecord record(String topic, String body, ByteBuffer properties) {
        return new NewRecord(
                topic,
                0,
                0,
                0,
                BORN,
                host("127.0.0.1", 50790),
                0,
                0,
                ByteBuffer.wrap(body.getBytes(StandardCharsets.UTF_8)),
                properties,
                true);
    }

    private static byte[] encode(NewRecord record, long queueOffset, long logOffset) {
        return MessageEncoder.encode(record, queueOffset, logOffset, STORED, host("127.0.0.1", 10911))
                .array();
    }

    private MessageStore open(StoreConfig config) {
        return MessageStore.open(config, disk, CLOCK);
    }

    private static StoreConfig config() {
        return Stores.config(DIRECTORY).withStoreHost(host("127.0.0.1", 10911));
    }

    private byte[] file(String path) {
        return disk.content(DIRECTORY.resolve(path));
    }

    /** The one file in a directory of index files. */
    private Path onlyFile(String directory) {
        List<Path> found = disk.files().stream()
                .filter(path -> path.startsWith(DIRECTORY.resolve(directory)))
                .toList();
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    @Nested
    class CommitLogPage {
        private final FormatPage page = FormatPage.read("commit-log");

        @Test
        void theRecordOfAGenuineBrokerIsReadAndWrittenAgainTheSame() {
            byte[] bytes = page.hex("record");
            MessageView view = MessageView.of(ByteBuffer.wrap(bytes));
            assertThat(RecordCheck.check(ByteBuffer.wrap(bytes), true)).isEqualTo(Verdict.WHOLE);
            assertThat(view.topic()).isEqualTo("Spec_T53");
            assertThat(view.properties().asMap())
                    .containsOnlyKeys("MSG_REGION", "UNIQ_KEY", "CLUSTER", "TAGS", "KEYS", "WAIT", "TRACE_ON");

            NewRecord again = new NewRecord(
                    view.topic(),
                    view.queueId(),
                    view.flag(),
                    view.sysFlag(),
                    view.bornAtMs(),
                    view.bornHost(),
                    view.reconsumeTimes(),
                    view.preparedTransactionOffset(),
                    view.storedBody(),
                    view.propertiesBytes(),
                    true);
            assertThat(MessageEncoder.encode(
                                    again, view.queueOffset(), view.logOffset(), view.storedAtMs(), view.storeHost())
                            .array())
                    .isEqualTo(bytes);
        }

        @Test
        void longTopicsAndAddressesOfSixteenBytesHaveTheWiderForm() {
            NewRecord plain = record("%RETRY%" + "g".repeat(123), "wide", Map.of());
            NewRecord message = new NewRecord(
                    plain.topic(),
                    0,
                    0,
                    0,
                    BORN,
                    host("2001:db8::1", 50790),
                    0,
                    0,
                    plain.body(),
                    plain.properties(),
                    true);
            byte[] bytes = page.hex("wide");
            assertThat(MessageEncoder.encode(message, 0, 0, STORED, host("2001:db8::2", 10911))
                            .array())
                    .isEqualTo(bytes);

            MessageView view = MessageView.of(ByteBuffer.wrap(bytes));
            assertThat(RecordCheck.check(ByteBuffer.wrap(bytes), true)).isEqualTo(Verdict.WHOLE);
            assertThat(view.topic()).isEqualTo(plain.topic());
            assertThat(view.bornHost()).isEqualTo(host("2001:db8::1", 50790));
            assertThat(view.storeHost()).isEqualTo(host("2001:db8::2", 10911));
            assertThat(view.body()).asString().isEqualTo("wide");
        }

        @Test
        void theMessagesOfABatchLieNextToEachOther() {
            byte[] bytes = page.hex("batch");
            try (MessageStore store = open(config())) {
                store.appendBatch(
                        List.of(record("T", "a", Map.of("TAGS", "x")), record("T", "b", Map.of("TAGS", "x"))));
                assertThat(Arrays.copyOf(file("commitlog/00000000000000000000"), bytes.length))
                        .isEqualTo(bytes);
            }
        }

        @Test
        void theRecordsOfABundleSayHowFarItReaches() {
            byte[] bytes = page.hex("bundle");
            try (MessageStore store = open(config())) {
                store.appendBundle(
                        List.of(record("T", "a", Map.of("TAGS", "x")), record("U", "b", Map.of("TAGS", "x"))));
                assertThat(Arrays.copyOf(file("commitlog/00000000000000000000"), bytes.length))
                        .isEqualTo(bytes);
            }
        }

        @Test
        void aChecksumOverTheWholeRecordIsChecked() {
            byte[] bytes = page.hex("checksum");
            assertThat(RecordCheck.check(ByteBuffer.wrap(bytes), true)).isEqualTo(Verdict.WHOLE);
            for (int at = MessageLayout.BODY_CRC; at < bytes.length; at++) {
                bytes[at] ^= 1;
                Verdict verdict = RecordCheck.check(ByteBuffer.wrap(bytes), true);
                boolean noLongerAChecksum = at >= bytes.length - RecordChecksum.BYTES && verdict == Verdict.WHOLE;
                assertThat(verdict == Verdict.CHECKSUM_WRONG
                                || verdict == Verdict.LENGTHS_DISAGREE
                                || noLongerAChecksum)
                        .as("byte %d: %s", at, verdict)
                        .isTrue();
                bytes[at] ^= 1;
            }
        }

        @Test
        void theChecksumOfAnotherRecordIsNotTakenOver() {
            MessageView other = MessageView.of(page.bytes("checksum"));
            try (MessageStore store = open(config())) {
                Stores.append(store, record("Copies", "another body", other.propertiesBytes()));
                try (QueueRead read = store.read("Copies", 0, 0, EntryFilter.ALL, 1, 1 << 20)) {
                    assertThat(MessageView.of(read.slices().get(0)).properties().asMap())
                            .isEqualTo(Map.of("TAGS", "x"));
                }
            }
        }

        @Test
        void theRestOfAFileIsFiller() {
            byte[] filler = page.hex("filler");
            int left = ByteBuffer.wrap(filler).getInt(0);
            int segment = 4096;
            try (MessageStore store = open(config().withLogSegmentBytes(segment))) {
                int empty = encode(record("T", "", Map.of()), 0, 0).length;
                Stores.append(store, record("T", "f".repeat(segment - left - empty), Map.of()));
                Stores.append(store, record("T", "next file", Map.of()));
                assertThat(Arrays.copyOfRange(
                                file("commitlog/00000000000000000000"), segment - left, segment - left + filler.length))
                        .isEqualTo(filler);
                assertThat(RecordCheck.check(page.bytes("filler"), true)).isEqualTo(Verdict.BLANK);
                assertThat(Stores.bodies(store, "T", 0)).hasSize(2).endsWith("next file");
            }
        }

        @Test
        void aFilledGapIsARecordThatNoQueueHas() {
            ByteBuffer lost = page.bytes("lost");
            assertThat(RecordCheck.check(lost, true)).isEqualTo(Verdict.WHOLE);
            assertThat(GapRecord.is(lost)).isTrue();
            assertThat(GapRecord.is(page.bytes("record"))).isFalse();
        }
    }

    @Nested
    class ConsumeQueuePage {
        private final FormatPage page = FormatPage.read("consume-queue");

        @Test
        void entriesSayPlaceSizeAndTag() {
            byte[] entries = page.hex("entries");
            try (MessageStore store = open(config())) {
                Stores.append(store, record("T", "one", Map.of("TAGS", "TagA")));
                Stores.append(store, record("T", "two", Map.of("TAGS", "Orders")));
                Stores.append(store, record("T", "", Map.of()));
            }
            assertThat(Arrays.copyOf(file("consumequeue/T/0/00000000000000000000"), entries.length + 20))
                    .isEqualTo(Arrays.copyOf(entries, entries.length + 20));
        }

        @Test
        void entriesOfTheDelayTopicSayWhenTheyAreDue() {
            byte[] delayed = page.hex("delayed");
            try (MessageStore store = open(config().withDelayLevels("1s 2s"))) {
                Stores.append(store, record("SCHEDULE_TOPIC_XXXX", "later", Map.of("DELAY", "2")));
            }
            assertThat(Arrays.copyOf(file("consumequeue/SCHEDULE_TOPIC_XXXX/0/00000000000000000000"), delayed.length))
                    .isEqualTo(delayed);
        }

        @Test
        void anEntryForNoMessageIsKnownAsSuch() {
            ByteBuffer written = ByteBuffer.allocate(QueueEntryLayout.ENTRY_BYTES);
            QueueEntryLayout.putNoMessage(written, 0);
            assertThat(written.array()).isEqualTo(page.hex("no-message"));
            assertThat(QueueEntryLayout.isNoMessage(written.getLong(0), written.getInt(8)))
                    .isTrue();
        }

        @Test
        void theTagHashOfAnExtendedEntryIsInItsUnit() throws IOException {
            ByteBuffer entry = page.bytes("extended");
            long address = entry.getLong(QueueEntryLayout.TAG_HASH);
            assertThat(QueueExtension.isAddress(address)).isTrue();
            disk.createDirectories(DIRECTORY.resolve("consumequeue_ext/T/0"));
            disk.replace(
                    DIRECTORY.resolve("consumequeue_ext/T/0/00000000000000000000"),
                    Arrays.copyOf(page.hex("unit"), 1000));

            QueueExtension extension = new QueueExtension(disk, DIRECTORY.resolve("consumequeue_ext"));
            assertThat(extension.tagHash(new QueueKey("T", 0), address)).hasValue("TagA".hashCode());
            assertThat(extension.tagHash(new QueueKey("T", 0), address + 24)).isEmpty();
            assertThat(extension.tagHash(new QueueKey("T", 1), address)).isEmpty();
        }

        /** With the unit, and without it: then the record is asked. */
        @Test
        void filtersOfReadersSeeTheHashBehindAnExtendedEntry() throws IOException {
            try (MessageStore store = open(config())) {
                Stores.append(store, record("T", "one", Map.of("TAGS", "TagA")));
            }
            Path queueFile = DIRECTORY.resolve("consumequeue/T/0/00000000000000000000");
            byte[] extended = disk.content(queueFile).clone();
            System.arraycopy(page.hex("extended"), 0, extended, 0, QueueEntryLayout.ENTRY_BYTES);
            disk.replace(queueFile, extended);
            assertThat(hashesSeen()).containsExactly((long) "TagA".hashCode());

            byte[] unit = page.hex("unit");
            ByteBuffer.wrap(unit).putLong(2, 4711);
            disk.createDirectories(DIRECTORY.resolve("consumequeue_ext/T/0"));
            disk.replace(DIRECTORY.resolve("consumequeue_ext/T/0/00000000000000000000"), unit);
            assertThat(hashesSeen()).containsExactly(4711L);
        }

        private List<Long> hashesSeen() {
            List<Long> hashes = new ArrayList<>();
            try (MessageStore store = open(config())) {
                store.entries("T", 0, 0, 1, (queueOffset, logOffset, size, tagHash) -> hashes.add(tagHash));
            }
            return hashes;
        }
    }

    @Nested
    class KeyIndexPage {
        private final FormatPage page = FormatPage.read("key-index");
        private final Path directory = DIRECTORY.resolve("index");

        private KeyIndex index() {
            return KeyIndex.open(disk, Disk.Access.WRITE, directory, CLOCK, 3, 4);
        }

        @Test
        void aFileIsWrittenAsThePageSays() throws IOException {
            try (KeyIndex index = index()) {
                index.put("T#k1".hashCode(), 0, STORED);
                index.put("T#k2".hashCode(), 200, STORED + 2_500);
                index.put("T#k4".hashCode(), 200, STORED + 2_500);
            }
            assertThat(disk.content(onlyFile("index"))).isEqualTo(page.hex("file"));
        }

        @Test
        void theKeysOfThatFileAreFound() throws IOException {
            disk.createDirectories(directory);
            disk.replace(directory.resolve("20231114221320123"), page.hex("file"));
            try (KeyIndex index = index()) {
                assertThat(found(index, "T#k1")).containsExactly(0L);
                assertThat(found(index, "T#k2")).containsExactly(200L);
                assertThat(found(index, "T#k4")).containsExactly(200L);
                assertThat(found(index, "T#k3")).isEmpty();
                assertThat(index.examine()).singleElement().satisfies(file -> assertThat(file.fault())
                        .isNull());
            }
        }

        private static List<Long> found(KeyIndex index, String key) {
            List<Long> offsets = new ArrayList<>();
            index.search(key.hashCode(), 0, Long.MAX_VALUE, offsets::add);
            return offsets;
        }
    }

    @Nested
    class MarksPage {
        private final FormatPage page = FormatPage.read("checkpoint");

        @Test
        void theCheckpointHasItsTimesAndKeepsWhatReplicasNeed() throws IOException {
            byte[] expected = Arrays.copyOf(page.hex("checkpoint"), 4096);
            long storedAt = ByteBuffer.wrap(expected).getLong(0);
            disk.createDirectories(DIRECTORY);
            Checkpoint.write(disk, DIRECTORY, storedAt, 0);
            assertThat(file(Checkpoint.FILE)).isEqualTo(expected);

            ByteBuffer ofReplicas = ByteBuffer.wrap(expected).putLong(24, 77).putLong(32, 88);
            disk.replace(DIRECTORY.resolve(Checkpoint.FILE), ofReplicas.array().clone());
            Checkpoint.write(disk, DIRECTORY, storedAt + 5, 3);
            ofReplicas.putLong(0, storedAt + 5).putLong(8, storedAt + 5).putLong(16, 3);
            assertThat(file(Checkpoint.FILE)).isEqualTo(ofReplicas.array());
        }

        @Test
        void aRunningStoreHasItsMarkAndItsLock(@TempDir Path real) throws IOException {
            Path lock = real.resolve("lock");
            try (MessageStore store = Stores.open(Stores.config(real))) {
                assertThat(store.health().writable()).isTrue();
                assertThat(Files.readAllBytes(lock)).isEqualTo(page.hex("lock"));
                assertThat(Files.readString(real.resolve(RunningMark.FILE)))
                        .isEqualTo(Long.toString(ProcessHandle.current().pid()));
            }
            assertThat(real.resolve(RunningMark.FILE)).doesNotExist();
        }

        @Test
        void progressIsWrittenAndReadAsThePageSays() throws IOException {
            Progress progress = new Progress(
                    "",
                    true,
                    true,
                    65_536,
                    2_000,
                    new QueueTable(5_000, 4_800, List.of(new QueueTable.Line(new QueueKey("T", 3), 10, 25))),
                    new IndexTable(
                            5_000,
                            List.of(new IndexTable.Line("20231114221320123", STORED, 4_800, 2, 0x1122334455667788L))));
            disk.createDirectories(DIRECTORY);
            progress.write(disk, DIRECTORY.resolve(Progress.FORCED), true);

            assertThat(file(Progress.FORCED)).isEqualTo(page.hex("progress"));
            assertThat(Recovery.progress(disk, DIRECTORY, true)).hasValue(progress);
        }

        @Test
        void anyChangedByteMakesProgressWorthless() throws IOException {
            byte[] bytes = page.hex("progress");
            disk.createDirectories(DIRECTORY);
            for (int at = 0; at < bytes.length; at++) {
                bytes[at] ^= 4;
                disk.replace(DIRECTORY.resolve(Progress.WRITTEN), bytes.clone());
                assertThat(Recovery.progress(disk, DIRECTORY, false))
                        .as("byte %d", at)
                        .isEmpty();
                bytes[at] ^= 4;
            }
        }
    }
}
