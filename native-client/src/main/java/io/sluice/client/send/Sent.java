package io.sluice.client.send;

import io.sluice.model.MessageQueue;
import io.sluice.port.SendOutcome.Doubt;
import java.util.Optional;

/**
 * A message that is in the log.
 *
 * @param messageId   where it lies, see {@link io.sluice.model.MessageId}
 * @param uniqueKey   the id that it carries; empty when it has none
 * @param queueOffset entry number in the queue
 * @param logOffset   byte position in the log of the broker
 * @param doubt       what the broker could not promise in time: the message is stored, but a power cut or the loss of the
 *                    broker may still take it
 * @param recallHandle takes a message with a time of delivery back while it waits; empty for others
 */
public record Sent(
        String messageId,
        String uniqueKey,
        MessageQueue queue,
        long queueOffset,
        long logOffset,
        Optional<Doubt> doubt,
        String recallHandle) {}
