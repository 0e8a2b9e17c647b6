/**
 * Reads queues by offset, and waits when there is nothing to read.
 *
 * <p>Owner: the {@code parking-lot} thread retries and times out waiting reads; a waiting read holds no thread. In: reads
 * of the doors, arrivals from the store. Out: slices of the log with the hold that keeps them in place.
 * <br>Never here: how a pull looks on the wire, where a group stands.
 */
package io.sluice.broker.pull;
