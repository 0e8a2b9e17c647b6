/**
 * ConsumeQueues: from entry number to place in the log.
 *
 * <p>Everything here is derived from the log and can be rebuilt from it. In: entries in log order. Out: entries by number.
 * <br>Format: docs/formats/consume-queue.md. Never here: the records themselves.
 */
package io.sluice.store.queue;
