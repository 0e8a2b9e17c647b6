package io.sluice.port;

import io.sluice.model.FilterExpression;
import io.sluice.model.GroupName;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;

/**
 * Competing consumption: a message is lent for a while, then settled, or lent again when the lease ends unsettled.
 *
 * <p>The broker owns the position: one shared cursor per group and queue. Settling is idempotent, in any order.
 */
public interface LeaseReader {

    /**
     * Leases up to {@code maxMessages} that are free, oldest first per queue. Completes at once when there is at least one,
     * else at the first arrival or end of another lease, or with none when {@code maxWait} is over.
     * Fails with {@link Refusal#NO_SUCH_TOPIC}, {@link Refusal#NOT_READABLE}, {@link Refusal#ILLEGAL_ARGUMENT} or
     * {@link Refusal#OVERLOADED} (too many open leases in the group).
     *
     * <p>Cancelling the answer ({@code toCompletableFuture().cancel(false)}) takes the question back: what it would have been
     * lent stays free for others, uncounted. Over the wire a message that was on its way meanwhile is given back, counted.
     */
    CompletionStage<Leased> lease(LeaseRequest request);

    /** Settles each lease; answers come in the order asked. One bad receipt does not stop the others. */
    CompletionStage<List<Settled>> settle(List<Settlement> settlements);

    /**
     * @param groupFilter what the whole group wants: an entry it rejects counts as settled for the group
     * @param ownFilter   what this consumer wants of that: an entry it rejects stays for the others
     * @param leaseFor    how long each message is lent, from the moment of the answer
     * @param maxWait     zero: do not wait
     * @param start       where a group begins that has no cursor on a queue yet
     * @param ordering    what the group is to keep in order; the settings of the group may ask for more
     */
    record LeaseRequest(
            GroupName group,
            TopicName topic,
            FilterExpression groupFilter,
            FilterExpression ownFilter,
            int maxMessages,
            Duration leaseFor,
            Duration maxWait,
            Start start,
            Ordering ordering) {
        /** A request that asks for no order. */
        public LeaseRequest(
                GroupName group,
                TopicName topic,
                FilterExpression groupFilter,
                FilterExpression ownFilter,
                int maxMessages,
                Duration leaseFor,
                Duration maxWait,
                Start start) {
            this(group, topic, groupFilter, ownFilter, maxMessages, leaseFor, maxWait, start, Ordering.NONE);
        }

        public LeaseRequest {
            Objects.requireNonNull(group, "group");
            Objects.requireNonNull(topic, "topic");
            Objects.requireNonNull(groupFilter, "groupFilter");
            Objects.requireNonNull(ownFilter, "ownFilter");
            Objects.requireNonNull(start, "start");
            Objects.requireNonNull(ordering, "ordering");
            if (maxMessages < 1) {
                throw new IllegalArgumentException("maxMessages %d must be at least 1".formatted(maxMessages));
            }
            if (leaseFor.isNegative() || leaseFor.isZero() || maxWait.isNegative()) {
                throw new IllegalArgumentException(
                        "leaseFor %s must be positive and maxWait %s not negative".formatted(leaseFor, maxWait));
            }
        }

        /** The same, asked for with another wait. */
        public LeaseRequest withMaxWait(Duration wait) {
            return new LeaseRequest(group, topic, groupFilter, ownFilter, maxMessages, leaseFor, wait, start, ordering);
        }
    }

    /** Where a new group begins. */
    enum Start {
        FIRST,
        LAST
    }

    /** What a group keeps in order. */
    enum Ordering {
        /** Nothing beyond handing out what is oldest first. */
        NONE,
        /**
         * Messages of one queue with the same sharding key ({@code __SHARDINGKEY}, or JMS's {@code JMSXGroupID}) go to one
         * consumer at a time, in order: those of one key that one answer brings are lent together, and nothing else of the
         * key is lent until they are settled. When the lease of one ends unsettled those behind it in the same answer end
         * with it, uncounted. Other keys, and messages without one, go on. As soon as one member of a group asks for it, it
         * holds for all members.
         */
        BY_KEY
    }

    /** The messages lent; closing releases the memory of the slices, not the leases. */
    record Leased(List<Lease> leases, Hold hold) implements AutoCloseable {
        public static final Leased NONE = new Leased(List.of(), Hold.NONE);

        @Override
        public void close() {
            hold.release();
        }
    }

    /**
     * @param slice         the stored message, see {@link Records}
     * @param attempt       1 for the first delivery to the group
     * @param leaseUntilMs  epoch milliseconds at which the message becomes free again
     */
    record Lease(Receipt receipt, MessageQueue queue, ByteBuffer slice, int attempt, long leaseUntilMs) {}

    /** Opaque to the holder, printable, safe in URLs and JSON; any later connection may bring it. */
    record Receipt(String handle) {
        public Receipt {
            Objects.requireNonNull(handle, "handle");
        }
    }

    /** What shall become of one lease. */
    sealed interface Settlement {
        Receipt receipt();

        /** Done: the group never sees the message again. */
        record Ack(Receipt receipt) implements Settlement {}

        /** Keep it longer: the lease ends {@code leaseFor} from now. */
        record Extend(Receipt receipt, Duration leaseFor) implements Settlement {}

        /** Give it back, visible again after the delay (zero: at once). */
        record Release(Receipt receipt, Duration delay) implements Settlement {}

        /** It failed: give it back, visible again after the delay that the settings of the group name for its attempt. */
        record Retry(Receipt receipt) implements Settlement {}

        /** Give up on it: to the dead-letter topic of the group, with the reason. */
        record Reject(Receipt receipt, String reason) implements Settlement {}
    }

    /**
     * @param receipt      the receipt to use from now on: after an extension possibly a new one, else the one given
     * @param leaseUntilMs after an extension when the lease ends, else 0
     */
    record Settled(Receipt receipt, Result result, long leaseUntilMs) {}

    /** How a settlement ended. */
    enum Result {
        /** In force; a repeat of an acknowledgement, release or rejection says so too. */
        DONE,
        /** The lease had ended before, so the message may be with somebody else. */
        LEASE_OVER,
        /** Not a receipt of this broker, or altered. */
        NOT_A_RECEIPT
    }
}
