package io.sluice.wire.body;

import io.sluice.wire.json.KeyStyle;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * All brokers of all clusters.
 *
 * @param away names of brokers that went without taking leave, so that they may come back; Sluice's own, absent when there are none
 */
public record ClusterInfo(
        Map<String, BrokerData> brokerAddrTable, Map<String, Set<String>> clusterAddrTable, Optional<Set<String>> away)
        implements Body {

    /** Everybody is there. */
    public ClusterInfo(Map<String, BrokerData> brokerAddrTable, Map<String, Set<String>> clusterAddrTable) {
        this(brokerAddrTable, clusterAddrTable, Optional.empty());
    }

    public Set<String> awayBrokers() {
        return away.orElse(Set.of());
    }

    /** Peers in other languages are known to expect the bare form of this one. */
    @Override
    public KeyStyle keyStyle() {
        return KeyStyle.BARE;
    }
}
