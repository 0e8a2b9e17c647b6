package io.sluice.broker.send;

import io.sluice.broker.delay.DelayLevels;
import io.sluice.broker.timer.TimerRules;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * How messages are taken in; the RocketMQ configuration key of each component stands in brackets.
 *
 * @param clusterName     written to each message (brokerClusterName)
 * @param brokerName      (brokerName)
 * @param region          written to each message (regionId)
 * @param traceOn         written to each message (traceOn)
 * @param maxMessageBytes largest body (maxMessageSize)
 * @param delayLevels     (messageDelayLevel)
 * @param timers          how messages with an exact time are kept at this moment
 */
public record SendRules(
        String clusterName,
        String brokerName,
        String region,
        boolean traceOn,
        int maxMessageBytes,
        DelayLevels delayLevels,
        Supplier<TimerRules> timers) {
    /** What clients take the region to be when nobody names one. */
    public static final String USUAL_REGION = "DefaultRegion";

    public SendRules {
        Objects.requireNonNull(clusterName, "clusterName");
        Objects.requireNonNull(brokerName, "brokerName");
        Objects.requireNonNull(region, "region");
        Objects.requireNonNull(delayLevels, "delayLevels");
        Objects.requireNonNull(timers, "timers");
    }
}
