package io.sluice.client.consume;

/**
 * The application's side of a push consumer. Called on threads of the consumer, several at once; in ordered consumption
 * never twice at once for one queue.
 */
@FunctionalInterface
public interface MessageListener {

    /** May block: the message is redelivered elsewhere only when {@code consumeTimeout} is over. */
    Verdict onMessage(ReceivedMessage message) throws Exception;
}
