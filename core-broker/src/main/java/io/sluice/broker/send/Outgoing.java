package io.sluice.broker.send;

import io.sluice.broker.topic.Topic;
import io.sluice.wire.message.NewRecord;

/**
 * A message as it goes into the log.
 *
 * @param record       in its own topic, or where it waits for its time
 * @param topic        its own
 * @param queueId      of its own topic
 * @param uniqueKey    the id that the sender gave, or that the broker made
 * @param recallHandle takes it back while it waits; empty when it does not
 */
public record Outgoing(NewRecord record, Topic topic, int queueId, String uniqueKey, String recallHandle) {
    Outgoing with(NewRecord changed) {
        return new Outgoing(changed, topic, queueId, uniqueKey, recallHandle);
    }
}
