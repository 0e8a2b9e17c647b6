package io.sluice.broker.group;

import io.sluice.broker.table.DataVersion;
import io.sluice.model.GroupName;
import io.sluice.wire.json.JsonLimits;
import io.sluice.wire.json.JsonObject;
import io.sluice.wire.json.JsonReader;
import io.sluice.wire.json.JsonValue;
import io.sluice.wire.json.JsonWriter;
import io.sluice.wire.json.KeyStyle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The file {@code subscriptionGroup.json}: {@code {"dataVersion":{},"forbiddenTable":{},"subscriptionGroupTable":{"NAME":{}}}}.
 *
 * @param forbidden the member {@code forbiddenTable}, carried unchanged
 */
public record GroupConfigText(DataVersion version, List<GroupConfig> groups, JsonObject forbidden) {
    public GroupConfigText {
        Objects.requireNonNull(version, "version");
        Objects.requireNonNull(forbidden, "forbidden");
        groups = List.copyOf(groups);
    }

    /** @throws io.sluice.model.SluiceException when the text is no such table */
    public static GroupConfigText read(String text) {
        JsonObject table = JsonReader.readObject(text.getBytes(StandardCharsets.UTF_8), JsonLimits.FILE);
        List<GroupConfig> groups = new ArrayList<>();
        JsonObject written = table.object("subscriptionGroupTable");
        written.names().forEach(name -> groups.add(group(name, written.object(name))));
        return new GroupConfigText(DataVersion.of(table), groups, table.object("forbiddenTable"));
    }

    /**
     * One group's settings; what is not said is as for a group that appears by itself.
     *
     * @param name used when the object does not name the group
     */
    public static GroupConfig group(String name, JsonObject config) {
        GroupConfig usual = GroupConfig.of(new GroupName(config.text("groupName", name)));
        Map<String, String> attributes = new LinkedHashMap<>();
        JsonObject written = config.object("attributes");
        written.names().forEach(attribute -> attributes.put(attribute, written.text(attribute)));
        return new GroupConfig(
                usual.name(),
                config.bool("consumeEnable", usual.consumeEnable()),
                config.bool("consumeFromMinEnable", usual.consumeFromMinEnable()),
                config.bool("consumeBroadcastEnable", usual.consumeBroadcastEnable()),
                config.bool("consumeMessageOrderly", usual.consumeOrderly()),
                config.integer("retryQueueNums", usual.retryQueues()),
                config.integer("retryMaxTimes", usual.retryMaxTimes()),
                config.number("brokerId", usual.brokerId()),
                config.number("whichBrokerWhenConsumeSlowly", usual.brokerIdWhenSlow()),
                config.bool("notifyConsumerIdsChangedEnable", usual.notifyChanges()),
                config.integer("groupSysFlag", usual.sysFlag()),
                config.integer("consumeTimeoutMinute", usual.consumeTimeoutMinutes()),
                config.find("groupRetryPolicy").map(GroupConfigText::json).orElse(usual.retryPolicy()),
                attributes);
    }

    private static String json(JsonValue value) {
        return new String(new JsonWriter(KeyStyle.QUOTED).value(value).toByteArray(), StandardCharsets.UTF_8);
    }

    public String write() {
        JsonWriter json = new JsonWriter(KeyStyle.QUOTED);
        json.beginObject();
        version.writeTo(json);
        json.name("forbiddenTable").value(forbidden);
        json.name("subscriptionGroupTable").beginObject();
        groups.forEach(group -> writeGroup(group, json.name(group.name().value())));
        json.endObject().endObject();
        return new String(json.toByteArray(), StandardCharsets.UTF_8);
    }

    /** Writes one group's settings as an object. */
    public static void writeGroup(GroupConfig group, JsonWriter json) {
        json.beginObject();
        json.name("attributes").beginObject();
        group.attributes().forEach((name, value) -> json.name(name).text(value));
        json.endObject();
        json.name("brokerId").number(group.brokerId());
        json.name("consumeBroadcastEnable").bool(group.consumeBroadcastEnable());
        json.name("consumeEnable").bool(group.consumeEnable());
        json.name("consumeFromMinEnable").bool(group.consumeFromMinEnable());
        json.name("consumeMessageOrderly").bool(group.consumeOrderly());
        json.name("consumeTimeoutMinute").number(group.consumeTimeoutMinutes());
        json.name("groupName").text(group.name().value());
        json.name("groupRetryPolicy")
                .value(JsonReader.read(group.retryPolicy().getBytes(StandardCharsets.UTF_8), JsonLimits.DEFAULT));
        json.name("groupSysFlag").number(group.sysFlag());
        json.name("notifyConsumerIdsChangedEnable").bool(group.notifyChanges());
        json.name("retryMaxTimes").number(group.retryMaxTimes());
        json.name("retryQueueNums").number(group.retryQueues());
        json.name("whichBrokerWhenConsumeSlowly").number(group.brokerIdWhenSlow());
        json.endObject();
    }
}
