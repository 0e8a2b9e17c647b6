package io.sluice.port;

import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Half messages of transactions that nobody has decided on, for whoever looks after them by hand: which there are, and what is
 * to become of one. A producer's own decision comes by its door, and the first decision counts.
 */
public interface HalfMessages {

    /** Most messages of one {@link #list} answer. */
    int LIMIT_MAX = 1000;

    /** Of a broker that has none to show: every question fails with {@link Refusal#NOT_SUPPORTED}. */
    HalfMessages NOT_SUPPORTED = new HalfMessages() {
        @Override
        public CompletionStage<Listed> list(State state, long from, int limit) {
            return refused();
        }

        @Override
        public CompletionStage<Decided> decide(String id, Decision decision) {
            return refused();
        }

        private <T> CompletionStage<T> refused() {
            return CompletableFuture.failedFuture(new RefusedException(
                    Refusal.NOT_SUPPORTED,
                    "not supported by this cluster: half messages decided by hand; ask the broker that stores them"));
        }
    };

    /** Where a half message stands. */
    enum State {
        /** Its producer may still decide, and is asked. */
        PENDING,
        /** Nobody answered until the last question, or it grew too old; it is kept for a decision by hand. */
        GIVEN_UP
    }

    /** What is to become of a half message. */
    enum Decision {
        /** It is stored in its topic. */
        COMMIT,
        /** Nobody ever gets it. */
        ROLLBACK,
        /** Its producers are asked at the next opportunity; one that was given up is pending again, under a new id. */
        ASK
    }

    /** What became of a decision. */
    enum Decided {
        /** In force, with the durability of the store. */
        DONE,
        /** Somebody decided before; that stands. */
        DECIDED_BEFORE,
        /** No half message of this id lies in the log. */
        NOT_FOUND
    }

    /**
     * Half messages of a state in the order in which they came to it.
     * Fails with {@link Refusal#ILLEGAL_ARGUMENT}, {@link Refusal#OVERLOADED} or {@link Refusal#NOT_SUPPORTED}.
     *
     * @param from  0, or {@link Listed#next} of the answer before
     * @param limit 1..{@value #LIMIT_MAX}
     */
    CompletionStage<Listed> list(State state, long from, int limit);

    /**
     * Decides on one; a repeat changes nothing.
     * Fails with {@link Refusal#ILLEGAL_ARGUMENT} (no id), {@link Refusal#NO_SUCH_TOPIC} (a commit whose topic is gone),
     * {@link Refusal#UNAVAILABLE} (not stored), {@link Refusal#OVERLOADED} or {@link Refusal#NOT_SUPPORTED}.
     *
     * @param id as listed
     */
    CompletionStage<Decided> decide(String id, Decision decision);

    /**
     * @param messages may be fewer than the limit, though more follow
     * @param next     where to go on; empty at the end
     */
    record Listed(List<HalfMessage> messages, OptionalLong next) {
        public Listed {
            messages = List.copyOf(messages);
        }
    }

    /**
     * @param id         where it lies, as an offset message id
     * @param topic      where a commit stores it; empty when the record does not say
     * @param queueId    in that topic; -1 when the record does not say
     * @param group      producers that are asked
     * @param uniqueKey  the sender's own id of the message; empty when it has none
     * @param storedAtMs when it came to its state, epoch milliseconds
     * @param asked      questions to producers since the broker began, of a pending one
     * @param bodyBytes  size of the body as stored
     */
    record HalfMessage(
            String id,
            State state,
            String topic,
            int queueId,
            String group,
            String uniqueKey,
            long storedAtMs,
            int asked,
            int bodyBytes) {}
}
