package io.sluice.wire.body;

import java.util.List;

/** Groups to create or change. */
public record SubscriptionGroupList(List<SubscriptionGroupConfig> groupConfigList) implements Body {}
