package io.sluice.port;

import io.sluice.model.MessageQueue;
import java.util.function.Function;

/** What became of a send. */
public sealed interface SendOutcome {

    /**
     * In the log, with the durability that the node is configured for.
     *
     * <p>A message with a time of delivery waits elsewhere until then: offsets and id are those of the record that waits.
     *
     * @param logOffset    byte position of the record in the CommitLog of the broker
     * @param queueOffset  entry number in the queue
     * @param messageId    offset message id, see {@link io.sluice.model.MessageId}
     * @param recallHandle takes the message back while it waits, see {@link Timers#recall}; empty when it does not wait, or
     *                     cannot be taken back
     */
    record Stored(MessageQueue queue, long logOffset, long queueOffset, String messageId, String recallHandle)
            implements SendOutcome {
        /** A message that can be read at once. */
        public Stored(MessageQueue queue, long logOffset, long queueOffset, String messageId) {
            this(queue, logOffset, queueOffset, messageId, "");
        }
    }

    /** In the log, but the durability asked for was not reached in time; a retry may duplicate. */
    record StoredWithDoubt(Stored stored, Doubt doubt) implements SendOutcome {}

    /** Not in the log. */
    record Refused(Refusal reason, String remedy) implements SendOutcome {}

    /** Which promise is open. */
    enum Doubt {
        FLUSH_TIMEOUT,
        REPLICA_TIMEOUT,
        NO_REPLICA
    }

    /** Exhaustive by construction: a new variant does not compile until every caller handles it. */
    default <T> T fold(Function<Stored, T> stored, Function<StoredWithDoubt, T> doubt, Function<Refused, T> refused) {
        if (this instanceof Stored s) {
            return stored.apply(s);
        }
        if (this instanceof StoredWithDoubt d) {
            return doubt.apply(d);
        }
        return refused.apply((Refused) this);
    }
}
