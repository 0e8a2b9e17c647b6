package io.sluice.wire.body;

import io.sluice.wire.json.KeyStyle;
import java.util.Map;

/** Offsets of the delay levels, by level. */
public record DelayOffsetTable(Map<Integer, Long> offsetTable, DataVersion dataVersion) implements Body {

    /** Peers in other languages are known to expect the bare form of this one. */
    @Override
    public KeyStyle keyStyle() {
        return KeyStyle.BARE;
    }
}
