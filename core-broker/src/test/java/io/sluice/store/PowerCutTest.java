package io.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.port.Records;
import io.sluice.store.log.AppendResult;
import io.sluice.store.log.AppendResult.Stored;
import io.sluice.store.log.FlushMode;
import io.sluice.store.log.RecordBlock;
import io.sluice.store.queue.EntryFilter;
import io.sluice.store.queue.QueueKey;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.NewRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Test;

/**
 * Lives of a store that end in the middle of something: the power goes, or the process is killed. Whatever is found
 * afterwards must be what was sent, at its place, once; and everything that was promised must be found.
 */
class PowerCutTest {
    private static final Path ROOT = Path.of("/store");

    /** One message that was sent, and what is known of its fate. */
    private static final class Sent {
        private final int id;
        private final QueueKey queue;
        private final int bodyBytes;
        private CompletableFuture<AppendResult> result;
        /** On the disk: must be found from now on, whatever happens to the machine. */
        private boolean promised;
        /** Stored, and the machine has not lost its memory since: must be found if that stays so. */
        private boolean remembered;

        private long offset = -1;

        Sent(int id, QueueKey queue, int bodyBytes) {
            this.id = id;
            this.queue = queue;
            this.bodyBytes = bodyBytes;
        }

        String body() {
            return id + ":" + "x".repeat(bodyBytes);
        }

        boolean isStored() {
            return result != null && result.isDone() && result.join() instanceof Stored;
        }
    }

    private static final class Life {
        private final Random random;
        private final FlushMode mode;
        private LossyDisk disk;
        private MessageStore store;
        private long nanos;
        private long clock;
        private int nextId;
        /** Whose fate is open, or who was found after the last start. */
        private List<Sent> sent = new ArrayList<>();
        /** Ids of messages of which all must be found or none. */
        private final List<List<Integer>> bundles = new ArrayList<>();
        /** Not found after a start: must never come back. */
        private final Set<Integer> lost = new HashSet<>();

        Life(long seed, FlushMode mode) {
            this.random = new Random(seed);
            this.mode = mode;
            this.disk = new LossyDisk(seed);
        }

        StoreConfig config() {
            return StoreConfig.in(ROOT)
                    .withLogSegmentBytes(16 * 1024)
                    .withQueueSegmentBytes(200)
                    .withIndexSlots(7)
                    .withIndexEntries(40)
                    .withFlushMode(mode)
                    .withDiskFreeMinBytes(0)
                    .withReservedHours(1_000_000);
        }

        private Instant now() {
            return Instant.ofEpochMilli(1_800_000_000_000L + clock++ / 4);
        }

        void open() {
            store = MessageStore.open(config(), disk, this::now, () -> nanos);
        }

        void work(int steps) throws IOException {
            for (int i = 0; i < steps; i++) {
                nanos += random.nextInt(3) * 10_000_000_000L;
                switch (random.nextInt(10)) {
                    case 0 -> flush();
                    case 1 -> store.duties().queueWriter().work();
                    case 2 -> store.duties().indexer().work();
                    case 3 -> store.duties().preparer().work();
                    case 4 -> batch();
                    case 5 -> bundle();
                    case 6 -> block();
                    default -> one();
                }
            }
        }

        private void flush() {
            int known = sent.size();
            if (store.duties().flusher().flush()) {
                sent.subList(0, known).stream().filter(Sent::isStored).forEach(message -> message.promised = true);
            }
        }

        private Sent next() {
            return new Sent(
                    nextId++,
                    new QueueKey(random.nextInt(5) == 0 ? "Rare" : "Topic" + random.nextInt(2), random.nextInt(2)),
                    random.nextInt(6) == 0 ? random.nextInt(5000) : random.nextInt(60));
        }

        private NewRecord recordOf(Sent message) {
            return Stores.record(
                    message.queue.topic(),
                    message.queue.queueId(),
                    message.body().getBytes(StandardCharsets.UTF_8),
                    Map.of("KEYS", "k" + message.id + " all", "TAGS", "t"));
        }

        private void one() {
            Sent message = next();
            message.result = store.append(recordOf(message)).toCompletableFuture();
            sent.add(message);
        }

