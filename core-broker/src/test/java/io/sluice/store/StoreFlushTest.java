package io.sluice.store;

import static io.sluice.store.Stores.ROOT;
import static io.sluice.store.Stores.inMemory;
import static io.sluice.store.Stores.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.store.log.AppendResult;
import io.sluice.store.log.AppendResult.Doubt;
import io.sluice.store.log.AppendResult.Reason;
import io.sluice.store.log.AppendResult.Stored;
import io.sluice.store.log.AppendResult.StoredWithDoubt;
import io.sluice.store.log.FlushMode;
import io.sluice.wire.message.NewRecord;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who waits for the disk, for how long, and what becomes of it. */
class StoreFlushTest {
    @TempDir
    Path directory;

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
        CompletableFuture<AppendResult> result = store.append(
                        new NewRecord("T", 0, 0, 0, 0, Stores.HERE, 0, 0, waiting.body(), waiting.properties(), false))
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
        assertThat(single.join()).isInstanceOfSatisfying(StoredWithDoubt.class, doubtful -> assertThat(doubtful.doubt())
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
            assertThat(store.health().flushedTo()).isEqualTo(store.logRange().max());
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
