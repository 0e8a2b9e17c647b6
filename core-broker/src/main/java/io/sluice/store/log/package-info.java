/**
 * The CommitLog: segments of records, appended by one writer at a time, read by many, made durable by the flusher.
 *
 * <p>Owner: whoever holds the append lock owns the write position; the log-flusher owns the flushed mark; the
 * segment-preparer makes room ahead of the writer. In: records to append. Out: byte positions and slices.
 * <br>Format: docs/formats/commit-log.md. Never here: what a topic means, who reads.
 */
package io.sluice.store.log;
