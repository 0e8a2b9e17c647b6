/**
 * From the tail of the native topics to the inboxes of sessions: follow, match, hand over, and slow down when needed.
 *
 * <p>In: records from {@link io.sluice.port.Tails}, whichever door they came in by; subscriptions from sessions. Out:
 * deliveries in inboxes.
 * <br>Owners: {@link io.sluice.mqtt.deliver.TopicTails} owns which topics are followed, under its lock; each
 * {@link io.sluice.mqtt.deliver.Inbox} owns its queue, under its lock. Records are matched on the threads of the port.
 * <br>Never here: packets, sockets, packet identifiers.
 */
package io.sluice.mqtt.deliver;
