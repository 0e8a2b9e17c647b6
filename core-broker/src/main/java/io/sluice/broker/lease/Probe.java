package io.sluice.broker.lease;

import io.sluice.port.LeaseReader.Leased;
import java.util.concurrent.CompletableFuture;

/**
 * Asks as somebody who wants to lease, and wants to know only whether there is something: what is lent to it goes back at
 * once, and the delivery does not count.
 */
final class Probe extends CompletableFuture<Leased> {
    private final CompletableFuture<Boolean> found = new CompletableFuture<>();
    private volatile boolean isThere;

    Probe() {
        // Whoever gives up the question takes back the other half of it too.
        found.whenComplete((answer, failed) -> {
            if (found.isCancelled()) {
                cancel(false);
            }
        });
    }

    /** Whether there was something before the time was over; cancelling it gives the question up. */
    CompletableFuture<Boolean> found() {
        return found;
    }

    /**
     * Answers whether the leases are taken; they never are. Who lent them says {@link Leased#NONE} when they are back: only
     * then is the question answered, so that whoever asked can lease what was found.
     */
    @Override
    public boolean complete(Leased leased) {
        if (!leased.isEmpty()) {
            isThere = true;
            return false;
        }
        found.complete(isThere);
        return super.complete(Leased.NONE);
    }

    @Override
    public boolean completeExceptionally(Throwable failure) {
        found.completeExceptionally(failure);
        return super.completeExceptionally(failure);
    }
}
