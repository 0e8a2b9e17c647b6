package io.sluice.wire.body;

import io.sluice.wire.json.KeyStyle;
import java.util.Map;
import java.util.Set;

/** All brokers of all clusters. */
public record ClusterInfo(Map<String, BrokerData> brokerAddrTable, Map<String, Set<String>> clusterAddrTable)
        implements Body {

    /** Peers in other languages are known to expect the bare form of this one. */
    @Override
    public KeyStyle keyStyle() {
        return KeyStyle.BARE;
    }
}
