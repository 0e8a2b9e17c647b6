package io.sluice.wire.body;

import io.sluice.wire.json.Absent;
import java.util.List;

/**
 * Answers in the order asked: one for each settlement, and where one was for several messages as many as it takes to say how
 * each of them ended. Sluice's own, see {@code LeaseCommands}.
 */
public record SettleAnswerBody(List<Settled> settled) implements Body {

    /** How a settlement ended; the names of {@code io.sluice.port.LeaseReader.Result}. */
    public enum Result {
        DONE,
        LEASE_OVER,
        NOT_A_RECEIPT
    }

    /**
     * @param receipt    the one to use from now on; of several messages that of the first
     * @param leaseUntil epoch ms; 0 unless the lease was extended
     * @param messages   how many it is for; 0: one
     */
    public record Settled(
            String receipt,
            Result result,
            @Absent long leaseUntil,
            @Absent int messages) {
        /** One message. */
        public Settled(String receipt, Result result, long leaseUntil) {
            this(receipt, result, leaseUntil, 0);
        }

        /** How many messages it is for. */
        public int receipts() {
            return Math.max(1, messages);
        }
    }
}
