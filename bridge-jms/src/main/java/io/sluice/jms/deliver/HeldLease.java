package io.sluice.jms.deliver;

import io.sluice.port.LeaseReader.Lease;
import io.sluice.port.LeaseReader.Receipt;
import java.util.concurrent.CompletableFuture;

/**
 * One lease in this process. Extending and settling never overlap: an extension may bring a new receipt, and a settlement
 * needs the latest. Guarded by itself.
 */
final class HeldLease {
    private final String messageId;
    private Receipt receipt;
    /** {@link System#nanoTime} at which the lease ends unless extended; by this machine's clock alone. */
    private long endsAtNanos;
    /** Completes with the extension under way; completed when there is none. */
    private CompletableFuture<Void> extension = CompletableFuture.completedFuture(null);

    private boolean settling;
    private boolean over;

    HeldLease(Lease lease, String messageId, long endsAtNanos) {
        this.receipt = lease.receipt();
        this.messageId = messageId;
        this.endsAtNanos = endsAtNanos;
    }

    String messageId() {
        return messageId;
    }

    synchronized Receipt receipt() {
        return receipt;
    }

    /** Whether the message belongs to somebody else by now, as far as is known here. */
    synchronized boolean isOver(long nowNanos) {
        return over || !settling && extension.isDone() && endsAtNanos - nowNanos <= 0;
    }

    /** Whether an extension may begin; if so, it has begun. */
    synchronized boolean beginExtension(long nowNanos, long whenLeftNanos) {
        if (over || settling || !extension.isDone() || endsAtNanos - nowNanos > whenLeftNanos) {
            return false;
        }
        extension = new CompletableFuture<>();
        return true;
    }

    void extended(Receipt now, long untilNanos) {
        endExtension(() -> {
            receipt = now;
            endsAtNanos = untilNanos;
        });
    }

    void endedMeanwhile() {
        endExtension(() -> over = true);
    }

    /** The broker could not be asked: the lease goes on as it was. */
    void notExtended() {
        endExtension(() -> {});
    }

    private void endExtension(Runnable outcome) {
        CompletableFuture<Void> ended;
        synchronized (this) {
            outcome.run();
            ended = extension;
        }
        ended.complete(null);
    }

    /** From now on no extension begins; completes when the one under way has ended. */
    synchronized CompletableFuture<Void> beginSettling() {
        settling = true;
        return extension;
    }

    /** The settlement failed on the way: the lease is held as before. */
    synchronized void notSettled() {
        settling = false;
    }
}
