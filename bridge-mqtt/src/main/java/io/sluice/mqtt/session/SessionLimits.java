package io.sluice.mqtt.session;

/**
 * Bounds of sessions. MQTT 5 clients are told those that the standard has a property for.
 *
 * @param sessionsMax          sessions at once; 1.., default 10,000. Beyond it CONNECT is refused with 0x97 or, in 3.1.1, 3
 * @param clientIdMax          characters of a client identifier; 23..65535, default 256
 * @param maxPacketBytes       largest packet taken, fixed header included; 1024..268,435,460, default 4 MiB + 64 KiB
 * @param keepAliveMaxSeconds  longest keep-alive of an MQTT 5 client, also for one that asks for none; 1..65535, default 1800.
 *                             MQTT 3.1.1 has no way to say so: its clients get what they ask for
 * @param receiveMaximum       messages a client may have unacknowledged; 1..65535, default 256. Reading pauses beyond it
 * @param publishBytesMax      bytes of messages that are being stored for one client before reading pauses; 1..,
 *                             default 16 MiB
 * @param topicAliasMaximum    topic aliases of one client; 0..65535, default 32
 * @param outboundWindow       messages sent to a client and not acknowledged, if it does not ask for fewer; 1..65535,
 *                             default 256
 * @param subscriptionsMax     subscriptions of one session; 1.., default 1000
 * @param subscribeTimeoutMs   how long a SUBSCRIBE may wait for the broker before it is answered with a failure; 100..,
 *                             default 10,000
 * @param slowConsumerMs       how long a session may hold up a topic's tail with a full inbox before it is ended; 100..,
 *                             default 10,000
 */
public record SessionLimits(
        int sessionsMax,
        int clientIdMax,
        int maxPacketBytes,
        int keepAliveMaxSeconds,
        int receiveMaximum,
        int publishBytesMax,
        int topicAliasMaximum,
        int outboundWindow,
        int subscriptionsMax,
        int subscribeTimeoutMs,
        int slowConsumerMs) {
    private static final int UINT16_MAX = 65_535;
    private static final int PACKET_MAX = 268_435_460;

    public static final SessionLimits DEFAULTS = new SessionLimits(
            10_000, 256, 4 * 1024 * 1024 + 64 * 1024, 1800, 256, 16 * 1024 * 1024, 32, 256, 1000, 10_000, 10_000);

    public SessionLimits {
        require("sessionsMax", sessionsMax, 1, Integer.MAX_VALUE);
        require("clientIdMax", clientIdMax, 23, UINT16_MAX);
        require("maxPacketBytes", maxPacketBytes, 1024, PACKET_MAX);
        require("keepAliveMaxSeconds", keepAliveMaxSeconds, 1, UINT16_MAX);
        require("receiveMaximum", receiveMaximum, 1, UINT16_MAX);
        require("publishBytesMax", publishBytesMax, 1, Integer.MAX_VALUE);
        require("topicAliasMaximum", topicAliasMaximum, 0, UINT16_MAX);
        require("outboundWindow", outboundWindow, 1, UINT16_MAX);
        require("subscriptionsMax", subscriptionsMax, 1, Integer.MAX_VALUE);
        require("subscribeTimeoutMs", subscribeTimeoutMs, 100, Integer.MAX_VALUE);
        require("slowConsumerMs", slowConsumerMs, 100, Integer.MAX_VALUE);
    }

    /** The same with another largest packet: the broker's largest message and some room for its topic and properties. */
    public SessionLimits withMaxPacketBytes(int bytes) {
        return new SessionLimits(
                sessionsMax,
                clientIdMax,
                bytes,
                keepAliveMaxSeconds,
                receiveMaximum,
                publishBytesMax,
                topicAliasMaximum,
                outboundWindow,
                subscriptionsMax,
                subscribeTimeoutMs,
                slowConsumerMs);
    }

    private static void require(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException("%s %d is outside %d..%d".formatted(name, value, min, max));
        }
    }
}
