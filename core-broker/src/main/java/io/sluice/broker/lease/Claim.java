package io.sluice.broker.lease;

import io.sluice.wire.message.MessageView;

/**
 * What a receipt says of itself, after it was found to be one of this store.
 *
 * @param offset      entry of the queue; of several the first
 * @param count       how many entries, one after the other
 * @param leaseId     which lease of the entry
 * @param attempt     delivery that the lease was; 0 when the receipt does not say, as a {@link PopHandle} does not
 * @param untilMs     when the lease ends unless it was extended since, epoch milliseconds
 * @param witness     the entry whose message has the fingerprint: the last of those that were lent together. When it is
 *                    still there, so are those before it, since a log only ever loses its end
 * @param fingerprint of a message, see {@link Receipts#fingerprint}; meaningless without an attempt
 * @param lentAtMs    when the lease began, epoch milliseconds; told only where the attempt is not
 */
record Claim(
        CursorKey key,
        long offset,
        int count,
        long leaseId,
        int attempt,
        long untilMs,
        long witness,
        int fingerprint,
        long lentAtMs) {
    static Claim signed(CursorKey key, long offset, long leaseId, int attempt, long untilMs, int fingerprint) {
        return new Claim(key, offset, 1, leaseId, attempt, untilMs, offset, fingerprint, 0);
    }

    /** @param fingerprint of the last message */
    static Claim signedRun(
            CursorKey key, long offset, int count, long leaseId, int attempt, long untilMs, int fingerprint) {
        return new Claim(key, offset, count, leaseId, attempt, untilMs, offset + count - 1, fingerprint, 0);
    }

    /** Some of its entries, by their places. */
    Claim part(int place, int messages) {
        if (place < 0 || messages < 1 || place > count - messages) {
            throw new IllegalArgumentException("places %d to %d of %d".formatted(place, place + messages, count));
        }
        return new Claim(key, offset + place, messages, leaseId, attempt, untilMs, witness, fingerprint, lentAtMs);
    }

    long end() {
        return offset + count;
    }

    static Claim popped(CursorKey key, PopHandle handle) {
        return new Claim(
                key, handle.offset(), 1, handle.leaseId(), 0, handle.untilMs(), handle.offset(), 0, handle.popTimeMs());
    }

    boolean isPopped() {
        return attempt == 0;
    }

    /** Whether the message that stands at the witness now can be the one that was lent. */
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
        return new Claim(key, offset, count, leaseId, attempt, newUntilMs, witness, fingerprint, lentAtMs);
    }
}
