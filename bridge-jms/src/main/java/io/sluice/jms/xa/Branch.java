package io.sluice.jms.xa;

import io.sluice.jms.deliver.BranchWork;

/** One branch that this connection has begun. Guarded by its {@link Branches}. */
final class Branch {
    final BranchId id;
    final BranchWork work;
    /** {@link System#nanoTime} after which it is only rolled back; meaningless without a limit. */
    final long deadlineNanos;

    final boolean isLimited;
    /** Sessions that work for it. */
    int workers;
    /** Sessions that will go on with it. */
    int suspended;
    /** Somebody who worked for it has failed. */
    boolean isDoomed;
    /** It may be at the broker: it was asked to be prepared or committed. */
    boolean isAsked;
    /** It was asked for, and nobody knows what became of it: a refusal of the next question does not mean that nothing holds. */
    boolean mayHold;

    Branch(BranchId id, BranchWork work, long nowNanos, int timeoutSeconds) {
        this.id = id;
        this.work = work;
        this.isLimited = timeoutSeconds > 0;
        this.deadlineNanos = nowNanos + timeoutSeconds * 1_000_000_000L;
    }

    boolean isLate(long nowNanos) {
        return isLimited && nowNanos - deadlineNanos > 0;
    }
}