        private void batch() {
            List<Sent> messages = new ArrayList<>();
            QueueKey queue = next().queue;
            for (int i = 0; i < 3; i++) {
                messages.add(new Sent(nextId++, queue, 10));
            }
            sent(
                    messages,
                    store.appendBatch(messages.stream().map(this::recordOf).toList())
                            .toCompletableFuture());
        }

        private void bundle() {
            List<Sent> messages = new ArrayList<>();
            int count = 2 + random.nextInt(4);
            for (int i = 0; i < count; i++) {
                messages.add(next());
            }
            bundles.add(messages.stream().map(message -> message.id).toList());
            sent(
                    messages,
                    store.appendBundle(messages.stream().map(this::recordOf).toList())
                            .toCompletableFuture());
        }

        private void sent(List<Sent> messages, CompletableFuture<List<AppendResult>> results) {
            for (int i = 0; i < messages.size(); i++) {
                int index = i;
                messages.get(i).result = results.thenApply(list -> list.get(index));
                sent.add(messages.get(i));
            }
        }

        private void block() {
            if (store.waitsForDisk()) {
                return;
            }
            QueueKey queue = next().queue;
            RecordBlock block = Stores.block(store, queue);
            int bodyBytes = random.nextBoolean() ? 10 : 3000 + random.nextInt(1500);
            List<Sent> messages = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Sent message = new Sent(nextId++, queue, bodyBytes);
                messages.add(message);
                Stores.add(block, recordOf(message));
            }
            sent.addAll(messages);
            AppendResult first = store.append(block);
            for (int i = 0; i < messages.size(); i++) {
                messages.get(i).result = CompletableFuture.completedFuture(resultOf(first, block, i));
            }
        }

        private static AppendResult resultOf(AppendResult first, RecordBlock block, int i) {
            return first instanceof Stored stored
                    ? new Stored(
                            stored.logOffset() + block.start(i),
                            stored.queueOffset() + i,
                            block.size(i),
                            stored.storedAtMs())
                    : first;
        }

        /** A synchronous acknowledgement is a promise; what was stored at all is there as long as the machine runs. */
        void end(boolean powerCut) {
            for (Sent message : sent) {
                if (message.isStored()) {
                    Stored stored = (Stored) message.result.join();
                    message.offset = stored.queueOffset();
                    message.promised |= mode == FlushMode.SYNC_FLUSH;
                    message.remembered = true;
                }
                message.result = null;
                message.remembered &= !powerCut;
            }
            disk = powerCut ? disk.afterPowerCut() : disk.afterKill();
        }

        /** Everything found is right, everything promised is found. */
        void check() throws IOException {
            mendAll();
            Map<Integer, Sent> byId = new HashMap<>();
            sent.forEach(message -> byId.put(message.id, message));
            Map<Integer, Long> found = new HashMap<>();
            for (QueueKey queue : store.queues()) {
                readQueue(queue, byId, found);
            }
            bundles.forEach(bundle -> assertThat(
                            bundle.stream().filter(found::containsKey).count())
                    .as("found of the bundle %s", bundle)
                    .isIn(0L, (long) bundle.size()));
            List<Sent> kept = new ArrayList<>();
            for (Sent message : sent) {
                Long offset = found.get(message.id);
                if (message.promised || message.remembered) {
                    assertThat(offset).as("expected message %d", message.id).isNotNull();
                }
                if (offset == null) {
                    lost.add(message.id);
                } else {
                    if (message.offset >= 0) {
                        assertThat(offset).isEqualTo(message.offset);
                    }
                    message.offset = offset;
                    // opening a store makes durable what it found
                    message.promised = true;
                    kept.add(message);
                }
            }
            sent = kept;
        }

        private void mendAll() throws IOException {
            store.duties().mender().work();
        }

