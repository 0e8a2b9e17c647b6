package io.sluice.wire.body;

import java.util.Map;

/** All consumer groups of a broker. */
public record SubscriptionGroupTable(
        Map<String, SubscriptionGroupConfig> subscriptionGroupTable,
        Map<String, Map<String, Integer>> forbiddenTable,
        DataVersion dataVersion)
        implements Body {}
