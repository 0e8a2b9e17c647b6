package io.sluice.wire.body;

import io.sluice.wire.json.KeyStyle;
import java.util.Map;

/** Where the queues of a topic begin and end. */
public record TopicStatsTable(Map<QueueRef, TopicOffset> offsetTable, double topicPutTps) implements Body {

    /** @param lastUpdateTimestamp store time of the last message, epoch ms; 0 when there is none */
    public record TopicOffset(long minOffset, long maxOffset, long lastUpdateTimestamp) {}

    /** Peers in other languages are known to expect the bare form of this one. */
    @Override
    public KeyStyle keyStyle() {
        return KeyStyle.BARE;
    }
}
