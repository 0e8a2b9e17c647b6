package io.sluice.broker.admin;

import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.port.OffsetRange;
import io.sluice.port.Records;
import io.sluice.store.Boundary;
import io.sluice.store.MessageStore;
import io.sluice.store.queue.EntryVisitor;
import io.sluice.wire.message.MessageView;
import java.util.Objects;

/**
 * What is known of a queue without reading its messages in order. A queue that never had a message is empty, whether its
 * topic exists or not. Everything that tells store times may wait for the disk. Safe for many threads.
 */
public final class QueueFacts {
    /** Where there is no store time to tell. */
    public static final long UNKNOWN_TIME = 0;

    private final MessageStore store;

    public QueueFacts(MessageStore store) {
        this.store = Objects.requireNonNull(store, "store");
    }

    public OffsetRange range(String topic, int queueId) {
        return store.range(topic, queueId);
    }

    public OffsetRange range(MessageQueue queue) {
        return range(queue.topic().value(), queue.queueId());
    }

    /**
     * The entry for a store time.
     *
     * @param last whether the last entry at or before the time is wanted, or the first at or after it
     */
    public long offsetAt(String topic, int queueId, long storedAtMs, boolean last) {
        return store.offsetAt(topic, queueId, storedAtMs, last ? Boundary.UPPER : Boundary.LOWER);
    }

    /** Store time of the first kept message, epoch milliseconds; -1 when the queue is empty. */
    public long earliestStoredAtMs(String topic, int queueId) {
        return store.earliestStoredAtMs(topic, queueId);
    }

    /** When the entry was stored, epoch milliseconds; {@link #UNKNOWN_TIME} when it is not there. */
    public long storedAtMs(TopicName topic, int queueId, long offset) {
        long[] found = {UNKNOWN_TIME};
        store.entries(topic.value(), queueId, offset, offset + 1, (at, logOffset, size, tagHash) -> {
            if (at == offset) {
                found[0] = storedAtMs(logOffset);
            }
            return false;
        });
        return found[0];
    }

    /** When the last message of the queue was stored, epoch milliseconds; {@link #UNKNOWN_TIME} when it is empty. */
    public long lastStoredAtMs(TopicName topic, int queueId) {
        OffsetRange range = range(topic.value(), queueId);
        return range.max() > range.min() ? storedAtMs(topic, queueId, range.max() - 1) : UNKNOWN_TIME;
    }

    private long storedAtMs(long logOffset) {
        try (Records record = store.recordAt(logOffset)) {
            return record.slices().isEmpty()
                    ? UNKNOWN_TIME
                    : MessageView.of(record.slices().get(0)).storedAtMs();
        }
    }

    /** Shows queue entries as they are kept, from an offset on. */
    public void entries(String topic, int queueId, long fromOffset, int count, EntryVisitor visitor) {
        store.entries(topic, queueId, fromOffset, fromOffset + count, visitor);
    }
}
