package io.sluice.port;

import io.sluice.model.TopicName;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Messages that wait for the time at which their senders want them delivered. A message is timed by its properties, see
 * {@link io.sluice.model.Message#deliverAt}.
 */
public interface Timers {

    /** Most messages of one {@link #waiting} answer. */
    int LIMIT_MAX = 1000;

    /**
     * Takes a waiting message away, so that nobody ever gets it. Completes with {@code true} when it was taken away now, with
     * {@code false} when it does not wait: it was delivered, called back before, or never sent.
     * Fails with {@link Refusal#ILLEGAL_ARGUMENT} (no handle of this topic), {@link Refusal#NO_SUCH_TOPIC},
     * {@link Refusal#OVERLOADED} or {@link Refusal#NOT_SUPPORTED}.
     *
     * @param handle as the sender was told, see {@link SendOutcome.Stored#recallHandle}
     */
    CompletionStage<Boolean> recall(TopicName topic, String handle);

    /**
     * Messages of the topic that wait, the next to be delivered first.
     * Fails with {@link Refusal#NO_SUCH_TOPIC}, {@link Refusal#ILLEGAL_ARGUMENT}, {@link Refusal#OVERLOADED} or
     * {@link Refusal#NOT_SUPPORTED}.
     *
     * @param limit 1..{@value #LIMIT_MAX}
     */
    CompletionStage<WaitingMessages> waiting(TopicName topic, int limit);

    /**
     * @param total how many wait, by count
     * @param next  the first of them in order of delivery
     */
    record WaitingMessages(long total, List<Waiting> next) {
        public WaitingMessages {
            next = List.copyOf(next);
        }
    }

    /**
     * @param dueAtMs      epoch milliseconds
     * @param uniqueKey    the sender's own id of the message; empty when it has none
     * @param recallHandle for {@link #recall}; empty when the message has no key
     * @param bodyBytes    size of the body as stored
     */
    record Waiting(long dueAtMs, String uniqueKey, String recallHandle, int bodyBytes) {}
}
