package io.sluice.wire.body;

import io.sluice.wire.json.Absent;

/** A client asks whether its subscription can be served. */
public record ClientConfigCheck(
        String clientId,
        String group,
        SubscriptionData subscriptionData,
        @Absent String namespace) implements Body {}
