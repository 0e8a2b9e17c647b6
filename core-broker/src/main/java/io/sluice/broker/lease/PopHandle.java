package io.sluice.broker.lease;

import io.sluice.port.LeaseReader.Receipt;
import java.util.Optional;

/**
 * The receipt of a lease as RocketMQ's POP writes it ({@code POP_CK}): eight fields between single blanks,
 * {@code startOffset popTime invisibleTime reviveQid retryFlag brokerName queueId offset}. Clients put it together from the
 * header of an answer.
 *
 * <p>The field {@code reviveQid}, which says nothing here, carries a seal of {@value #SEAL_BITS} bits over group, topic, start and term: a
 * handle that this store did not give out is not believed.
 *
 * @param startOffset clients put the first offset of the queue in the answer, or the message's own
 * @param popTimeMs   when the lease began, epoch milliseconds
 * @param invisibleMs its length
 * @param seal        see {@link Receipts#seal}
 */
public record PopHandle(
        long startOffset, long popTimeMs, long invisibleMs, int seal, String brokerName, int queueId, long offset) {
    static final int SEAL_BITS = 31;

    private static final int TEXT_MAX_CHARS = 1024;
    private static final int FIELDS = 8;
    private static final int NORMAL_TOPIC = 0;

    /** Empty for a text that is no handle, or one of a message that a genuine broker moved to a retry topic. */
    public static Optional<PopHandle> parse(String text) {
        if (text.length() > TEXT_MAX_CHARS) {
            return Optional.empty();
        }
        String[] fields = text.split(" ", -1);
        if (fields.length != FIELDS || !fields[4].equals(String.valueOf(NORMAL_TOPIC))) {
            return Optional.empty();
        }
        try {
            PopHandle handle = new PopHandle(
                    Long.parseLong(fields[0]),
                    Long.parseLong(fields[1]),
                    Long.parseLong(fields[2]),
                    Integer.parseInt(fields[3]),
                    fields[5],
                    Integer.parseInt(fields[6]),
                    Long.parseLong(fields[7]));
            return handle.queueId < 0 || handle.offset < 0 ? Optional.empty() : Optional.of(handle);
        } catch (NumberFormatException noNumber) {
            return Optional.empty();
        }
    }

    Receipt toReceipt() {
        return new Receipt(toString());
    }

    long untilMs() {
        return popTimeMs + invisibleMs;
    }

    /** Tells leases of one entry apart. */
    long leaseId() {
        return leaseId(popTimeMs, seal);
    }

    static long leaseId(long popTimeMs, int seal) {
        return popTimeMs << 22 ^ seal;
    }

    @Override
    public String toString() {
        return startOffset + " " + popTimeMs + " " + invisibleMs + " " + seal + " " + NORMAL_TOPIC + " " + brokerName
                + " " + queueId + " " + offset;
    }
}
