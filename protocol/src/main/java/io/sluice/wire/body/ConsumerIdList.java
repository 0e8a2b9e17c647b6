package io.sluice.wire.body;

import java.util.List;

/** Members of a group that are online. */
public record ConsumerIdList(List<String> consumerIdList) implements Body {}
