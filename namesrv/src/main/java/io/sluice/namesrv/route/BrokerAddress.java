package io.sluice.namesrv.route;

/** One broker process. */
public record BrokerAddress(String cluster, String address) {
    public BrokerAddress {
        if (cluster.isEmpty() || address.isEmpty()) {
            throw new IllegalArgumentException("a broker needs a cluster and an address");
        }
    }
}
