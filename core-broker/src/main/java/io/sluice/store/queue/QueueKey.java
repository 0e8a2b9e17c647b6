package io.sluice.store.queue;

/** Names one queue of this store; {@code queueId} counts from 0. */
public record QueueKey(String topic, int queueId) {
    @Override
    public String toString() {
        return topic + "/" + queueId;
    }
}
