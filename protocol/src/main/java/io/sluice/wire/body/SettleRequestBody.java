package io.sluice.wire.body;

import io.sluice.wire.json.Absent;
import java.util.List;

/** Settlements of leases; Sluice's own, see {@code LeaseCommands}. */
public record SettleRequestBody(List<Settle> settlements) implements Body {

    /** What shall become of a lease. */
    public enum Kind {
        ACK,
        EXTEND,
        RELEASE,
        /** As RELEASE without a delay, but the delivery does not count. */
        GIVE_BACK,
        RETRY,
        REJECT
    }

    /**
     * @param ms     EXTEND: how much longer; RELEASE: after which delay
     * @param reason REJECT: why
     * @param messages ACK: how many, whose receipts are this one and those at the places behind it; 0: one
     */
    public record Settle(
            Kind kind,
            String receipt,
            @Absent long ms,
            @Absent String reason,
            @Absent int messages) {
        /** One message. */
        public Settle(Kind kind, String receipt, long ms, String reason) {
            this(kind, receipt, ms, reason, 0);
        }

        /** How many messages it is for. */
        public int receipts() {
            return Math.max(1, messages);
        }
    }
}
