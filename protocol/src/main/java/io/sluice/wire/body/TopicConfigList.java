package io.sluice.wire.body;

import java.util.List;

/** Topics to create or change. */
public record TopicConfigList(List<TopicConfig> topicConfigList) implements Body {}
