package io.sluice.port;

import io.sluice.model.Message;
import java.util.concurrent.CompletionStage;

/** Puts messages into the log. */
public interface MessageWriter {

    /**
     * Stores the message. Completes when the durability that the node is configured for is reached (a message with
     * {@code WAIT=false} does not wait for the disk), with the doubt that it was not reached in time, or with the reason
     * why nothing was stored. An unknown topic is created if the broker allows that.
     *
     * <p>A message with an idempotency key (see {@link Message#withIdempotencyKey}) that was stored before within the broker's
     * window is not stored again: the first outcome is told. The same key with another body is refused. A cluster that cannot
     * do this refuses with {@link Refusal#NOT_SUPPORTED}.
     *
     * <p>Calls made one after another by one thread for one queue are stored in that order.
     */
    CompletionStage<SendOutcome> send(Message message, Placement placement);
}
