package io.sluice.wire.body;

import java.util.Set;

/** Queues that an ordered consumer locks or unlocks. */
public record LockRequest(String consumerGroup, String clientId, Set<QueueRef> mqSet, boolean onlyThisBroker)
        implements Body {}
