package io.sluice.client.send;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Brokers that could not be reached a moment ago, or took long to answer, and are left out while there are others: the longer
 * the answer took, the longer. Any thread. Holds at most one entry per broker name of the cluster.
 */
final class BrokerHealth {
    private static final long AVOID_NANOS = Duration.ofSeconds(10).toNanos();
    /** An answer that took less costs nothing. */
    private static final long SLOW_NANOS = Duration.ofMillis(550).toNanos();
    /** From which duration of an answer a broker is left out how long. The longest that fits counts. */
    private static final long[][] SLOWNESS = {
        {SLOW_NANOS, Duration.ofSeconds(2).toNanos()},
        {Duration.ofMillis(1_800).toNanos(), Duration.ofSeconds(5).toNanos()},
        {Duration.ofSeconds(3).toNanos(), Duration.ofSeconds(6).toNanos()},
        {Duration.ofSeconds(5).toNanos(), AVOID_NANOS},
        {Duration.ofSeconds(15).toNanos(), Duration.ofSeconds(30).toNanos()},
    };

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

    /** @param tookNanos from the frame to its answer */
    void answered(String brokerName, long tookNanos) {
        if (tookNanos >= SLOW_NANOS) {
            avoidUntil.put(brokerName, nanoClock.getAsLong() + avoidFor(tookNanos));
        } else if (!avoidUntil.isEmpty()) {
            avoidUntil.remove(brokerName);
        }
    }

    private static long avoidFor(long tookNanos) {
        long nanos = 0;
        for (long[] step : SLOWNESS) {
            nanos = tookNanos >= step[0] ? step[1] : nanos;
        }
        return nanos;
    }
}
