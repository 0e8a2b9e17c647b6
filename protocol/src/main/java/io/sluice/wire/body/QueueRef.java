package io.sluice.wire.body;

import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;

/** A queue as it stands in bodies, also as the key of a map. Names are not checked before {@link #toQueue}. */
public record QueueRef(String topic, String brokerName, int queueId) {

    public static QueueRef of(MessageQueue queue) {
        return new QueueRef(queue.topic().toString(), queue.brokerName(), queue.queueId());
    }

    public MessageQueue toQueue() {
        return new MessageQueue(new TopicName(topic), brokerName, queueId);
    }
}
