package io.sluice.client.route;

import java.time.Duration;

/**
 * How routes are kept.
 *
 * @param refresh       how often the routes in use are asked for again
 * @param freshQueues   queues asked for when a send creates its topic, 1..; the broker may give fewer
 */
public record RouteConfig(Duration refresh, int freshQueues) {
    public static final RouteConfig DEFAULT = new RouteConfig(Duration.ofSeconds(30), 4);

    public RouteConfig {
        if (refresh.isZero() || refresh.isNegative() || freshQueues < 1) {
            throw new IllegalArgumentException(
                    "refresh %s must be positive and freshQueues %d at least 1".formatted(refresh, freshQueues));
        }
    }
}
