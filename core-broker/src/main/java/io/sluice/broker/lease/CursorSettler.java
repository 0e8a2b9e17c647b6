package io.sluice.broker.lease;

import io.sluice.broker.lease.OpenEntry.State;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

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
        /** Begun now: it is in force when the entry's {@code settling} completes. */
        STARTED,
        /** Begun before, by whoever: it is in force when the entry's {@code settling} completes. */
        JOINED,
        /** Done now. */
        DONE,
        /** The lease had ended. */
        OVER
    }

    /** Told what became of an acknowledgement: of each stretch of its entries, in order. */
    @FunctionalInterface
    interface Stretches {
        /** @param before of the settlement that was begun before, when it was; else {@code null} */
        void tell(long from, long to, Answer answer, CompletableFuture<Void> before);
    }

    /**
     * Begins to settle.
     *
     * @param settling completes when the settlement is in force
     * @param isSame   whether the message is still the one that was lent; asked when the lease is not known
     */
    void acknowledge(
            Claim claim, long nowMs, CompletableFuture<Void> settling, BooleanSupplier isSame, Stretches told) {
        long at = claim.offset();
        while (at < claim.end()) {
            long next = Math.min(claim.end(), at < cursor.low() ? cursor.low() : cursor.nextUnsettled(at));
            if (next > at) {
                told.tell(at, next, Answer.ALREADY, null);
                at = next;
                continue;
            }
            OpenEntry entry = cursor.covering(at);
            next = entry == null ? at + 1 : Math.min(claim.end(), entry.end());
            if (entry != null && entry.settling == null && isHeldBy(claim, entry, nowMs)) {
                OpenEntry part = cursor.part(entry, at, next);
                part.settling = settling;
                cursor.moveTo(part, State.SETTLING, part.dueMs);
                told.tell(at, next, Answer.STARTED, null);
            } else if (entry != null && entry.settling != null) {
                told.tell(at, next, Answer.JOINED, entry.settling);
            } else {
                next = at + 1;
                told.tell(at, next, begin(State.SETTLING, claim, at, nowMs, settling, isSame), null);
            }
            at = next;
        }
    }

    /** Begins to bury one entry, see {@link #acknowledge}. */
    Answer reject(Claim claim, long nowMs, CompletableFuture<Void> settling, BooleanSupplier isSame) {
        return begin(State.BURYING, claim, claim.offset(), nowMs, settling, isSame);
    }

    private Answer begin(
            State state,
            Claim claim,
            long offset,
            long nowMs,
            CompletableFuture<Void> settling,
            BooleanSupplier isSame) {
        if (cursor.isSettled(offset)) {
            return Answer.ALREADY;
        }
        OpenEntry known = cursor.find(offset);
        if (known != null && known.settling != null) {
            return Answer.JOINED;
        }
        OpenEntry entry = heldBy(claim, offset, nowMs, isSame);
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
    Answer extend(Claim claim, long nowMs, long untilMs, long leaseId, BooleanSupplier isSame) {
        OpenEntry entry = cursor.isSettled(claim.offset()) ? null : heldBy(claim, claim.offset(), nowMs, isSame);
        if (entry == null) {
            return Answer.OVER;
        }
        entry.leaseId = leaseId;
        cursor.moveTo(entry, State.LEASED, untilMs);
        return Answer.DONE;
    }

    /** @param freeAtMs not before the present: at once */
    Answer release(Claim claim, long nowMs, long freeAtMs, int attemptsMax, BooleanSupplier isSame) {
        return endLease(claim, nowMs, freeAtMs, attemptsMax, true, isSame);
    }

    /** Ends the lease at once, as if it had never been given. */
    Answer giveBack(Claim claim, long nowMs, int attemptsMax, BooleanSupplier isSame) {
        return endLease(claim, nowMs, nowMs, attemptsMax, false, isSame);
    }

    private Answer endLease(
            Claim claim, long nowMs, long freeAtMs, int attemptsMax, boolean counts, BooleanSupplier isSame) {
        if (cursor.isSettled(claim.offset())) {
            return Answer.OVER;
        }
        OpenEntry known = cursor.find(claim.offset());
        if (known != null && known.releasedLeaseId == claim.leaseId()) {
            return Answer.ALREADY;
        }
        OpenEntry entry = heldBy(claim, claim.offset(), nowMs, isSame);
        if (entry == null) {
            return Answer.OVER;
        }
        entry.releasedLeaseId = claim.leaseId();
        if (!counts) {
            entry.attempts--;
            entry.wasRecalled = true;
        }
        cursor.comeBack(entry, nowMs, freeAtMs, attemptsMax);
        return Answer.DONE;
    }

    /**
     * The entry when the claim's lease is in force. A lease that the cursor does not know was given before the broker was
     * started last; it is in force until its end unless the entry was lent since.
     */
    private OpenEntry heldBy(Claim claim, long offset, long nowMs, BooleanSupplier isSame) {
        OpenEntry entry = cursor.find(offset);
        if (entry != null && entry.state == State.LEASED && entry.leaseId == claim.leaseId()) {
            return isHeldBy(claim, entry, nowMs) ? entry : null;
        }
        boolean isLentSince = entry != null
                && (claim.isOlderThan(entry)
                        || entry.releasedLeaseId == claim.leaseId()
                        || entry.wasRecalled
                        || entry.state != State.FREE && entry.state != State.DELAYED);
        if (isLentSince || claim.untilMs() <= nowMs || !isSame.getAsBoolean()) {
            return null;
        }
        if (entry == null) {
            entry = cursor.open(offset);
        }
        entry.attempts = claim.attemptOf(entry);
        entry.lentAtMs = claim.lentAtMs();
        entry.leaseId = claim.leaseId();
        cursor.moveTo(entry, State.LEASED, claim.untilMs());
        return entry;
    }

    private static boolean isHeldBy(Claim claim, OpenEntry entry, long nowMs) {
        return entry.state == State.LEASED && entry.leaseId == claim.leaseId() && entry.dueMs > nowMs;
    }

    // ---- entries that somebody decides about later ----

    /** The entries, which are being settled, are held: no time ends that. */
    void hold(Claim claim) {
        for (OpenEntry entry : cursor.settling(claim.offset(), claim.end())) {
            entry.settling = null;
            cursor.moveTo(entry, State.HELD, 0);
        }
    }

    /**
     * Holds an entry as it was held before the broker was started; nothing happens when it is settled. Of several claims on one entry the
     * last holds it.
     *
     * @param isOther whether another message stands there for sure
     */
    void holdAgain(Claim claim, BooleanSupplier isOther) {
        if (cursor.isSettled(claim.offset()) || isOther.getAsBoolean()) {
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

    /** The settlement of these entries is in the log. */
    void settled(long from, long to) {
        cursor.markSettled(from, to);
    }

    /** The settlement of these entries could not be written: their leases go on. */
    void notSettled(long from, long to, long nowMs, int attemptsMax) {
        for (OpenEntry entry : cursor.settling(from, to)) {
            entry.settling = null;
            cursor.moveTo(entry, State.LEASED, entry.dueMs);
            if (entry.dueMs <= nowMs) {
                cursor.comeBack(entry, nowMs, nowMs, attemptsMax);
            }
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
