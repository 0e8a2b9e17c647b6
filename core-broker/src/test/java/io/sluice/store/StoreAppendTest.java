package io.sluice.store;

import static io.sluice.store.Stores.read;
import static io.sluice.store.Stores.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.port.OffsetRange;
import io.sluice.port.Records;
import io.sluice.store.log.AppendResult;
import io.sluice.store.log.AppendResult.Reason;
import io.sluice.store.log.AppendResult.Refused;
import io.sluice.store.log.AppendResult.Stored;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.NewRecord;
import io.sluice.wire.message.RecordCheck;
import io.sluice.wire.message.SysFlag;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes into a store, and where it then is. */
class StoreAppendTest {
    @TempDir
    Path directory;

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
            assertThat(refused(store, Stores.record("t".repeat(256), 0, "x")).reason())
                    .isEqualTo(Reason.ILLEGAL);
            assertThat(refused(store, Stores.record("T", 70_000, "x")).reason()).isEqualTo(Reason.ILLEGAL);
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
                        new NewRecord("T", 0, 0, flag, 0, Stores.HERE, 0, 0, record.body(), record.properties(), true));
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
            assertThat(store.appendBatch(withOneTooLarge).toCompletableFuture().join())
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
