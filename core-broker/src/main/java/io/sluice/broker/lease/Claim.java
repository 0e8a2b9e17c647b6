package io.sluice.broker.lease;

/**
 * What a receipt says of itself, after its signature was found right.
 *
 * @param offset      entry of the queue
 * @param leaseId     which lease of the entry
 * @param attempt     delivery that the lease was
 * @param untilMs     when the lease ends unless it was extended since, epoch milliseconds
 * @param fingerprint of the message, see {@link Receipts#fingerprint}
 */
record Claim(CursorKey key, long offset, long leaseId, int attempt, long untilMs, int fingerprint) {}
