package io.sluice.broker.lease;

import io.sluice.wire.message.MessageView;

/**
 * What a receipt says of itself, after it was found to be one of this store.
 *
 * @param offset      entry of the queue
 * @param leaseId     which lease of the entry
 * @param attempt     delivery that the lease was; 0 when the receipt does not say, as a {@link PopHandle} does not
 * @param untilMs     when the lease ends unless it was extended since, epoch milliseconds
 * @param fingerprint of the message, see {@link Receipts#fingerprint}; meaningless without an attempt
 * @param lentAtMs    when the lease began, epoch milliseconds; told only where the attempt is not
 */
record Claim(CursorKey key, long offset, long leaseId, int attempt, long untilMs, int fingerprint, long lentAtMs) {
    static Claim signed(CursorKey key, long offset, long leaseId, int attempt, long untilMs, int fingerprint) {
        return new Claim(key, offset, leaseId, attempt, untilMs, fingerprint, 0);
    }

    static Claim popped(CursorKey key, PopHandle handle) {
        return new Claim(key, handle.offset(), handle.leaseId(), 0, handle.untilMs(), 0, handle.popTimeMs());
    }

    boolean isPopped() {
        return attempt == 0;
    }

    /** Whether the message that stands at the offset now can be the one that was lent. */
    boolean isOf(MessageView message) {
        return isPopped() ? message.storedAtMs() <= lentAtMs : Receipts.fingerprint(message) == fingerprint;
    }

    /** Whether this lease is not the last that the entry was given. */
    boolean isOlderThan(OpenEntry entry) {
        return isPopped() ? entry.lentAtMs >= lentAtMs : entry.attempts >= attempt;
    }

    /** Which delivery the lease was, for an entry that was not lent since. */
    int attemptOf(OpenEntry entry) {
        return isPopped() ? entry.attempts + 1 : attempt;
    }

    Claim until(long newUntilMs) {
        return signed(key, offset, leaseId, attempt, newUntilMs, fingerprint);
    }
}
