package io.sluice.client.link;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * How a client reaches its cluster.
 *
 * @param nameServers    {@code host:port}, at least one; one is used, the next when it fails
 * @param clientId       names this client in groups; unique in the cluster
 * @param ioThreads      event loops for all connections, 1..64
 * @param connectTimeout how long making a connection may take
 * @param requestTimeout how long an answer to anything but a send or a pull may take
 */
public record LinkConfig(
        List<String> nameServers, String clientId, int ioThreads, Duration connectTimeout, Duration requestTimeout) {
    public static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
    public static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(3);
    private static final int IO_THREADS_MAX = 64;

    public LinkConfig {
        nameServers = List.copyOf(nameServers);
        Objects.requireNonNull(clientId, "clientId");
        if (nameServers.isEmpty()) {
            throw new IllegalArgumentException("no name server is given; expected at least one host:port");
        }
        if (clientId.isBlank()) {
            throw new IllegalArgumentException("the client id is blank");
        }
        if (ioThreads < 1 || ioThreads > IO_THREADS_MAX) {
            throw new IllegalArgumentException("ioThreads %d is outside 1..%d".formatted(ioThreads, IO_THREADS_MAX));
        }
        requirePositive("connectTimeout", connectTimeout);
        requirePositive("requestTimeout", requestTimeout);
    }

    private static void requirePositive(String name, Duration value) {
        if (value.isZero() || value.isNegative()) {
            throw new IllegalArgumentException("%s %s must be positive".formatted(name, value));
        }
    }

    /** One event loop, three seconds for everything. */
    public static LinkConfig of(List<String> nameServers, String clientId) {
        return new LinkConfig(nameServers, clientId, 1, CONNECT_TIMEOUT, REQUEST_TIMEOUT);
    }
}
