package io.sluice.broker.topic;

import io.sluice.wire.body.Body;
import io.sluice.wire.body.DataVersion;
import io.sluice.wire.body.TopicConfig;
import java.util.Map;
import java.util.Objects;

/** The file {@code topics.json}: every topic by name, and the version of the table. */
public record TopicsFile(Map<String, TopicConfig> topicConfigTable, DataVersion dataVersion) implements Body {
    public TopicsFile {
        Objects.requireNonNull(topicConfigTable, "topicConfigTable");
        Objects.requireNonNull(dataVersion, "dataVersion");
    }
}
