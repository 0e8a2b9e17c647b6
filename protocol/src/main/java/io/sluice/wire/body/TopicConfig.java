package io.sluice.wire.body;

import io.sluice.wire.json.Absent;
import io.sluice.wire.json.JsonException;
import io.sluice.wire.json.JsonObject;
import io.sluice.wire.json.JsonReader;
import io.sluice.wire.json.JsonWriter;
import io.sluice.wire.json.KeyStyle;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Settings of a topic.
 *
 * @param perm            bits, see {@link #PERM_READ} and its neighbours
 * @param topicFilterType {@code SINGLE_TAG} or {@code MULTI_TAG}
 * @param order           whether it is an ordered topic
 */
public record TopicConfig(
        String topicName,
        @Absent("16") int readQueueNums,
        @Absent("16") int writeQueueNums,
        @Absent("6") int perm,
        @Absent("SINGLE_TAG") String topicFilterType,
        int topicSysFlag,
        boolean order,
        Map<String, String> attributes)
        implements Body {
    public static final int PERM_INHERIT = 1;
    public static final int PERM_WRITE = 2;
    public static final int PERM_READ = 4;
    public static final String SINGLE_TAG = "SINGLE_TAG";

    private static final int TEXT_PARTS_MIN = 5;
    private static final int TEXT_PARTS = 6;

    public TopicConfig(String topicName, int readQueueNums, int writeQueueNums, int perm) {
        this(topicName, readQueueNums, writeQueueNums, perm, SINGLE_TAG, 0, false, Map.of());
    }

    public boolean isReadable() {
        return (perm & PERM_READ) != 0;
    }

    public boolean isWritable() {
        return (perm & PERM_WRITE) != 0;
    }

    public TopicConfig withPerm(int other) {
        return new TopicConfig(
                topicName, readQueueNums, writeQueueNums, other, topicFilterType, topicSysFlag, order, attributes);
    }

    /** The form of the deflated register body: {@code name readQueues writeQueues perm filterType attributes}. */
    String toText() {
        JsonWriter json = new JsonWriter(KeyStyle.QUOTED).beginObject();
        attributes.forEach((name, value) -> json.name(name).text(value));
        json.endObject();
        return String.join(
                " ",
                topicName,
                Integer.toString(readQueueNums),
                Integer.toString(writeQueueNums),
                Integer.toString(perm),
                topicFilterType,
                new String(json.toByteArray(), StandardCharsets.UTF_8));
    }

    static TopicConfig ofText(String text) {
        String[] parts = text.split(" ", TEXT_PARTS);
        if (parts.length < TEXT_PARTS_MIN) {
            throw new JsonException("a topic of a deflated register body has %d parts, expected at least %d"
                    .formatted(parts.length, TEXT_PARTS_MIN));
        }
        try {
            return new TopicConfig(
                    parts[0],
                    Integer.parseInt(parts[1]),
                    Integer.parseInt(parts[2]),
                    Integer.parseInt(parts[3]),
                    parts[4],
                    0,
                    false,
                    parts.length < TEXT_PARTS ? Map.of() : attributes(parts[5]));
        } catch (NumberFormatException wrong) {
            throw new JsonException("a topic of a deflated register body has a damaged number", wrong);
        }
    }

    private static Map<String, String> attributes(String json) {
        if (json.isBlank() || json.equals("null")) {
            return Map.of();
        }
        JsonObject object = JsonReader.readObject(json.getBytes(StandardCharsets.UTF_8));
        Map<String, String> attributes = new LinkedHashMap<>();
        object.names().forEach(name -> attributes.put(name, object.text(name)));
        return Map.copyOf(attributes);
    }
}
