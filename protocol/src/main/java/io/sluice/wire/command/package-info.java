/**
 * What every request code means: its header as a record, and one table from code to record.
 *
 * <p>In: frames and records. Out: records and frames. A row names the record of the request and, where codes share a
 * record, how its fields are called on the wire.
 * <br>A component is required unless it is marked {@link io.sluice.wire.json.Absent}; an absent text is the empty text.
 * Codes that Sluice does not answer are in {@link io.sluice.wire.command.RefusedCodes} with the reason.
 * <br>Never here: bodies (see {@code io.sluice.wire.body}), connections, what a broker does with a command.
 */
package io.sluice.wire.command;
