package io.sluice.client.intercept;

import io.sluice.client.send.Sent;
import io.sluice.model.Message;
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
}
