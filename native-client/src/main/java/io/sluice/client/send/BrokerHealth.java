package io.sluice.client.send;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Brokers that could not be reached a moment ago and are left out while there are others. Any thread. Holds at most one
 * entry per broker name of the cluster.
 */
final class BrokerHealth {
    private static final long AVOID_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Map<String, Long> avoidUntil = new ConcurrentHashMap<>();
    private final LongSupplier nanoClock;

    BrokerHealth(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    boolean isWell(String brokerName) {
        Long until = avoidUntil.get(brokerName);
        return until == null || nanoClock.getAsLong() - until >= 0;
    }

    void failed(String brokerName) {
        avoidUntil.put(brokerName, nanoClock.getAsLong() + AVOID_NANOS);
    }

    void answered(String brokerName) {
        if (!avoidUntil.isEmpty()) {
            avoidUntil.remove(brokerName);
        }
    }
}
