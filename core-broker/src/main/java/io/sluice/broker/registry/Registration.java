package io.sluice.broker.registry;

import java.util.Objects;

/**
 * Who registers.
 *
 * @param address   {@code ip:port} by which clients reach the broker
 * @param haAddress {@code ip:port} by which replicas would reach it
 * @param brokerId  0 for a primary
 */
public record Registration(String clusterName, String brokerName, long brokerId, String address, String haAddress) {
    public Registration {
        Objects.requireNonNull(clusterName, "clusterName");
        Objects.requireNonNull(brokerName, "brokerName");
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(haAddress, "haAddress");
    }
}
