package io.sluice.store.queue;

import java.util.Comparator;

/** Names one queue of this store; {@code queueId} counts from 0. */
public record QueueKey(String topic, int queueId) implements Comparable<QueueKey> {
    private static final Comparator<QueueKey> ORDER =
            Comparator.comparing(QueueKey::topic).thenComparingInt(QueueKey::queueId);

    @Override
    public int compareTo(QueueKey other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return topic + "/" + queueId;
    }
}
