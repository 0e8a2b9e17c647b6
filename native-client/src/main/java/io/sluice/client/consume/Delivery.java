package io.sluice.client.consume;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** Brings messages to the listener and does with them what it says. */
interface Delivery {

    /** Messages that came from a queue, in its order. Must not block. */
    void deliver(QueueReading reading, QueueBuffer from, List<ReceivedMessage> arrivals);

    /**
     * The queue is given up: completes when no message of it is with the listener any more. What the listener has not begun is
     * not delivered here any more.
     */
    CompletionStage<Void> release(QueueReading reading);

    /** No further call of the listener; completes when those under way have ended and their verdicts are carried out. */
    CompletionStage<Void> finish();
}