        private void readQueue(QueueKey queue, Map<Integer, Sent> byId, Map<Integer, Long> found) throws IOException {
            long at = store.range(queue.topic(), queue.queueId()).min();
            long end = store.range(queue.topic(), queue.queueId()).max();
            int before = -1;
            int stuck = 0;
            while (at < end) {
                try (QueueRead read = store.read(queue.topic(), queue.queueId(), at, EntryFilter.ALL, 7, 4000)) {
                    if (read.nextOffset() == at) {
                        assertThat(read.status()).isEqualTo(QueueRead.Status.REBUILDING);
                        assertThat(++stuck).as("reads of %s at %d", queue, at).isLessThan(3);
                        mendAll();
                    }
                    for (int i = 0; i < read.slices().size(); i++) {
                        MessageView view = MessageView.of(read.slices().get(i));
                        String body = new String(view.body(), StandardCharsets.UTF_8);
                        int id = Integer.parseInt(body.substring(0, body.indexOf(':')));
                        assertThat(lost).doesNotContain(id);
                        assertThat(byId).containsKey(id);
                        assertThat(body).isEqualTo(byId.get(id).body());
                        assertThat(queue).isEqualTo(byId.get(id).queue);
                        assertThat(found.put(id, read.queueOffsets()[i]))
                                .as("message %d twice", id)
                                .isNull();
                        assertThat(id).as("order in %s", queue).isGreaterThan(before);
                        before = id;
                        assertFoundByKey(queue.topic(), id, view.logOffset());
                    }
                    at = read.nextOffset();
                }
            }
        }

        private void assertFoundByKey(String topic, int id, long logOffset) {
            try (Records byKey = store.byKey(topic, "k" + id, 0, Long.MAX_VALUE, 8)) {
                assertThat(byKey.slices().stream()
                                .map((ByteBuffer slice) -> MessageView.of(slice).logOffset()))
                        .as("key of message %d", id)
                        .containsExactly(logOffset);
            }
        }
    }

    private static void live(long seed, FlushMode mode, boolean powerCuts) throws IOException {
        Life life = new Life(seed, mode);
        for (int round = 0; round < 4; round++) {
            boolean cutWhileOpening = life.random.nextInt(4) == 0;
            life.disk.cutAfter(cutWhileOpening ? life.random.nextInt(12) : Integer.MAX_VALUE / 2);
            boolean powerCut = powerCuts && life.random.nextInt(4) > 0;
            try {
                life.open();
                life.disk.cutAfter(Integer.MAX_VALUE / 2);
                life.check();
                life.disk.cutAfter(life.random.nextInt(60));
                life.work(60);
                if (life.random.nextInt(3) == 0) {
                    life.store.close();
                }
                life.disk.cutNow();
            } catch (LossyDisk.Cut cut) {
                life.disk.cutNow();
            }
            life.end(powerCut);
        }
        life.open();
        life.check();
        life.store.close();
        life.end(powerCuts);
        life.open();
        life.check();
    }

    @Property(tries = 150, shrinking = ShrinkingMode.OFF)
    void whatIsAcknowledgedAfterAFlushSurvivesAnyPowerCut(@ForAll long seed) throws IOException {
        live(seed, FlushMode.SYNC_FLUSH, true);
    }

    @Property(tries = 150, shrinking = ShrinkingMode.OFF)
    void withoutWaitingForTheDiskOnlyTheLastFlushIsPromisedToAPowerCut(@ForAll long seed) throws IOException {
        live(seed, FlushMode.ASYNC_FLUSH, true);
    }

    @Property(tries = 150, shrinking = ShrinkingMode.OFF)
    void aKilledProcessLosesNothingThatItStored(@ForAll long seed) throws IOException {
        live(seed, FlushMode.ASYNC_FLUSH, false);
    }

    @Test
    void aBlockThatAKillCutsShortIsNotThereAtAll() {
        boolean stored = false;
        for (int steps = 0; !stored; steps++) {
            Life life = new Life(steps, FlushMode.ASYNC_FLUSH);
            life.open();
            Stores.append(life.store, "Topic", 0, "before");
            QueueKey queue = new QueueKey("Topic", 0);
            RecordBlock block = Stores.block(life.store, queue);
            for (int i = 0; i < 3; i++) {
                Stores.add(block, life.recordOf(new Sent(i, queue, 4000)));
            }
            life.disk.cutAfter(steps);
            try {
                stored = life.store.append(block) instanceof Stored;
            } catch (LossyDisk.Cut cut) {
                stored = false;
            }
            life.disk.cutNow();
            life.disk = life.disk.afterKill();
            life.open();
            assertThat(life.store.range("Topic", 0).max()).isEqualTo(stored ? 4 : 1);
        }
    }
}
