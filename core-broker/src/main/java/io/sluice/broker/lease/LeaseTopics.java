package io.sluice.broker.lease;

import io.sluice.broker.topic.Expiry;
import io.sluice.model.TopicName;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import java.util.concurrent.CompletionStage;

/** What this room must know of topics; answered by whoever owns them. Safe for many threads, never blocks. */
public interface LeaseTopics {

    /**
     * How many queues of the topic consumers see.
     *
     * @throws RefusedException with {@link Refusal#NO_SUCH_TOPIC} or {@link Refusal#NOT_READABLE}
     */
    int readableQueues(TopicName topic);

    /** When messages of the topic are over. */
    default Expiry expiry(TopicName topic) {
        return Expiry.NONE;
    }

    /** So many messages were not lent because they are over. */
    default void expired(long messages) {}

    /** Makes sure that there is a dead-letter topic with at least queue 0; completes when a message may be stored in it. */
    CompletionStage<Void> ensureDeadLetterTopic(TopicName deadLetters);
}
