package io.sluice.broker.delay;

import io.sluice.broker.table.DataVersion;
import io.sluice.model.SluiceException;
import io.sluice.wire.json.JsonLimits;
import io.sluice.wire.json.JsonObject;
import io.sluice.wire.json.JsonReader;
import io.sluice.wire.json.JsonWriter;
import io.sluice.wire.json.KeyStyle;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** The file {@code delayOffset.json}: {@code {"dataVersion":{},"offsetTable":{"3":17}}}, next offset by level. */
public record DelayOffsetsText(DataVersion version, Map<Integer, Long> offsets) {
    public DelayOffsetsText {
        offsets = Map.copyOf(offsets);
    }

    /** @throws SluiceException when the text is no such table */
    public static DelayOffsetsText read(String text) {
        JsonObject table = JsonReader.readObject(text.getBytes(StandardCharsets.UTF_8), JsonLimits.FILE);
        JsonObject written = table.object("offsetTable");
        Map<Integer, Long> offsets = new TreeMap<>();
        for (String level : written.names()) {
            if (!level.matches("[0-9]{1,6}")) {
                throw new SluiceException("offsetTable has the level '%s', expected a number".formatted(level));
            }
            offsets.put(Integer.parseInt(level), written.number(level, 0));
        }
        return new DelayOffsetsText(DataVersion.of(table), offsets);
    }

    public String write() {
        JsonWriter json = new JsonWriter(KeyStyle.QUOTED);
        json.beginObject();
        version.writeTo(json);
        json.name("offsetTable").beginObject();
        new TreeMap<>(offsets).forEach((level, next) -> json.nameOf(Integer.toString(level)).number(next));
        json.endObject().endObject();
        return new String(json.toByteArray(), StandardCharsets.UTF_8);
    }
}
