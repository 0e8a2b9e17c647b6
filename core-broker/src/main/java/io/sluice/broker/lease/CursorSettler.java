package io.sluice.broker.lease;

import io.sluice.broker.lease.OpenEntry.State;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongPredicate;

/**
 * What becomes of the leases of one cursor: which of them are in force, and what their holders say. Confined to its desk's
 * lock.
 */
final class CursorSettler {
    private final SharedCursor cursor;

    CursorSettler(SharedCursor cursor) {
        this.cursor = cursor;
    }

    /** What became of a settlement, as far as the cursor knows. */
    enum Answer {
        /** In force already. */
        ALREADY,
        /** Begun now or before, by whoever: it is in force when the entry's {@code settling} completes. */
        STARTED,
        /** Done now. */
        DONE,
        /** The lease had ended. */
        OVER
    }

    /**
     * Begins to settle.
     *
     * @param settling completes when the settlement is in force
     * @param isSame   whether the entry's message is still the one that was lent; asked when the lease is not known
     */
    Answer acknowledge(Claim claim, long nowMs, CompletableFuture<Void> settling, LongPredicate isSame) {
        return begin(State.SETTLING, claim, nowMs, settling, isSame);
    }

    /** Begins to bury, see {@link #acknowledge}. */
    Answer reject(Claim claim, long nowMs, CompletableFuture<Void> settling, LongPredicate isSame) {
        return begin(State.BURYING, claim, nowMs, settling, isSame);
    }

    private Answer begin(State state, Claim claim, long nowMs, CompletableFuture<Void> settling, LongPredicate isSame) {
        if (cursor.isSettled(claim.offset())) {
            return Answer.ALREADY;
        }
        OpenEntry known = cursor.find(claim.offset());
        if (known != null && known.settling != null) {
            return Answer.STARTED;
        }
        OpenEntry entry = heldBy(claim, nowMs, isSame);
        if (entry == null) {
            return Answer.OVER;
        }
        entry.settling = settling;
        cursor.moveTo(entry, state, entry.dueMs);
        return Answer.STARTED;
    }

    /** What an entry that is being settled waits for. */
    CompletableFuture<Void> settling(long offset) {
        return cursor.find(offset).settling;
    }

    /** @param leaseId of the lease from now on; the claim's own to keep its receipt good */
    Answer extend(Claim claim, long nowMs, long untilMs, long leaseId, LongPredicate isSame) {
        OpenEntry entry = cursor.isSettled(claim.offset()) ? null : heldBy(claim, nowMs, isSame);
        if (entry == null) {
            return Answer.OVER;
        }
        entry.leaseId = leaseId;
        cursor.moveTo(entry, State.LEASED, untilMs);
        return Answer.DONE;
    }

    /** @param freeAtMs not before the present: at once */
    Answer release(Claim claim, long nowMs, long freeAtMs, int attemptsMax, LongPredicate isSame) {
        if (cursor.isSettled(claim.offset())) {
            return Answer.OVER;
        }
        OpenEntry known = cursor.find(claim.offset());
        if (known != null && known.releasedLeaseId == claim.leaseId()) {
            return Answer.ALREADY;
        }
        OpenEntry entry = heldBy(claim, nowMs, isSame);
        if (entry == null) {
            return Answer.OVER;
        }
        entry.releasedLeaseId = claim.leaseId();
        cursor.comeBack(entry, nowMs, freeAtMs, attemptsMax);
        return Answer.DONE;
    }

    /**
     * The entry when the claim's lease is in force. A lease that the cursor does not know was given before the broker was
     * started last; it is in force until its end unless the entry was lent since.
     */
    private OpenEntry heldBy(Claim claim, long nowMs, LongPredicate isSame) {
        OpenEntry entry = cursor.find(claim.offset());
        if (entry != null && entry.state == State.LEASED && entry.leaseId == claim.leaseId()) {
            return entry.dueMs <= nowMs ? null : entry;
        }
        boolean isLentSince = entry != null
                && (claim.isOlderThan(entry)
                        || entry.releasedLeaseId == claim.leaseId()
                        || entry.wasRecalled
                        || entry.state != State.FREE && entry.state != State.DELAYED);
        if (isLentSince || claim.untilMs() <= nowMs || !isSame.test(claim.offset())) {
            return null;
        }
        if (entry == null) {
            entry = cursor.open(claim.offset());
        }
        entry.attempts = claim.attemptOf(entry);
        entry.lentAtMs = claim.lentAtMs();
        entry.leaseId = claim.leaseId();
        cursor.moveTo(entry, State.LEASED, claim.untilMs());
        return entry;
    }

    // ---- entries that somebody decides about later ----

    /** The entry, which is being settled, is held: no time ends that. */
    void hold(long offset) {
        OpenEntry entry = cursor.find(offset);
        entry.settling = null;
        cursor.moveTo(entry, State.HELD, 0);
    }

    /** Holds an entry as it was held before the broker was started; nothing happens when it is settled. */
    void holdAgain(Claim claim, LongPredicate isSame) {
        if (cursor.isSettled(claim.offset()) || !isSame.test(claim.offset())) {
            return;
        }
        OpenEntry known = cursor.find(claim.offset());
        OpenEntry entry = known != null ? known : cursor.open(claim.offset());
        entry.attempts = claim.attempt();
        entry.leaseId = claim.leaseId();
        cursor.moveTo(entry, State.HELD, 0);
    }

    /** Begins to settle an entry that is held for this lease; nothing happens when it is not held any more. */
    void settleHeld(Claim claim, CompletableFuture<Void> settling) {
        OpenEntry entry = cursor.find(claim.offset());
        if (entry != null && entry.state == State.HELD && entry.leaseId == claim.leaseId()) {
            entry.settling = settling;
            cursor.moveTo(entry, State.SETTLING, 0);
        }
    }

    /** Whether this very settlement of the entry is on its way. */
    boolean isSettling(long offset, CompletableFuture<Void> settling) {
        OpenEntry entry = cursor.find(offset);
        return entry != null && entry.settling == settling;
    }

    /** Deliveries of an entry that is open. */
    int attempts(long offset) {
        return cursor.find(offset).attempts;
    }

    /** The release of an entry, which was part of something larger, is in the log. */
    void released(Claim claim, long nowMs, long freeAtMs, int attemptsMax) {
        OpenEntry entry = cursor.find(claim.offset());
        entry.settling = null;
        entry.releasedLeaseId = claim.leaseId();
        cursor.comeBack(entry, nowMs, freeAtMs, attemptsMax);
    }

    /** The settlement of this entry is in the log. */
    void settled(long offset) {
        if (!cursor.isSettled(offset)) {
            cursor.markSettled(offset, offset + 1);
        }
    }

    /** The settlement could not be written: the lease goes on. */
    void notSettled(long offset, long nowMs, int attemptsMax) {
        OpenEntry entry = cursor.find(offset);
        if (entry == null || entry.settling == null) {
            return;
        }
        entry.settling = null;
        cursor.moveTo(entry, State.LEASED, entry.dueMs);
        if (entry.dueMs <= nowMs) {
            cursor.comeBack(entry, nowMs, nowMs, attemptsMax);
        }
    }

    /** The dead letter of an entry without attempts could not be stored: once more later. */
    void notBuried(long offset, long againAtMs) {
        OpenEntry entry = cursor.find(offset);
        if (entry != null) {
            entry.burials++;
            cursor.moveTo(entry, State.EXHAUSTED, againAtMs);
        }
    }
}
