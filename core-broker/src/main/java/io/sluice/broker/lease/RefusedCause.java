package io.sluice.broker.lease;

import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import java.util.concurrent.CompletionException;

/** Failures as the port tells them. */
final class RefusedCause {
    private RefusedCause() {}

    /** The refusal that a failed stage carries, or one that says what failed. */
    static RefusedException of(Throwable failed) {
        Throwable cause =
                failed instanceof CompletionException && failed.getCause() != null ? failed.getCause() : failed;
        if (cause instanceof RefusedException refused) {
            return refused;
        }
        RefusedException unavailable = new RefusedException(
                Refusal.UNAVAILABLE, "leasing failed inside the broker, see its log: " + cause.getMessage());
        unavailable.initCause(cause);
        return unavailable;
    }
}
