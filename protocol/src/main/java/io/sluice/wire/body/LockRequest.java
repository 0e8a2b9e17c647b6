package io.sluice.wire.body;

import java.util.Set;

/**
 * Queues that a consumer locks or unlocks.
 *
 * @param consumerGroup behind {@link #HAND_OVER}: who reads the queues now, in concurrent consumption, so that the next member
 *                      waits until they are given up; otherwise of an ordered consumer
 */
public record LockRequest(String consumerGroup, String clientId, Set<QueueRef> mqSet, boolean onlyThisBroker)
        implements Body {
    /** To brokers, locks of the group itself mean ordered consumption, so these are held under a name of their own. */
    public static final String HAND_OVER = "%HANDOVER%";
}
