package io.sluice.client.consume;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Counts what is under way, so that closing can wait for it; any thread. */
final class InHand {
    /** Guarded by this object, like {@link #whenNone}. */
    private int count;

    private CompletableFuture<Void> whenNone = CompletableFuture.completedFuture(null);

    synchronized void begin() {
        if (count++ == 0) {
            whenNone = new CompletableFuture<>();
        }
    }

    void end() {
        CompletableFuture<Void> idle = null;
        synchronized (this) {
            if (--count == 0) {
                idle = whenNone;
            }
        }
        if (idle != null) {
            idle.complete(null);
        }
    }

    /** Completes when nothing is under way; at once when that is so now. */
    synchronized CompletionStage<Void> none() {
        return whenNone;
    }
}
