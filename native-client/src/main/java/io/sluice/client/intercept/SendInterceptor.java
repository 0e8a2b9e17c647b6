package io.sluice.client.intercept;

import io.sluice.client.send.Sent;
import io.sluice.client.transaction.TransactionEnd;
import io.sluice.model.Message;
import io.sluice.model.TopicName;
import java.util.concurrent.CompletionStage;

/**
 * Stands around the sends of a producer.
 *
 * <pre>{@code
 * SendInterceptor stamp = (message, next) -> next.send(message.withProperty("from", "billing"));
 * Producer producer = client.producer("out").intercept(stamp).start();
 * }</pre>
 */
@FunctionalInterface
public interface SendInterceptor {

    /**
     * On the thread that sends. Passes the message, or another one for the same topic, to the next step before it returns, and
     * returns what that gave, or a stage made of it. Several threads at once; must not block. An exception goes to the sender.
     */
    CompletionStage<Sent> around(Message message, SendStep next);

    /**
     * A transaction of the producer is ended and its broker was told, see {@link TransactionEnd}. Any thread; must not block. An
     * exception is logged.
     */
    default void ended(TransactionEnd end) {}

    /**
     * A waiting message was asked to be taken back. Any thread; must not block. An exception is logged.
     *
     * @param takenBack whether it was; false: it is on its way, or was taken back before
     */
    default void recalled(TopicName topic, Sent waiting, boolean takenBack) {}
}
