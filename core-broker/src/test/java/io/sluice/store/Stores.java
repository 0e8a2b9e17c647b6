package io.sluice.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.MessageProperties;
import io.sluice.store.file.Disk;
import io.sluice.store.file.FileDisk;
import io.sluice.store.log.AppendResult;
import io.sluice.store.log.AppendResult.Refused;
import io.sluice.store.log.AppendResult.Stored;
import io.sluice.store.log.FlushMode;
import io.sluice.store.log.PropertySpans;
import io.sluice.store.log.RecordBlock;
import io.sluice.store.queue.EntryFilter;
import io.sluice.store.queue.QueueKey;
import io.sluice.wire.message.MessageEncoder;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.NewRecord;
import io.sluice.wire.message.PropertiesCodec;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What the tests of the store, and of what stands on it, have in common. */
public final class Stores {
    static final InetSocketAddress HERE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 10911);

    /** Of a store in memory. */
    static final Path ROOT = Path.of("/store");

    private Stores() {}

    /** Small files, so that segments roll early. */
    static StoreConfig config(Path directory) {
        return StoreConfig.in(directory)
                .withLogSegmentBytes(64 * 1024)
                .withQueueSegmentBytes(2_000)
                .withIndexSlots(50)
                .withIndexEntries(200)
                .withDiskFreeMinBytes(0)
                .withDiskMaxUsedRatio(1)
                .withDiskForceRatio(1)
                .withDiskFullRatio(1);
    }

    static MessageStore open(Path directory) {
        return open(config(directory));
    }

    static MessageStore open(StoreConfig config) {
        return open(config, new FileDisk());
    }

    static MessageStore open(StoreConfig config, Disk disk) {
        return MessageStore.open(config, disk, InstantSource.system());
    }

    static NewRecord record(String topic, int queueId, String body) {
        return record(topic, queueId, body.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    static NewRecord record(String topic, int queueId, byte[] body, Map<String, String> properties) {
        return new NewRecord(
                topic,
                queueId,
                0,
                0,
                1_700_000_000_000L,
                HERE,
                0,
                0,
                ByteBuffer.wrap(body),
                ByteBuffer.wrap(PropertiesCodec.encode(MessageProperties.of(properties))),
                true);
    }

    /** An empty block for a queue. */
    static RecordBlock block(MessageStore store, QueueKey queue) {
        RecordBlock block = new RecordBlock();
        assertThat(store.begin(block, queue.topic())).isTrue();
        block.from(queue.queueId(), 0, 1_700_000_000_000L, MessageEncoder.host(HERE), 0);
        return block;
    }

    /** Adds body and properties of the record, whatever its queue. */
    static void add(RecordBlock block, NewRecord record) {
        block.record(0, record.body(), 0, record.body().remaining());
        block.properties(record.properties(), 0, record.properties().remaining());
        block.closePair();
        assertThat(block.finish(new PropertySpans().scan(block.bytes(), block.propertiesFrom(), block.position())))
                .isTrue();
    }

    static Stored append(MessageStore store, String topic, int queueId, String body) {
        return stored(store.append(record(topic, queueId, body)));
    }

    static Stored append(MessageStore store, NewRecord record) {
        return stored(store.append(record));
    }

    static Stored stored(CompletionStage<AppendResult> result) {
        AppendResult done = result.toCompletableFuture().join();
        if (done instanceof Stored stored) {
            return stored;
        }
        throw new AssertionError("not stored: " + done);
    }

    /** Bodies of all messages of a queue, in order. */
    static List<String> bodies(MessageStore store, String topic, int queueId) {
        List<String> bodies = new ArrayList<>();
        long at = store.range(topic, queueId).min();
        while (at < store.range(topic, queueId).max()) {
            try (QueueRead read = store.read(topic, queueId, at, EntryFilter.ALL, 32, 1 << 20)) {
                if (read.nextOffset() == at) {
                    throw new AssertionError(
                            "reading " + topic + "/" + queueId + " stands still at " + at + ": " + read);
                }
                for (ByteBuffer slice : read.slices()) {
                    bodies.add(new String(MessageView.of(slice).body(), StandardCharsets.UTF_8));
                }
                at = read.nextOffset();
            }
        }
        return bodies;
    }

    /** Bodies of those messages of a queue that can be read, in order; places where reading stands still are passed over. */
    public static List<String> readableBodies(MessageStore store, String topic, int queueId) {
        List<String> bodies = new ArrayList<>();
        long end = store.range(topic, queueId).max();
        for (long at = 0; at < end; ) {
            try (QueueRead read = store.read(topic, queueId, at, EntryFilter.ALL, 100, 1 << 20)) {
                for (ByteBuffer slice : read.slices()) {
                    bodies.add(new String(MessageView.of(slice).body(), StandardCharsets.UTF_8));
                }
                at = Math.max(read.nextOffset(), at + 1);
            }
        }
        return bodies;
    }

    static MessageStore inMemory(LossyDisk disk, FlushMode mode) {
        return Stores.open(Stores.config(ROOT).withFlushMode(mode), disk);
    }

    static QueueRead read(MessageStore store, long from) {
        return store.read("T", 0, from, EntryFilter.ALL, 32, 1 << 20);
    }

    static Refused refused(CompletableFuture<AppendResult> result) {
        assertThat(result).isCompleted();
        assertThat(result.join()).isInstanceOf(Refused.class);
        return (Refused) result.join();
    }

    static Refused refused(MessageStore store, NewRecord record) {
        return refused(store.append(record).toCompletableFuture());
    }
}
