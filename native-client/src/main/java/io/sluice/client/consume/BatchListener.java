package io.sluice.client.consume;

import java.util.List;

/**
 * A listener that takes several messages of one queue in one call. Called on threads of the consumer, several at once.
 *
 * <pre>{@code
 * client.pushConsumer("archive")
 *         .subscribe("Orders")
 *         .batchListener(100, messages -> {
 *             archive.insertAll(messages);
 *             return Verdict.DONE;
 *         })
 *         .start();
 * }</pre>
 */
@FunctionalInterface
public interface BatchListener {

    /** The verdict counts for each of the messages. May block, as {@link MessageListener#onMessage} may. */
    Verdict onMessages(List<ReceivedMessage> messages) throws Exception;
}
