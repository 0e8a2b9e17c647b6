package io.sluice.wire.body;

import io.sluice.wire.json.KeyStyle;
import java.util.Map;

/** How far a group is behind. */
public record ConsumeStats(Map<QueueRef, OffsetWrapper> offsetTable, double consumeTps) implements Body {

    /**
     * @param pullOffset    how far was pulled
     * @param lastTimestamp store time of the last message consumed, epoch ms; 0 when unknown
     */
    public record OffsetWrapper(long brokerOffset, long consumerOffset, long pullOffset, long lastTimestamp) {}

    /** Peers in other languages are known to expect the bare form of this one. */
    @Override
    public KeyStyle keyStyle() {
        return KeyStyle.BARE;
    }
}
