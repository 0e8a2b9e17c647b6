package io.sluice.perf.load;

import java.util.Locale;
import java.util.Map;

/**
 * What a load client must know.
 *
 * @param address  where the cluster is found: name server for the native protocol, bootstrap server, or a door
 * @param broker   {@code host:port} of the broker itself, for raw loads
 * @param queues   of the topic when the load creates it
 * @param batch    messages per request in style {@link SendStyle#BATCH}
 * @param lingerMs how long a client that batches by itself may wait for more
 */
public record LoadSettings(
        String address,
        String broker,
        String topic,
        int queues,
        SendStyle style,
        int batch,
        int bodyBytes,
        int lingerMs) {
    public LoadSettings {
        if (queues < 1 || batch < 1 || bodyBytes < 8 || lingerMs < 0) {
            throw new IllegalArgumentException(
                    "queues %d and batch %d must be at least 1, bodyBytes %d at least 8, lingerMs %d not negative"
                            .formatted(queues, batch, bodyBytes, lingerMs));
        }
    }

    /** Reads settings from {@code name=value} arguments; what is not given has a default. */
    public static LoadSettings of(Map<String, String> given) {
        return new LoadSettings(
                given.getOrDefault("address", "127.0.0.1:9876"),
                given.getOrDefault("broker", "127.0.0.1:10911"),
                given.getOrDefault("topic", "Perf"),
                Integer.parseInt(given.getOrDefault("queues", "4")),
                SendStyle.valueOf(given.getOrDefault("style", "sync").toUpperCase(Locale.ROOT)),
                Integer.parseInt(given.getOrDefault("batch", "32")),
                Integer.parseInt(given.getOrDefault("bytes", "128")),
                Integer.parseInt(given.getOrDefault("linger", "0")));
    }
}
