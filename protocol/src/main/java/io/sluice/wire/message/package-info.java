/**
 * The one message layout, shared by the CommitLog and the answers to reads.
 *
 * <p>In: values to encode, or slices of the log. Out: record bytes, or fields read in place.
 * <br>Format: docs/formats/commit-log.md. Never here: where a record lies or who asked for it.
 */
package io.sluice.wire.message;
