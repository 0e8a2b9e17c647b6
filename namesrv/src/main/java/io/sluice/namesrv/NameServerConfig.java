package io.sluice.namesrv;

import java.time.Duration;
import java.util.Objects;

/**
 * @param bindAddress          address to listen on
 * @param port                 0 for a free one; clients look at 9876
 * @param ioThreads            event loops, 1..
 * @param brokerSilence        how long a broker may stay silent that does not say so itself
 * @param scanEvery            how often silent brokers are looked for
 * @param orderedTopics        whether routes tell the queues of ordered topics ({@code orderMessageEnable})
 * @param dropUnreportedTopics whether topics go that a broker's newer registration no longer names
 *                             ({@code deleteTopicWithBrokerRegistration}); not safe with brokers that register in parts
 */
public record NameServerConfig(
        String bindAddress,
        int port,
        int ioThreads,
        Duration brokerSilence,
        Duration scanEvery,
        boolean orderedTopics,
        boolean dropUnreportedTopics) {
    private static final int PORT_MAX = 65_535;

    public NameServerConfig {
        Objects.requireNonNull(bindAddress, "bindAddress");
        Objects.requireNonNull(brokerSilence, "brokerSilence");
        Objects.requireNonNull(scanEvery, "scanEvery");
        if (port < 0 || port > PORT_MAX) {
            throw new IllegalArgumentException("namesrvPort %d is outside 0..%d".formatted(port, PORT_MAX));
        }
        if (ioThreads < 1) {
            throw new IllegalArgumentException("ioThreads %d must be at least 1".formatted(ioThreads));
        }
        if (brokerSilence.isNegative() || brokerSilence.isZero() || scanEvery.isNegative() || scanEvery.isZero()) {
            throw new IllegalArgumentException(
                    "brokerSilence %s and scanEvery %s must be positive".formatted(brokerSilence, scanEvery));
        }
    }

    public NameServerConfig withSwitches(boolean ordered, boolean drop) {
        return new NameServerConfig(bindAddress, port, ioThreads, brokerSilence, scanEvery, ordered, drop);
    }

    /** What a genuine name server does. */
    public static NameServerConfig on(String bindAddress, int port) {
        return new NameServerConfig(bindAddress, port, 1, Duration.ofSeconds(120), Duration.ofSeconds(5), false, false);
    }
}
