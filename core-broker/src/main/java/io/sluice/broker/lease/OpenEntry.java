package io.sluice.broker.lease;

import java.util.Comparator;
import java.util.concurrent.CompletableFuture;

/**
 * An entry that was lent at least once and is not settled, or several one after the other of which all here is true. Several
 * only while they are leased or being settled, and never in a group that is ordered by key. Confined to its cursor.
 */
final class OpenEntry {
    static final Comparator<OpenEntry> BY_OFFSET = Comparator.comparingLong(entry -> entry.offset);
    static final Comparator<OpenEntry> BY_DUE =
            Comparator.<OpenEntry>comparingLong(entry -> entry.dueMs).thenComparingLong(entry -> entry.offset);

    /** Where the entry is in its life. */
    enum State {
        /** With a consumer until {@code dueMs}. */
        LEASED,
        /** Acknowledged; the settlement is on its way into the log. */
        SETTLING,
        /** On its way to the dead-letter topic, after which it is settled. */
        BURYING,
        /** No attempt is left: to be buried at {@code dueMs}. */
        EXHAUSTED,
        /** Given back, not to be lent before {@code dueMs}. */
        DELAYED,
        /** To be lent to the next who wants it. */
        FREE
    }

    final long offset;
    /** Behind the last one. Only {@link #split} lowers it. */
    private long end;

    State state = State.FREE;
    /** Deliveries so far, the present one included. */
    int attempts;
    /** Of the present lease; 0 when there is none. */
    long leaseId;
    /** When it was lent last in this run of the broker, epoch milliseconds; 0 when it was not. */
    long lentAtMs;
    /** The last lease that ended by a release; 0 for none. */
    long releasedLeaseId;
    /** Epoch milliseconds; meaning by state. */
    long dueMs;
    /** While SETTLING or BURYING: completes when the entry is settled, or fails when that could not be written. */
    CompletableFuture<Void> settling;
    /** A lease of it in this run of the broker was ended without counting, so that attempts do not tell older leases. */
    boolean wasRecalled;
    /** Failed tries to bury it. */
    int burials;
    /** Its time to live has ended, so that it is buried whatever its attempts. */
    boolean isOver;
    /** In a group that is ordered by key: whether the key was looked at. */
    boolean isKeyKnown;
    /** That of its key; {@code null} when it has none or it is not known. */
    KeyLanes.Lane lane;

    OpenEntry(long offset, long end) {
        this.offset = offset;
        this.end = end;
    }

    long end() {
        return end;
    }

    /** How many entries it stands for. */
    int count() {
        return (int) (end - offset);
    }

    /** Keeps what is before the offset; answers the rest, of which the same is true. */
    OpenEntry split(long at) {
        if (at <= offset || at >= end || isKeyKnown) {
            throw new IllegalStateException("entries %d..%d cannot be split at %d".formatted(offset, end, at));
        }
        OpenEntry rest = new OpenEntry(at, end);
        rest.state = state;
        rest.attempts = attempts;
        rest.leaseId = leaseId;
        rest.lentAtMs = lentAtMs;
        rest.releasedLeaseId = releasedLeaseId;
        rest.dueMs = dueMs;
        rest.settling = settling;
        rest.wasRecalled = wasRecalled;
        rest.burials = burials;
        rest.isOver = isOver;
        end = at;
        return rest;
    }

    /** Whether something happens to it by time alone. */
    boolean isTimed() {
        return state == State.LEASED || state == State.DELAYED || state == State.EXHAUSTED;
    }
}
