/**
 * What an operator sees of this process through HTTP: whether it is healthy, and the metrics of this door.
 *
 * <p>Owner: the counters, which any thread may add to. In: calls that are over, messages that passed. Out: health answers
 * and Prometheus text. Never here: what the broker counts for itself.
 */
package io.sluice.http.observe;
