/**
 * Lends messages for a while, settles them one by one, lends again what was not settled: the shared cursor.
 *
 * <p>Owner: a {@code LeaseDesk} behind its lock owns the cursors of one group on one topic and whoever waits there; the
 * {@code lease-journal} thread writes what was settled into the log, the {@code lease-keeper} thread serves who waits and
 * ends what is over, the {@code lease-snapshot} thread keeps the fold short. In: requests of the doors, arrivals. Out:
 * slices of the log with receipts, dead letters, progress of groups.
 * <br>Format: docs/formats/cursor-journal.md. Never here: how a receipt or a selector looks in some protocol, which topics
 * exist, who may read them.
 */
package io.sluice.broker.lease;
