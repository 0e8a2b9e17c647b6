/**
 * Sends: which queue, which form, how often, and how many at once.
 *
 * <p>Owner: one event loop of the client owns the lanes, one per queue, with what waits and what is under way; {@code Sender}
 * the bytes under way and the list of brokers to avoid, for any thread.
 * <br>In: messages with a wish for their queue. Out: where they were stored, or why not and whether that is certain.
 * <br>Spec: docs/doors/native-client.md, "Sending". Never here: consumers, blocking a thread of the client.
 */
package io.sluice.client.send;
