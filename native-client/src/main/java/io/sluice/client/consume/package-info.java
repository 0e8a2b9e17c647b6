/**
 * Reading for a group: pull loops with flow control, delivery to a listener, and what becomes of each message.
 *
 * <p>Owner: the client's clock owns which queues are read; a {@code QueueBuffer} owns what is held of one queue; the
 * consumer's own threads run the listener.
 * <br>In: queues that are this member's, stored messages. Out: calls of the listener, stored offsets, messages sent back.
 * <br>Spec: docs/doors/native-client.md, "Consuming". Never here: how the queues are shared out.
 */
package io.sluice.client.consume;
