package io.sluice.port;

import io.sluice.model.FilterExpression;
import io.sluice.model.GroupName;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
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

    /**
     * The messages lent, in runs; closing releases the memory of the slices, not the leases.
     *
     * @param runs oldest first per queue
     */
    record Leased(List<LeaseRun> runs, Hold hold) implements AutoCloseable {
        public static final Leased NONE = new Leased(List.of(), Hold.NONE);

        /** Leases of which each is a run by itself. */
        public static Leased of(List<Lease> leases, Hold hold) {
            return new Leased(leases.stream().map(LeaseRun::of).toList(), hold);
        }

        public boolean isEmpty() {
            return runs.isEmpty();
        }

        /** One by one, in the order of the runs; made anew with each call. */
        public List<Lease> leases() {
            int messages = 0;
            for (LeaseRun run : runs) {
                messages += run.messages();
            }
            List<Lease> leases = new ArrayList<>(messages);
            runs.forEach(run -> run.addTo(leases));
            return leases;
        }

        @Override
        public void close() {
            hold.release();
        }
    }

    /**
     * Messages of one queue, one after the other, that were lent together.
     *
     * @param first        the first message's receipt; those of the others differ in their place, which counts up
     * @param slices       the stored messages, see {@link Records}; those that lie next to each other may be one slice
     * @param messages     how many they are
     * @param attempt      1 for the first delivery to the group
     * @param leaseUntilMs epoch milliseconds at which the messages become free again
     */
    record LeaseRun(
            Receipt first, MessageQueue queue, List<ByteBuffer> slices, int messages, int attempt, long leaseUntilMs) {
        public LeaseRun {
            Objects.requireNonNull(first, "first");
            Objects.requireNonNull(queue, "queue");
            if (messages < 1 || messages > 1 && first.place() == Receipt.ALONE) {
                throw new IllegalArgumentException(
                        "a run of %d messages whose first receipt has %s".formatted(messages, first.placeText()));
            }
        }

        static LeaseRun of(Lease lease) {
            return new LeaseRun(
                    lease.receipt(), lease.queue(), List.of(lease.slice()), 1, lease.attempt(), lease.leaseUntilMs());
        }

        private void addTo(List<Lease> leases) {
            int behind = 0;
            for (ByteBuffer slice : slices) {
                for (int at = slice.position(); at < slice.limit(); behind++) {
                    // A stored message begins with its length.
                    int bytes = slice.getInt(at);
                    leases.add(new Lease(first.behind(behind), queue, slice.slice(at, bytes), attempt, leaseUntilMs));
                    at += bytes;
                }
            }
        }
    }

    /**
     * @param slice         the stored message, see {@link Records}
     * @param attempt       1 for the first delivery to the group
     * @param leaseUntilMs  epoch milliseconds at which the message becomes free again
     */
    record Lease(Receipt receipt, MessageQueue queue, ByteBuffer slice, int attempt, long leaseUntilMs) {}

    /**
     * Opaque to the holder, printable, safe in URLs and JSON; any later connection may bring it. As text the receipt of a run,
     * and behind a tilde the place in the run.
     *
     * @param run   the same in the receipts of all messages that were lent together
     * @param place of the message in the run, from 0 up to {@value #PLACE_MAX}; {@value #ALONE} in a receipt without
     */
    record Receipt(String run, int place) {
        public static final int ALONE = -1;
        public static final int PLACE_MAX = 99_999;

        private static final char SEPARATOR = '~';
        private static final int DIGITS_MAX = 5;

        public Receipt {
            Objects.requireNonNull(run, "run");
            if (place < ALONE || place > PLACE_MAX) {
                throw new IllegalArgumentException(
                        "place %d of a receipt is out of range; expected %d to %d".formatted(place, ALONE, PLACE_MAX));
            }
            int separator = place == ALONE ? separatorIn(run) : -1;
            if (separator >= 0) {
                place = Integer.parseInt(run, separator + 1, run.length(), 10);
                run = run.substring(0, separator);
            }
        }

        /** The receipt with this text. */
        public Receipt(String handle) {
            this(handle, ALONE);
        }

        /** Where the place begins; -1 when the text has none, or not as it is written here. */
        private static int separatorIn(String handle) {
            int at = handle.length() - 1;
            while (at >= 0 && handle.charAt(at) >= '0' && handle.charAt(at) <= '9') {
                at--;
            }
            int digits = handle.length() - 1 - at;
            boolean isPlace = at >= 0
                    && handle.charAt(at) == SEPARATOR
                    && digits >= 1
                    && digits <= DIGITS_MAX
                    && (digits == 1 || handle.charAt(at + 1) != '0');
            return isPlace ? at : -1;
        }

        public String handle() {
            return place == ALONE ? run : run + SEPARATOR + place;
        }

        /** The receipt so many places behind this one, which has a place unless it is itself that is wanted. */
        public Receipt behind(int places) {
            return places == 0 ? this : new Receipt(run, Math.addExact(Math.max(place, 0), places));
        }

        private String placeText() {
            return place == ALONE ? "no place" : "place " + place;
        }

        /** Never the text: whoever has it may settle the message. */
        @Override
        public String toString() {
            return "Receipt[%d characters, %s]".formatted(run.length(), placeText());
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

        /** Give it back unseen, visible again at once: the delivery does not count, where the broker can tell. */
        record GiveBack(Receipt receipt) implements Settlement {}

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
