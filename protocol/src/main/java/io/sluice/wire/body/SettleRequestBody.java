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
        RETRY,
        REJECT
    }

    /**
     * @param ms     EXTEND: how much longer; RELEASE: after which delay
     * @param reason REJECT: why
     */
    public record Settle(
            Kind kind,
            String receipt,
            @Absent long ms,
            @Absent String reason) {}
}
