package io.sluice.wire.body;

import io.sluice.wire.json.Absent;
import java.util.List;

/** One answer per settlement, in the order asked; Sluice's own, see {@code LeaseCommands}. */
public record SettleAnswerBody(List<Settled> settled) implements Body {

    /** How a settlement ended; the names of {@code io.sluice.port.LeaseReader.Result}. */
    public enum Result {
        DONE,
        LEASE_OVER,
        NOT_A_RECEIPT
    }

    /**
     * @param receipt    the one to use from now on
     * @param leaseUntil epoch ms; 0 unless the lease was extended
     */
    public record Settled(
            String receipt, Result result, @Absent long leaseUntil) {}
}
