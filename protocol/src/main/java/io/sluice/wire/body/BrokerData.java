package io.sluice.wire.body;

import io.sluice.wire.json.Absent;
import java.util.Map;
import java.util.Optional;

/**
 * One broker name and its addresses.
 *
 * @param brokerAddrs {@code host:port} by broker id; 0 is the primary
 */
public record BrokerData(
        String cluster,
        String brokerName,
        Map<Long, String> brokerAddrs,
        @Absent String zoneName,
        boolean enableActingMaster) {

    /** Id of the primary. */
    public static final long PRIMARY_ID = 0;

    public BrokerData(String cluster, String brokerName, Map<Long, String> brokerAddrs) {
        this(cluster, brokerName, brokerAddrs, "", false);
    }

    public Optional<String> primaryAddress() {
        return Optional.ofNullable(brokerAddrs.get(PRIMARY_ID));
    }
}
