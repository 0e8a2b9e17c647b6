package io.sluice.namesrv.route;

import io.sluice.wire.body.DataVersion;
import java.util.concurrent.TimeUnit;

/**
 * The life of one broker as the name server sees it.
 *
 * @param seenNanos last sign of life, on the clock of the table
 * @param silenceMs how long it may stay silent
 */
record BrokerLease(
        String brokerName, long seenNanos, long silenceMs, DataVersion version, String haServerAddr, Origin origin) {

    BrokerLease seen(long nowNanos) {
        return new BrokerLease(brokerName, nowNanos, silenceMs, version, haServerAddr, origin);
    }

    boolean isOver(long nowNanos) {
        return nowNanos - seenNanos > TimeUnit.MILLISECONDS.toNanos(silenceMs);
    }
}
