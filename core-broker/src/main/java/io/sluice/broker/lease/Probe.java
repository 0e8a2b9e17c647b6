package io.sluice.broker.lease;

import io.sluice.port.LeaseReader.Leased;
import java.util.concurrent.CompletableFuture;

/**
 * Asks as somebody who wants to lease, and wants to know only whether there is something: what is lent to it goes back at
 * once, and the delivery does not count.
 */
final class Probe extends CompletableFuture<Leased> {
    private final CompletableFuture<Boolean> found = new CompletableFuture<>();

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

    /** Answers whether the leases are taken; they never are. */
    @Override
    public boolean complete(Leased leased) {
        boolean isThere = !leased.leases().isEmpty();
        found.complete(isThere);
        super.complete(Leased.NONE);
        return !isThere;
    }

    @Override
    public boolean completeExceptionally(Throwable failure) {
        found.completeExceptionally(failure);
        return super.completeExceptionally(failure);
    }
}
