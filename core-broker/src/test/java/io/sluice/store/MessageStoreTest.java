package io.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.port.OffsetRange;
import io.sluice.port.Records;
import io.sluice.store.file.FileDisk;
import io.sluice.store.log.AppendResult;
import io.sluice.store.log.AppendResult.Doubt;
import io.sluice.store.log.AppendResult.Reason;
import io.sluice.store.log.AppendResult.Refused;
import io.sluice.store.log.AppendResult.Stored;
import io.sluice.store.log.AppendResult.StoredWithDoubt;
import io.sluice.store.log.FlushMode;
import io.sluice.store.queue.EntryFilter;
import io.sluice.store.queue.QueueKey;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.NewRecord;
import io.sluice.wire.message.RecordCheck;
import io.sluice.wire.message.SysFlag;
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
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MessageStoreTest {
    private static final Path ROOT = Path.of("/store");

    @TempDir
    Path directory;

    private static MessageStore inMemory(LossyDisk disk, FlushMode mode) {
        return Stores.open(Stores.config(ROOT).withFlushMode(mode), disk);
    }

    private static QueueRead read(MessageStore store, long from) {
        return store.read("T", 0, from, EntryFilter.ALL, 32, 1 << 20);
    }

    private static Refused refused(CompletableFuture<AppendResult> result) {
        assertThat(result).isCompleted();
        assertThat(result.join()).isInstanceOf(Refused.class);
        return (Refused) result.join();
    }

    private static Refused refused(MessageStore store, NewRecord record) {
        return refused(store.append(record).toCompletableFuture());
    }

    @Nested
    class Appending {
        @Test
        void whatIsReadIsByteForByteWhatWasSent() {
            try (MessageStore store = Stores.open(directory)) {
                InetSocketAddress v6 = new InetSocketAddress(address("2001:db8::7"), 4711);
                NewRecord sent = new NewRecord(
                        "T",
                        0,
                        7,
                        SysFlag.TRANSACTION_COMMIT,
                        123L,
                        v6,
                        3,
                        99L,
                        ByteBuffer.wrap("body".getBytes(StandardCharsets.UTF_8)),
                        ByteBuffer.wrap("a\u0001b\u0002".getBytes(StandardCharsets.UTF_8)),
                        true);
                Stored stored = Stores.append(store, sent);
                assertThat(stored.logOffset()).isZero();
                assertThat(stored.queueOffset()).isZero();
                try (QueueRead read = read(store, 0)) {
                    ByteBuffer slice = read.slices().get(0);
                    assertThat(RecordCheck.check(slice, true)).isEqualTo(RecordCheck.Verdict.WHOLE);
                    MessageView view = MessageView.of(slice);
                    assertThat(view.totalSize()).isEqualTo(stored.size()).isEqualTo(slice.remaining());
                    assertThat(view.bornHost()).isEqualTo(v6);
                    assertThat(view.storeHost()).isEqualTo(Stores.HERE);
                    assertThat(view.flag()).isEqualTo(7);
                    assertThat(view.sysFlag()).isEqualTo(SysFlag.TRANSACTION_COMMIT | SysFlag.BORN_HOST_V6);
                    assertThat(view.bornAtMs()).isEqualTo(123);
                    assertThat(view.storedAtMs()).isEqualTo(stored.storedAtMs());
                    assertThat(view.reconsumeTimes()).isEqualTo(3);
                    assertThat(view.preparedTransactionOffset()).isEqualTo(99);
                    assertThat(view.property("a")).isEqualTo("b");
                }
                assertThat(sent.body().remaining())
                        .as("the sender's buffer is not moved")
                        .isEqualTo(4);
            }
        }

        private InetAddress address(String text) {
            try {
                return InetAddress.getByName(text);
            } catch (UnknownHostException impossible) {
                throw new IllegalStateException(impossible);
            }
        }

        @Test
        void aTopicOfMoreThan127BytesIsStoredInTheWiderFormat() {
            String topic = "%RETRY%" + "g".repeat(200);
            try (MessageStore store = Stores.open(directory)) {
                Stores.append(store, topic, 1, "retried");
                assertThat(Stores.bodies(store, topic, 1)).containsExactly("retried");
            }
            try (MessageStore store = Stores.open(directory)) {
                assertThat(Stores.bodies(store, topic, 1)).containsExactly("retried");
            }
        }

        @Test
        void segmentsRollWithAFillerAndReadOn() {
            try (MessageStore store = Stores.open(directory)) {
                List<String> sent = new ArrayList<>();
                for (int i = 0; i < 50; i++) {
                    String body = i + "-" + "z".repeat(5000);
                    sent.add(body);
                    Stores.append(store, "T", 0, body);
                }
                assertThat(store.logRange().max()).isGreaterThan(3 * 64 * 1024);
                assertThat(Stores.bodies(store, "T", 0)).isEqualTo(sent);
            }
            assertThat(directory.resolve("commitlog/00000000000000065536")).hasSize(65536);
        }

        @Test
        void aRecordThatFillsASegmentExactlyFits() {
            try (MessageStore store = Stores.open(directory)) {
                int overhead = Stores.append(store, "T", 0, "").size();
                Stores.append(store, "T", 0, "b".repeat(64 * 1024 - 8 - overhead));
                Stores.append(store, "T", 0, "after");
                assertThat(store.range("T", 0)).isEqualTo(new OffsetRange(0, 3));
                assertThat(refused(store, Stores.record("T", 0, "b".repeat(64 * 1024 - 7 - overhead)))
                                .reason())
                        .isEqualTo(Reason.TOO_LARGE);
                assertThat(Stores.bodies(store, "T", 0).get(2)).isEqualTo("after");
            }
        }

        @Test
        void whatCannotBeStoredIsRefusedWithTheLimit() {
            try (MessageStore store = Stores.open(Stores.config(directory).withMaxMessageBytes(10))) {
                assertThat(refused(store, Stores.record("T", 0, "12345678901")))
                        .isEqualTo(new Refused(Reason.TOO_LARGE, "the body has 11 bytes; maxMessageSize is 10"));
                assertThat(refused(store, Stores.record("T", 0, new byte[1], Map.of("p", "v".repeat(32_768))))
                                .reason())
                        .isEqualTo(Reason.PROPERTIES_TOO_LARGE);
                assertThat(refused(store, Stores.record("../../etc", 0, "x")).reason())
                        .isEqualTo(Reason.ILLEGAL);
                assertThat(refused(store, Stores.record("t".repeat(256), 0, "x"))
                                .reason())
                        .isEqualTo(Reason.ILLEGAL);
                assertThat(refused(store, Stores.record("T", 70_000, "x")).reason())
                        .isEqualTo(Reason.ILLEGAL);
                assertThat(store.logRange().max()).isZero();
                assertThat(store.queues()).isEmpty();
            }
        }

        @Test
        void halfAndRolledBackMessagesAreInNoQueue() {
            try (MessageStore store = Stores.open(directory)) {
                for (int flag : new int[] {SysFlag.TRANSACTION_PREPARED, SysFlag.TRANSACTION_ROLLBACK}) {
                    NewRecord record = Stores.record("T", 0, "half");
                    Stored stored = Stores.append(
                            store,
                            new NewRecord(
                                    "T", 0, 0, flag, 0, Stores.HERE, 0, 0, record.body(), record.properties(), true));
                    assertThat(stored.queueOffset()).isZero();
                    try (Records found = store.recordAt(stored.logOffset())) {
                        assertThat(found.slices()).hasSize(1);
                    }
                }
                assertThat(store.range("T", 0)).isEqualTo(new OffsetRange(0, 0));
            }
        }

        @Test
        void aBatchLiesInOnePieceAndIsAllOrNothing() {
            try (MessageStore store = Stores.open(directory)) {
                Stores.append(store, "T", 0, "x".repeat(50_000));
                List<NewRecord> batch = IntStream.range(0, 5)
                        .mapToObj(i -> Stores.record("T", 0, "batch-" + i + "y".repeat(4000)))
                        .toList();
                List<AppendResult> results =
                        store.appendBatch(batch).toCompletableFuture().join();
                long expected = 65_536;
                for (int i = 0; i < 5; i++) {
                    Stored stored = (Stored) results.get(i);
                    assertThat(stored.logOffset()).isEqualTo(expected);
                    assertThat(stored.queueOffset()).isEqualTo(i + 1);
                    expected += stored.size();
                }
                List<NewRecord> withOneTooLarge =
                        List.of(Stores.record("T", 0, "small"), Stores.record("T", 0, "x".repeat(70_000)));
                assertThat(store.appendBatch(withOneTooLarge)
                                .toCompletableFuture()
                                .join())
                        .hasSize(2)
                        .allSatisfy(result -> assertThat(result).isInstanceOf(Refused.class));
                assertThat(store.range("T", 0).max()).isEqualTo(6);
                assertThat(store.appendBatch(List.of()).toCompletableFuture().join())
                        .isEmpty();
            }
        }

        @Test
        void manySendersGetEveryOffsetOnce() throws Exception {
            int senders = 4;
            int each = 500;
            ExecutorService threads = Executors.newFixedThreadPool(senders);
            Map<String, Integer> places = new ConcurrentHashMap<>();
            try (MessageStore store = Stores.open(directory)) {
                store.start();
                CountDownLatch go = new CountDownLatch(1);
                List<Future<?>> running = new ArrayList<>();
                for (int sender = 0; sender < senders; sender++) {
                    int id = sender;
                    running.add(threads.submit(() -> {
                        go.await();
                        for (int i = 0; i < each; i++) {
                            Stored stored = Stores.append(store, "T", i % 2, id + ":" + i);
                            places.merge(i % 2 + "@" + stored.queueOffset(), 1, Integer::sum);
                        }
                        return null;
                    }));
                }
                go.countDown();
                for (Future<?> one : running) {
                    one.get();
                }
                assertThat(places).hasSize(senders * each).allSatisfy((place, times) -> assertThat(times)
                        .isOne());
                assertThat(Stores.bodies(store, "T", 0)).hasSize(senders * each / 2);
            } finally {
                threads.shutdownNow();
            }
        }

        @Test
        void listenersHearOfEveryArrivalAndOneThatFailsHarmsNobody() {
            try (MessageStore store = Stores.open(directory)) {
                List<String> heard = new ArrayList<>();
                store.onArrival((topic, queueId, nextOffset) -> {
                    throw new IllegalStateException("on purpose");
                });
                store.onArrival((topic, queueId, nextOffset) -> heard.add(topic + queueId + "@" + nextOffset));
                Stores.append(store, "T", 0, "a");
                Stores.append(store, "T", 0, "b");
                store.appendBatch(List.of(Stores.record("U", 1, "c"), Stores.record("U", 1, "d")));
                assertThat(heard).containsExactly("T0@1", "T0@2", "U1@2");
            }
        }
    }

    @Nested
    class Reading {
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
                    Stores.append(
                            store, Stores.record("T", 0, tag.getBytes(StandardCharsets.UTF_8), Map.of("TAGS", tag)));
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
                Stored other =
                        Stores.append(store, Stores.record("T", 0, new byte[0], Map.of("DELAY", "3", "TAGS", "t")));
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
                assertThat(store.offsetAt("T", 0, Long.MAX_VALUE, Boundary.LOWER))
                        .isEqualTo(100);
                assertThat(store.offsetAt("T", 0, Long.MAX_VALUE, Boundary.UPPER))
                        .isEqualTo(99);
                assertThat(store.offsetAt("U", 0, 1, Boundary.LOWER)).isZero();
                assertThat(store.earliestStoredAtMs("T", 0)).isEqualTo(1_000_000);
                assertThat(store.earliestStoredAtMs("U", 0)).isEqualTo(-1);
            }
        }
    }

    @Nested
    class WaitingForTheDisk {
        @Test
        void aMessageIsReadableAndAcknowledgedOnlyWhenItIsOnTheDisk() {
            MessageStore store = inMemory(new LossyDisk(1), FlushMode.SYNC_FLUSH);
            List<Long> heard = new ArrayList<>();
            store.onArrival((topic, queueId, nextOffset) -> heard.add(nextOffset));
            CompletableFuture<AppendResult> one =
                    store.append(Stores.record("T", 0, "a")).toCompletableFuture();
            CompletableFuture<AppendResult> two =
                    store.append(Stores.record("T", 0, "b")).toCompletableFuture();
            assertThat(one).isNotDone();
            assertThat(store.range("T", 0).max()).isZero();
            assertThat(store.recordAt(0).slices()).isEmpty();
            assertThat(heard).isEmpty();
            store.duties().flusher().flush();
            assertThat(one).isCompletedWithValueMatching(result -> ((Stored) result).queueOffset() == 0);
            assertThat(two).isCompletedWithValueMatching(result -> ((Stored) result).queueOffset() == 1);
            assertThat(heard).containsExactly(1L, 2L);
            assertThat(Stores.bodies(store, "T", 0)).containsExactly("a", "b");
            store.close();
        }

        @Test
        void aBundleWaitsWhenAnyOfItsRecordsDoes() {
            MessageStore store = inMemory(new LossyDisk(1), FlushMode.SYNC_FLUSH);
            NewRecord waits = Stores.record("T", 0, "a");
            NewRecord last = new NewRecord("T", 0, 0, 0, 0, Stores.HERE, 0, 0, waits.body(), waits.properties(), false);
            CompletableFuture<List<AppendResult>> result =
                    store.appendBundle(List.of(waits, last)).toCompletableFuture();
            assertThat(result).isNotDone();
            store.duties().flusher().flush();
            assertThat(result).isCompletedWithValueMatching(stored -> stored.size() == 2);
            store.close();
        }

        @Test
        void whoDoesNotWaitIsAnsweredAtOnceButNotReadableBefore() {
            MessageStore store = inMemory(new LossyDisk(1), FlushMode.SYNC_FLUSH);
            NewRecord waiting = Stores.record("T", 0, "a");
            CompletableFuture<AppendResult> result = store.append(new NewRecord(
                            "T", 0, 0, 0, 0, Stores.HERE, 0, 0, waiting.body(), waiting.properties(), false))
                    .toCompletableFuture();
            assertThat(result).isCompleted();
            assertThat(store.range("T", 0).max()).isZero();
            store.duties().flusher().flush();
            assertThat(store.range("T", 0).max()).isOne();
            store.close();
        }

        @Test
        void aSlowDiskIsAnsweredWithDoubtAndTheMessageStaysInLine() {
            LossyDisk disk = new LossyDisk(1);
            long[] nanos = {0};
            StoreConfig config =
                    Stores.config(ROOT).withFlushMode(FlushMode.SYNC_FLUSH).withSyncFlushTimeoutMs(100);
            MessageStore store = MessageStore.open(config, disk, InstantSource.system(), () -> nanos[0]);
            CompletableFuture<AppendResult> single =
                    store.append(Stores.record("T", 0, "a")).toCompletableFuture();
            CompletableFuture<List<AppendResult>> batch =
                    store.appendBatch(List.of(Stores.record("T", 0, "b"))).toCompletableFuture();
            nanos[0] = 99_999_999;
            store.duties().deadlines().work();
            assertThat(single).isNotDone();
            nanos[0] = 100_000_000;
            store.duties().deadlines().work();
            assertThat(single.join())
                    .isInstanceOfSatisfying(StoredWithDoubt.class, doubtful -> assertThat(doubtful.doubt())
                            .isEqualTo(Doubt.FLUSH_TIMEOUT));
            assertThat(batch.join().get(0)).isInstanceOf(StoredWithDoubt.class);
            store.duties().flusher().flush();
            assertThat(Stores.bodies(store, "T", 0)).containsExactly("a", "b");
            store.close();
        }

        @Test
        void aFailedFlushEndsAcknowledgementsForGood() {
            LossyDisk disk = new LossyDisk(1);
            MessageStore store = inMemory(disk, FlushMode.SYNC_FLUSH);
            Stores.record("T", 0, "kept");
            CompletableFuture<AppendResult> kept =
                    store.append(Stores.record("T", 0, "kept")).toCompletableFuture();
            store.duties().flusher().flush();
            assertThat(kept).isCompleted();
            CompletableFuture<AppendResult> lost =
                    store.append(Stores.record("T", 0, "lost")).toCompletableFuture();
            disk.failForces();
            assertThat(store.duties().flusher().flush()).isFalse();
            assertThat(refused(lost).reason()).isEqualTo(Reason.FLUSH_FAILED);
            assertThat(refused(store, Stores.record("T", 0, "late")).reason()).isEqualTo(Reason.READ_ONLY);
            assertThat(store.health().state()).isEqualTo(StoreHealth.State.READ_ONLY);
            assertThat(store.health().sentence()).contains("the disk is broken", "restart");
            assertThat(Stores.bodies(store, "T", 0)).containsExactly("kept");
            assertThat(store.duties().flusher().flush()).as("never tried again").isFalse();
            store.close();
            assertThat(disk.files()).as("not a proper stop").contains(ROOT.resolve("abort"));
        }

        @Test
        void aFailedFlushEndsAcknowledgementsAlsoForThoseWhoDoNotWait() {
            LossyDisk disk = new LossyDisk(1);
            MessageStore store = inMemory(disk, FlushMode.ASYNC_FLUSH);
            Stores.append(store, "T", 0, "a");
            disk.failForces();
            assertThat(store.duties().flusher().flush()).isFalse();
            assertThat(refused(store, Stores.record("T", 0, "b")).reason()).isEqualTo(Reason.READ_ONLY);
            assertThat(Stores.bodies(store, "T", 0)).as("reads go on").containsExactly("a");
        }

        @Test
        void withThreadsRunningEverySenderIsAnswered() {
            try (MessageStore store = Stores.open(Stores.config(directory).withFlushMode(FlushMode.SYNC_FLUSH))) {
                store.start();
                List<CompletableFuture<AppendResult>> results = IntStream.range(0, 200)
                        .mapToObj(i ->
                                store.append(Stores.record("T", i % 3, "m" + i)).toCompletableFuture())
                        .toList();
                results.forEach(Stores::stored);
                assertThat(store.health().flushedTo())
                        .isEqualTo(store.logRange().max());
            }
        }

        @Test
        void whoStillWaitsWhenTheStoreClosesIsAnswered() {
            LossyDisk disk = new LossyDisk(1);
            MessageStore store = inMemory(disk, FlushMode.SYNC_FLUSH);
            CompletableFuture<AppendResult> result =
                    store.append(Stores.record("T", 0, "a")).toCompletableFuture();
            store.close();
            assertThat(result.join()).as("closing flushes").isInstanceOf(Stored.class);
            assertThat(refused(store, Stores.record("T", 0, "b")).reason()).isEqualTo(Reason.CLOSED);
        }
    }

    @Nested
    class RunningOutOfSpace {
        @Test
        void aDiskWithoutRoomRefusesAndResumesByItself() {
            LossyDisk disk = new LossyDisk(1);
            try (MessageStore store = inMemory(disk, FlushMode.ASYNC_FLUSH)) {
                Stores.append(store, "T", 0, "a");
                disk.room(0);
                Refused refused = null;
                for (int i = 0; i < 100 && refused == null; i++) {
                    AppendResult result = store.append(Stores.record("T", 0, "x".repeat(2000)))
                            .toCompletableFuture()
                            .join();
                    refused = result instanceof Refused r ? r : null;
                }
                assertThat(refused.reason()).isEqualTo(Reason.DISK_FULL);
                assertThat(refused.sentence()).contains("No space left on device", "resume");
                assertThat(store.health().state()).isEqualTo(StoreHealth.State.DISK_FULL);
                assertThat(Stores.bodies(store, "T", 0)).as("reads go on").contains("a");
                store.duties().preparer().work();
                assertThat(store.health().writable()).isFalse();
                disk.room(1 << 20);
                store.duties().preparer().work();
                assertThat(store.health().writable()).isTrue();
                Stores.append(store, "T", 0, "again");
            }
        }

        @Test
        void theWatermarkOfFreeBytesRefusesAndResumesByItself() throws IOException {
            LossyDisk disk = new LossyDisk(1);
            disk.usable(1000 << 20);
            StoreConfig config = Stores.config(ROOT).withDiskFreeMinBytes(500 << 20);
            try (MessageStore store = Stores.open(config, disk)) {
                Stores.append(store, "T", 0, "a");
                disk.usable(499 << 20);
                store.duties().retention().checkSpace();
                Refused refused = refused(store, Stores.record("T", 0, "b"));
                assertThat(refused.reason()).isEqualTo(Reason.DISK_FULL);
                assertThat(refused.sentence()).contains("499 MiB left", "diskFreeMinBytes is 500 MiB");
                disk.usable(600 << 20);
                store.duties().retention().checkSpace();
                Stores.append(store, "T", 0, "c");
            }
        }

        @Test
        void theRatioIsNamedWhenItRefuses() throws IOException {
            LossyDisk disk = new LossyDisk(1);
            disk.usable(1L << 36);
            StoreConfig config = Stores.config(ROOT).withDiskFullRatio(0.9);
            try (MessageStore store = Stores.open(config, disk)) {
                assertThat(refused(store, Stores.record("T", 0, "b")).sentence())
                        .contains("used to 93.8 percent", "diskSpaceWarningLevelRatio is 90.0");
            }
        }
    }

    @Nested
    class Lasting {
        @Test
        void aStoreIsTheSameAfterItWasClosed() {
            List<String> sent = new ArrayList<>();
            for (int round = 0; round < 3; round++) {
                try (MessageStore store = Stores.open(directory)) {
                    assertThat(Stores.bodies(store, "T", 1)).isEqualTo(sent);
                    for (int i = 0; i < 40; i++) {
                        sent.add(round + "-" + i);
                        Stores.append(store, "T", 1, round + "-" + i);
                    }
                    store.start();
                }
                assertThat(directory.resolve("abort")).doesNotExist();
            }
            try (MessageStore store = Stores.open(directory)) {
                assertThat(store.queues()).containsExactly(new QueueKey("T", 1));
                assertThat(store.topics()).containsExactly("T");
                assertThat(Stores.bodies(store, "T", 1)).isEqualTo(sent);
            }
        }

        @Test
        void aSecondOpenFailsAndTouchesNothing() throws IOException {
            try (MessageStore store = Stores.open(directory)) {
                Stores.append(store, "T", 0, "a");
                Map<Path, byte[]> before = contents();
                assertThatThrownBy(() -> Stores.open(directory))
                        .isInstanceOf(StoreInUseException.class)
                        .hasMessageContaining(directory.toString())
                        .hasMessageContaining("another process, most likely "
                                + ProcessHandle.current().pid());
                Map<Path, byte[]> after = contents();
                assertThat(after).containsOnlyKeys(before.keySet());
                after.forEach((file, content) -> assertThat(content).isEqualTo(before.get(file)));
                Stores.append(store, "T", 0, "b");
            }
            Stores.open(directory).close();
        }

        private Map<Path, byte[]> contents() throws IOException {
            Map<Path, byte[]> contents = new ConcurrentHashMap<>();
            try (var files = Files.walk(directory)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    contents.put(file, Files.readAllBytes(file));
                }
            }
            return contents;
        }

        @Test
        void otherSizesThanTheFilesHaveAreRefusedWithTheRemedy() {
            try (MessageStore store = Stores.open(directory)) {
                Stores.append(store, "T", 0, "a");
            }
            assertThatThrownBy(() -> Stores.open(Stores.config(directory).withLogSegmentBytes(1 << 20)))
                    .hasMessageContaining("mappedFileSizeCommitLog is 1048576")
                    .hasMessageContaining("set mappedFileSizeCommitLog=65536 or leave it out");
            assertThatThrownBy(() -> Stores.open(Stores.config(directory).withQueueSegmentBytes(1000)))
                    .hasMessageContaining("mappedFileSizeConsumeQueue is 1000")
                    .hasMessageContaining("set it to 2000 or leave it out");
            Stores.open(Stores.config(directory).withLogSegmentBytes(0).withQueueSegmentBytes(0))
                    .close();
        }

        @Test
        void storesOfAnotherKindAreRefused() throws IOException {
            Files.createDirectories(directory.resolve("rocksdb_cq"));
            assertThatThrownBy(() -> Stores.open(directory))
                    .isInstanceOf(StoreFormatException.class)
                    .hasMessageContaining("RocksDB");
        }

        @Test
        void aDeletedTopicIsGoneAndItsNumbersBeginAnew() {
            try (MessageStore store = Stores.open(directory)) {
                Stores.append(store, "T", 0, "old");
                Stores.append(store, "U", 0, "other");
                store.deleteTopic("T");
                assertThat(store.topics()).containsExactly("U");
                assertThat(read(store, 0).status()).isEqualTo(QueueRead.Status.NO_SUCH_QUEUE);
                assertThat(directory.resolve("consumequeue/T")).doesNotExist();
                assertThat(Stores.append(store, "T", 0, "new").queueOffset()).isZero();
                store.deleteTopic("never there");
            }
            try (MessageStore store = Stores.open(directory)) {
                assertThat(Stores.bodies(store, "T", 0)).containsExactly("new");
                assertThat(Stores.bodies(store, "U", 0)).containsExactly("other");
            }
        }

        @Test
        void aDeletedTopicStaysGoneAfterACrash() {
            LossyDisk disk = new LossyDisk(1);
            MessageStore store = inMemory(disk, FlushMode.ASYNC_FLUSH);
            Stores.append(store, "T", 0, "old");
            store.deleteTopic("T");
            disk.cutNow();
            for (LossyDisk after : List.of(disk.afterKill(), disk.afterPowerCut())) {
                try (MessageStore again = inMemory(after, FlushMode.ASYNC_FLUSH)) {
                    assertThat(again.topics()).isEmpty();
                }
            }
        }
    }

    @Nested
    class LettingGo {
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
            try (MessageStore store =
                    MessageStore.open(config, disk, () -> Instant.ofEpochMilli(now[0]), () -> nanos[0])) {
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

    @Test
    void aStoreInUseWritesItsQueuesAndIndexInTheBackground() {
        try (MessageStore store = Stores.open(Stores.config(directory)
                .withQueueFlushMs(5)
                .withFlushIntervalMs(5)
                .withFlushLeastPages(0))) {
            store.start();
            Stores.append(store, Stores.record("T", 0, new byte[10], Map.of("KEYS", "k")));
            long end = store.logRange().max();
            Awaitility.await().untilAsserted(() -> {
                StoreHealth health = store.health();
                assertThat(health.queuesWrittenTo()).isEqualTo(end);
                assertThat(health.indexedTo()).isEqualTo(end);
                assertThat(health.flushedTo()).isEqualTo(end);
            });
            assertThat(directory.resolve("consumequeue/T/0/00000000000000000000"))
                    .hasSize(2000);
            assertThat(store.health().queues()).isOne();
            assertThat(store.isRecent(0)).isTrue();
        }
    }
}
