package io.sluice.wire.body;

import io.sluice.wire.json.JsonObject;
import java.util.Map;
import java.util.Optional;

/**
 * The topics of a broker.
 *
 * @param mappingDataVersion of static topics, which Sluice does not have; the members for them are written empty
 */
public record TopicConfigTable(
        Map<String, TopicConfig> topicConfigTable,
        DataVersion dataVersion,
        Optional<DataVersion> mappingDataVersion,
        JsonObject topicQueueMappingDetailMap,
        JsonObject topicQueueMappingInfoMap)
        implements Body {

    public TopicConfigTable(Map<String, TopicConfig> topicConfigTable, DataVersion dataVersion) {
        this(
                topicConfigTable,
                dataVersion,
                Optional.of(new DataVersion(0, dataVersion.timestamp(), 0)),
                new JsonObject(),
                new JsonObject());
    }
}
