package io.sluice.wire.body;

import java.util.Map;
import java.util.Set;

/** Who consumes in a group, and what. The three texts are as in {@link HeartbeatData.ConsumerData}. */
public record ConsumerConnection(
        Set<ConnectionData> connectionSet,
        Map<String, SubscriptionData> subscriptionTable,
        String consumeType,
        String messageModel,
        String consumeFromWhere)
        implements Body {}
