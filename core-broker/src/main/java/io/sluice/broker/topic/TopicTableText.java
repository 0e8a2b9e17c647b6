package io.sluice.broker.topic;

import io.sluice.broker.table.DataVersion;
import io.sluice.model.TopicName;
import io.sluice.wire.json.JsonLimits;
import io.sluice.wire.json.JsonObject;
import io.sluice.wire.json.JsonReader;
import io.sluice.wire.json.JsonWriter;
import io.sluice.wire.json.KeyStyle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The file {@code topics.json}: {@code {"dataVersion":{},"topicConfigTable":{"NAME":{}}}}. Brokers of the 4.9 line write no
 * attributes and no state version.
 */
public record TopicTableText(DataVersion version, List<TopicConfig> topics) {
    public TopicTableText {
        Objects.requireNonNull(version, "version");
        topics = List.copyOf(topics);
    }

    /** @throws io.sluice.model.SluiceException when the text is no such table */
    public static TopicTableText read(String text) {
        JsonObject table = JsonReader.readObject(text.getBytes(StandardCharsets.UTF_8), JsonLimits.FILE);
        List<TopicConfig> topics = new ArrayList<>();
        JsonObject configs = table.object("topicConfigTable");
        for (String name : configs.names()) {
            topics.add(topic(name, configs.object(name)));
        }
        return new TopicTableText(DataVersion.of(table), topics);
    }

    private static TopicConfig topic(String name, JsonObject config) {
        Map<String, String> attributes = new LinkedHashMap<>();
        JsonObject written = config.object("attributes");
        written.names().forEach(attribute -> attributes.put(attribute, written.text(attribute)));
        return new TopicConfig(
                new TopicName(config.text("topicName", name)),
                config.integer("readQueueNums", 0),
                config.integer("writeQueueNums", 0),
                config.integer("perm", Permission.READ_WRITE),
                config.integer("topicSysFlag", 0),
                config.text("topicFilterType", TopicConfig.SINGLE_TAG),
                config.bool("order", false),
                attributes);
    }

    public String write() {
        JsonWriter json = new JsonWriter(KeyStyle.QUOTED);
        json.beginObject();
        version.writeTo(json);
        json.name("topicConfigTable").beginObject();
        for (TopicConfig topic : topics) {
            json.name(topic.name().value()).beginObject();
            json.name("attributes").beginObject();
            topic.attributes().forEach((name, value) -> json.name(name).text(value));
            json.endObject();
            json.name("order").bool(topic.ordered());
            json.name("perm").number(topic.perm());
            json.name("readQueueNums").number(topic.readQueues());
            json.name("topicFilterType").text(topic.filterType());
            json.name("topicName").text(topic.name().value());
            json.name("topicSysFlag").number(topic.sysFlag());
            json.name("writeQueueNums").number(topic.writeQueues());
            json.endObject();
        }
        json.endObject().endObject();
        return new String(json.toByteArray(), StandardCharsets.UTF_8);
    }
}
