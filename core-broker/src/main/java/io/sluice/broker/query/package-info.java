/**
 * Finds single messages: by key, by id, by time.
 *
 * <p>Owner: nobody. In: questions of doors. Out: slices of the log with the hold that keeps them in place. Answers may wait
 * for the disk, so they come on the lane for queries. Never here: reading queues in order.
 */
package io.sluice.broker.query;
