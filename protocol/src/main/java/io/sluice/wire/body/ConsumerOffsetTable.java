package io.sluice.wire.body;

import io.sluice.wire.json.JsonObject;
import io.sluice.wire.json.KeyStyle;
import java.util.Map;

/**
 * Offsets of all groups.
 *
 * @param offsetTable by {@code topic@group}, then by queue id
 */
public record ConsumerOffsetTable(
        Map<String, Map<Integer, Long>> offsetTable, DataVersion dataVersion, JsonObject groupTopicMap)
        implements Body {

    public ConsumerOffsetTable(Map<String, Map<Integer, Long>> offsetTable, DataVersion dataVersion) {
        this(offsetTable, dataVersion, new JsonObject());
    }

    /** Peers in other languages are known to expect the bare form of this one. */
    @Override
    public KeyStyle keyStyle() {
        return KeyStyle.BARE;
    }
}
