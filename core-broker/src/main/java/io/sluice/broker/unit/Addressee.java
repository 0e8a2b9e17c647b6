package io.sluice.broker.unit;

import io.sluice.broker.topic.SystemTopics;
import io.sluice.model.IllegalNameException;
import io.sluice.model.PropertyNames;
import io.sluice.model.TopicName;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.RecallHandle;

/**
 * Where its sender sent a message of a unit.
 *
 * @param recallHandle empty when it does not wait for its time
 */
record Addressee(TopicName topic, int queueId, String recallHandle) {

    /**
     * A message that waits for its time says itself where it belongs.
     *
     * @param recordTopic where its record stands, or is to stand
     * @param recordQueue the queue of that
     */
    static Addressee of(MessageView message, String recordTopic, int recordQueue, String uniqueKey, String brokerName) {
        boolean isTimed = recordTopic.equals(SystemTopics.TIMER);
        boolean waits = isTimed || recordTopic.equals(SystemTopics.SCHEDULE);
        TopicName topic = topic(waits ? message.property(PropertyNames.REAL_TOPIC) : recordTopic);
        int queueId = waits ? Integer.parseInt(message.property(PropertyNames.REAL_QUEUE_ID)) : recordQueue;
        String recallHandle = isTimed
                ? new RecallHandle(
                                topic,
                                brokerName,
                                Long.parseLong(message.property(PropertyNames.TIMER_OUT_MS)),
                                uniqueKey)
                        .text()
                : "";
        return new Addressee(topic, queueId, recallHandle);
    }

    private static TopicName topic(String name) {
        try {
            return new TopicName(name);
        } catch (IllegalNameException impossible) {
            throw new IllegalStateException("the log holds a message for the topic '%s'".formatted(name), impossible);
        }
    }
}
