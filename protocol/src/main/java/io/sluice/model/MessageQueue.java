package io.sluice.model;

import java.util.Comparator;

/** One ordered lane of a topic on one broker; {@code queueId} counts from 0. Sorts by topic, broker name, queue id. */
public record MessageQueue(TopicName topic, String brokerName, int queueId) implements Comparable<MessageQueue> {
    private static final Comparator<MessageQueue> ORDER = Comparator.comparing(MessageQueue::topic)
            .thenComparing(MessageQueue::brokerName)
            .thenComparingInt(MessageQueue::queueId);

    public MessageQueue {
        if (queueId < 0) {
            throw new IllegalArgumentException("queueId " + queueId + " of " + topic + " is negative");
        }
    }

    @Override
    public int compareTo(MessageQueue other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return topic + "@" + brokerName + "/" + queueId;
    }
}
