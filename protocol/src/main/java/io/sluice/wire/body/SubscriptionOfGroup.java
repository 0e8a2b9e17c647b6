package io.sluice.wire.body;

import java.util.Optional;

/** What a group wants of one topic. */
public record SubscriptionOfGroup(String group, String topic, Optional<SubscriptionData> subscriptionData)
        implements Body {}
