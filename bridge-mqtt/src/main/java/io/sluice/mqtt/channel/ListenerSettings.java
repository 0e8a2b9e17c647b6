package io.sluice.mqtt.channel;

import java.util.Objects;

/**
 * Where and how the door listens.
 *
 * @param bindAddress       address to listen on, default 127.0.0.1
 * @param port              TCP port, 0: a free one, default 1883
 * @param ioThreads         event loops; 1.., default half the processors, at least one
 * @param connectTimeoutMs  from the accepted connection to the open session; 100.., default 10,000
 * @param writeStallMs      how long a client may leave sent bytes unread before it is disconnected; 100.., default 30,000
 */
public record ListenerSettings(String bindAddress, int port, int ioThreads, int connectTimeoutMs, int writeStallMs) {
    public static final ListenerSettings DEFAULTS = new ListenerSettings(
            "127.0.0.1", 1883, Math.max(1, Runtime.getRuntime().availableProcessors() / 2), 10_000, 30_000);

    public ListenerSettings {
        Objects.requireNonNull(bindAddress, "bindAddress");
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port %d is outside 0..65535".formatted(port));
        }
        if (ioThreads < 1) {
            throw new IllegalArgumentException("ioThreads %d must be at least 1".formatted(ioThreads));
        }
        if (connectTimeoutMs < 100 || writeStallMs < 100) {
            throw new IllegalArgumentException("connectTimeoutMs %d and writeStallMs %d must be at least 100"
                    .formatted(connectTimeoutMs, writeStallMs));
        }
    }
}
