/**
 * Half messages: kept out of sight until their producer says what became of them, and asked about when it does not.
 *
 * <p>Owner: the {@code Transactions} object behind its lock owns which halves have ended; the {@code transaction-check} thread
 * asks producers and gives up. In: half messages in the log, decisions of producers. Out: committed messages in their topics,
 * op records, questions to producers, given-up halves in the discard topic.
 * <br>Format: docs/formats/transactions.md. Never here: how a decision or a question looks on the wire.
 */
package io.sluice.broker.transaction;
