package io.sluice.broker.table;

import io.sluice.wire.json.JsonObject;
import io.sluice.wire.json.JsonWriter;

/**
 * The stamp of one state of a table; two states are the same exactly when their stamps are equal.
 *
 * @param counter      changes so far
 * @param stateVersion always 0 here; other brokers count their roles with it
 * @param timestamp    when the last change was made, epoch milliseconds
 */
public record DataVersion(long counter, long stateVersion, long timestamp) {
    public static final String MEMBER = "dataVersion";

    public static DataVersion first(long nowMs) {
        return new DataVersion(0, 0, nowMs);
    }

    public DataVersion next(long nowMs) {
        return new DataVersion(counter + 1, stateVersion, nowMs);
    }

    /** Reads the member {@code dataVersion} of a table's JSON; older files lack parts of it. */
    public static DataVersion of(JsonObject table) {
        JsonObject stamp = table.object(MEMBER);
        return new DataVersion(
                stamp.number("counter", 0), stamp.number("stateVersion", 0), stamp.number("timestamp", 0));
    }

    /** Writes the member {@code dataVersion}. */
    public void writeTo(JsonWriter json) {
        json.name(MEMBER).beginObject();
        json.name("counter").number(counter);
        json.name("stateVersion").number(stateVersion);
        json.name("timestamp").number(timestamp);
        json.endObject();
    }
}
