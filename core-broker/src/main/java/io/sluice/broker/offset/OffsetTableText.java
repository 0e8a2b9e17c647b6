package io.sluice.broker.offset;

import io.sluice.broker.offset.OffsetTable.Reader;
import io.sluice.broker.table.DataVersion;
import io.sluice.model.SluiceException;
import io.sluice.wire.json.JsonLimits;
import io.sluice.wire.json.JsonObject;
import io.sluice.wire.json.JsonReader;
import io.sluice.wire.json.JsonWriter;
import io.sluice.wire.json.KeyStyle;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The file {@code consumerOffset.json}: {@code {"dataVersion":{},"offsetTable":{"TOPIC@GROUP":{"0":17}}}}. A member
 * {@code groupTopicMap}, which newer brokers write, says nothing more and is not kept. Whatever stands behind the first
 * {@code @} is the group, so keys that are no group's survive.
 */
public final class OffsetTableText {
    static final Comparator<Reader> ORDER = Comparator.comparing(Reader::topic).thenComparing(Reader::group);
    private static final char BETWEEN = '@';

    private final DataVersion version;
    private final Map<Reader, Map<Integer, Long>> offsets;

    OffsetTableText(DataVersion version, Map<Reader, Map<Integer, Long>> offsets) {
        this.version = Objects.requireNonNull(version, "version");
        this.offsets = offsets;
    }

    DataVersion version() {
        return version;
    }

    Map<Reader, Map<Integer, Long>> offsets() {
        return offsets;
    }

    /** @throws SluiceException when the text is no such table */
    public static OffsetTableText read(String text) {
        JsonObject table = JsonReader.readObject(text.getBytes(StandardCharsets.UTF_8), JsonLimits.FILE);
        Map<Reader, Map<Integer, Long>> offsets = new LinkedHashMap<>();
        JsonObject written = table.object("offsetTable");
        for (String key : written.names()) {
            int middle = key.indexOf(BETWEEN);
            if (middle < 1) {
                throw new SluiceException("offsetTable has the key '%s', expected topic@group".formatted(key));
            }
            JsonObject queues = written.object(key);
            Map<Integer, Long> ofReader = new TreeMap<>();
            queues.names().forEach(queueId -> ofReader.put(queueId(key, queueId), queues.number(queueId, 0)));
            offsets.put(new Reader(key.substring(0, middle), key.substring(middle + 1)), ofReader);
        }
        return new OffsetTableText(DataVersion.of(table), offsets);
    }

    private static int queueId(String key, String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException notANumber) {
            throw new SluiceException(
                    "offsetTable has the queue id '%s' under '%s', expected a number".formatted(text, key), notANumber);
        }
    }

    String write() {
        JsonWriter json = new JsonWriter(KeyStyle.QUOTED);
        json.beginObject();
        version.writeTo(json);
        json.name("offsetTable").beginObject();
        offsets.forEach((reader, ofReader) -> {
            json.name(reader.topic() + BETWEEN + reader.group()).beginObject();
            ofReader.forEach(
                    (queueId, next) -> json.nameOf(Integer.toString(queueId)).number(next));
            json.endObject();
        });
        json.endObject().endObject();
        return new String(json.toByteArray(), StandardCharsets.UTF_8);
    }
}
