package io.sluice.wire.body;

import io.sluice.wire.json.KeyStyle;
import java.util.List;
import java.util.Map;

/**
 * How far all groups of a broker are behind.
 *
 * @param consumeStatsList per group one entry with one {@link ConsumeStats} per topic
 */
public record BrokerConsumeStats(
        String brokerAddr,
        List<Map<String, List<ConsumeStats>>> consumeStatsList,
        long totalDiff,
        long totalInflightDiff)
        implements Body {

    /** Peers in other languages are known to expect the bare form of this one. */
    @Override
    public KeyStyle keyStyle() {
        return KeyStyle.BARE;
    }
}
