package io.sluice.namesrv.route;

import io.sluice.wire.body.TopicConfigTable;
import java.util.Objects;

/**
 * What a broker says of itself.
 *
 * @param brokerId     0 for the primary of its name, 1.. for replicas
 * @param silenceMs    how long it may stay silent; 0: the bound of the name server
 * @param actingMaster whether a replica may stand in for the primary
 * @param origin       the connection it came by
 */
public record Registration(
        BrokerAddress address,
        String brokerName,
        long brokerId,
        String haServerAddr,
        String zoneName,
        long silenceMs,
        ActingMaster actingMaster,
        TopicConfigTable topics,
        Origin origin) {

    /** The wish of a broker about standing in; brokers before 5.0 say nothing of it. */
    public enum ActingMaster {
        UNSAID,
        NO,
        YES
    }

    public Registration {
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(topics, "topics");
        Objects.requireNonNull(origin, "origin");
        if (brokerName.isEmpty() || brokerId < 0) {
            throw new IllegalArgumentException(
                    "a broker needs a name and an id of 0 or more, not '%s' and %d".formatted(brokerName, brokerId));
        }
    }

    boolean isPrimary() {
        return brokerId == 0;
    }
}
