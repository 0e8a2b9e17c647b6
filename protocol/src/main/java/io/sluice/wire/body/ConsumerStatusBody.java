package io.sluice.wire.body;

import io.sluice.wire.json.KeyStyle;
import java.util.Map;

/**
 * How far clients have consumed.
 *
 * @param consumerTable     per client id; what a broker answers
 * @param messageQueueTable what one client answers
 */
public record ConsumerStatusBody(Map<String, Map<QueueRef, Long>> consumerTable, Map<QueueRef, Long> messageQueueTable)
        implements Body {

    /** Peers in other languages are known to expect the bare form of this one. */
    @Override
    public KeyStyle keyStyle() {
        return KeyStyle.BARE;
    }
}
