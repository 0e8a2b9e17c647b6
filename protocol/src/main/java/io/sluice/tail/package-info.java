/**
 * Follows topics by reading their queues in turn: the tails of every port that can fetch and describe.
 *
 * <p>In: a {@link io.sluice.port.QueueReader}, a {@link io.sluice.port.TopicCatalog} and something that runs a step later.
 * Out: records to listeners, in queue order. Each followed queue is owned by one {@code FollowedQueue}, whose steps never
 * overlap. Never here: threads, sockets, files.
 */
package io.sluice.tail;
