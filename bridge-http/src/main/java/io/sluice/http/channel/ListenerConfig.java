package io.sluice.http.channel;

import java.util.Objects;
import java.util.Set;

/**
 * Where and how to listen.
 *
 * @param bindAddress    host name or address to listen on
 * @param port           0..65535; 0 takes a free port
 * @param ioThreads      threads that read and write sockets, 1..; 2 serve thousands of connections
 * @param workerThreads  threads that run endpoints and write JSON, 1..; endpoints do not block, so few are enough
 * @param allowedOrigins origins ({@code https://host:port}) whose pages may call this server although it has another
 *                       name; {@code *} allows all. Pages of the server's own origin and callers that are no browsers
 *                       need no entry
 */
public record ListenerConfig(
        String bindAddress,
        int port,
        int ioThreads,
        int workerThreads,
        Set<String> allowedOrigins,
        Bounds bounds,
        Patience patience) {
    public ListenerConfig {
        Objects.requireNonNull(bindAddress, "bindAddress");
        allowedOrigins = Set.copyOf(allowedOrigins);
        Objects.requireNonNull(bounds, "bounds");
        Objects.requireNonNull(patience, "patience");
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("HTTP port %d is outside 0..65535".formatted(port));
        }
        if (ioThreads < 1 || workerThreads < 1) {
            throw new IllegalArgumentException("HTTP needs at least one I/O thread and one worker, not %d and %d"
                    .formatted(ioThreads, workerThreads));
        }
    }

    /** Two I/O threads, four workers, default bounds and patience, no foreign origins. */
    public static ListenerConfig at(String bindAddress, int port) {
        return new ListenerConfig(bindAddress, port, 2, 4, Set.of(), Bounds.DEFAULT, Patience.DEFAULT);
    }

    public ListenerConfig withBounds(Bounds changed) {
        return new ListenerConfig(bindAddress, port, ioThreads, workerThreads, allowedOrigins, changed, patience);
    }

    public ListenerConfig withPatience(Patience changed) {
        return new ListenerConfig(bindAddress, port, ioThreads, workerThreads, allowedOrigins, bounds, changed);
    }

    public ListenerConfig withAllowedOrigins(Set<String> changed) {
        return new ListenerConfig(bindAddress, port, ioThreads, workerThreads, changed, bounds, patience);
    }
}
