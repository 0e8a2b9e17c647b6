package io.sluice.wire.command;

import io.sluice.wire.frame.FieldException;
import io.sluice.wire.json.Absent;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Leases between Sluice's own client and broker. A genuine broker answers these codes with 3, by which a client recognises
 * that it cannot lease there.
 *
 * <p>A broker that turns a question down, of these or of others, answers with the code that RocketMQ clients know for the
 * reason, the name of the {@code io.sluice.port.Refusal} in the field {@code refusal} ({@link RefusedAnswer}) and the remedy as the remark.
 * Settling ({@link RequestCode#SETTLE}) has no header; bodies: {@code SettleRequestBody}, {@code SettleAnswerBody}.
 */
public sealed interface LeaseCommands {

    /** Where a group begins that has no cursor yet. */
    enum Start {
        FIRST,
        LAST
    }

    /** What a group keeps in order. */
    enum Ordering {
        NONE,
        BY_KEY
    }

    /** How a filter is written. */
    enum FilterType {
        TAG,
        SQL92
    }

    /**
     * Answer body: the records lent, one after the other, in the order of {@link LeaseAnswer#lent}.
     *
     * @param groupFilter {@code *} or empty: every message
     * @param leaseMs     how long each message is lent
     * @param waitMs      how long the answer may be held
     * @param ordering    what the group is to keep in order from now on
     * @param question    by which the asker can take the question back on the same connection; 0: not at all
     * @param runs        whether the asker understands entries that stand for several messages
     */
    record Lease(
            String group,
            String topic,
            @Absent("TAG") FilterType groupFilterType,
            @Absent("*") String groupFilter,
            @Absent("TAG") FilterType ownFilterType,
            @Absent("*") String ownFilter,
            int maxMessages,
            long leaseMs,
            long waitMs,
            @Absent("FIRST") Start start,
            @Absent("NONE") Ordering ordering,
            @Absent long question,
            @Absent boolean runs)
            implements LeaseCommands {}

    /** Takes a question back; one-way. The answer, if there is none yet, is a refusal; else what was lent has been lent. */
    record TakeBack(long question) implements LeaseCommands {}

    /**
     * @param brokerName whose queues they are
     * @param leases     see {@link Lent#format}; empty when nothing is lent
     */
    record LeaseAnswer(String brokerName, @Absent String leases) {

        public static LeaseAnswer of(String brokerName, List<Lent> lent) {
            return new LeaseAnswer(brokerName, Lent.format(lent));
        }

        /** In the order of the body: one entry for each record, or for as many as it says. */
        public List<Lent> lent() {
            return Lent.parse(leases);
        }
    }

    /** Why a broker turned a question down. */
    record RefusedAnswer(String refusal) {}

    /**
     * Messages of one queue lent together.
     *
     * @param receipt      without blanks and semicolons; of several messages what their receipts share, see
     *                     {@code io.sluice.port.LeaseReader.Receipt}: their places count up from 0
     * @param attempt      1 for the first delivery
     * @param leaseUntilMs epoch ms
     * @param messages     0: one, whose receipt is complete; else how many
     */
    record Lent(String receipt, int queueId, int attempt, long leaseUntilMs, int messages) {
        private static final int PARTS = 4;

        public Lent {
            if (receipt.isEmpty() || receipt.chars().anyMatch(c -> c <= ' ' || c == ';')) {
                throw new IllegalArgumentException("a receipt is neither empty nor has blanks or semicolons");
            }
            if (messages < 0) {
                throw new IllegalArgumentException("a run of %d messages".formatted(messages));
            }
        }

        /** One message. */
        public Lent(String receipt, int queueId, int attempt, long leaseUntilMs) {
            this(receipt, queueId, attempt, leaseUntilMs, 0);
        }

        /** How many records of the body it is for. */
        public int records() {
            return Math.max(1, messages);
        }

        private String text() {
            String one = receipt + " " + queueId + " " + attempt + " " + leaseUntilMs;
            return messages == 0 ? one : one + " " + messages;
        }

        /** Entries joined by semicolons, the parts of each by blanks; the number of messages only where it is not 0. */
        static String format(List<Lent> lent) {
            return lent.stream().map(Lent::text).collect(Collectors.joining(";"));
        }

        static List<Lent> parse(String text) {
            List<Lent> lent = new ArrayList<>();
            if (text.isEmpty()) {
                return lent;
            }
            for (String entry : text.split(";", -1)) {
                String[] parts = entry.split(" ", -1);
                if (parts.length != PARTS && parts.length != PARTS + 1) {
                    throw new FieldException("field leases has an entry of %d parts, expected %d or %d"
                            .formatted(parts.length, PARTS, PARTS + 1));
                }
                try {
                    lent.add(new Lent(
                            parts[0],
                            Integer.parseInt(parts[1]),
                            Integer.parseInt(parts[2]),
                            Long.parseLong(parts[3]),
                            parts.length == PARTS ? 0 : Integer.parseInt(parts[PARTS])));
                } catch (IllegalArgumentException wrong) {
                    throw new FieldException("field leases has a damaged entry: " + wrong.getMessage());
                }
            }
            return lent;
        }
    }

    static CommandTable.Builder addTo(CommandTable.Builder table) {
        return table.row(RequestCode.LEASE, Lease.class)
                .row(RequestCode.SETTLE, NoFields.class)
                .row(RequestCode.TAKE_BACK, TakeBack.class);
    }
}
