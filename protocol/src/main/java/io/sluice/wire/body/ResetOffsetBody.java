package io.sluice.wire.body;

import io.sluice.wire.json.KeyStyle;
import java.util.Map;

/** Where each queue of a group continues after a reset. */
public record ResetOffsetBody(Map<QueueRef, Long> offsetTable) implements Body {

    /** Peers in other languages are known to expect the bare form of this one. */
    @Override
    public KeyStyle keyStyle() {
        return KeyStyle.BARE;
    }
}
