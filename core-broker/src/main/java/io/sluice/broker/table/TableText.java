package io.sluice.broker.table;

import io.sluice.wire.body.Body;
import io.sluice.wire.json.JsonForm;
import io.sluice.wire.json.JsonLimits;
import io.sluice.wire.json.JsonObject;
import io.sluice.wire.json.JsonReader;
import io.sluice.wire.json.KeyStyle;
import java.nio.charset.StandardCharsets;

/** Tables as the text of their files: the bodies by which the protocol carries the same tables, in strict JSON. */
public final class TableText {
    private static final String VERSION = "dataVersion";

    private TableText() {}

    /**
     * Reads a table of this or another broker; older ones write no version.
     *
     * @throws io.sluice.model.SluiceException when the text is no such table
     */
    public static <T extends Record & Body> T read(Class<T> type, String text) {
        JsonObject table = JsonReader.readObject(text.getBytes(StandardCharsets.UTF_8), JsonLimits.FILE);
        if (table.find(VERSION).isEmpty()) {
            table.put(VERSION, new JsonObject());
        }
        return JsonForm.of(type).read(table);
    }

    public static String write(Body table) {
        return new String(table.toJson(KeyStyle.QUOTED), StandardCharsets.UTF_8);
    }
}
