package io.sluice.transport;

import java.time.Duration;
import java.util.Objects;

/**
 * What one side grants a connection, and how many connections a server accepts.
 *
 * @param idle            no byte in either direction for this long ends the connection, and so do bytes that for this long
 *                        do not make a frame whole; genuine peers use 120 s
 * @param connect         how long making a connection may take
 * @param connectionsMax  connections per server; further ones are closed at once
 * @param pendingMax      own requests per connection that wait for an answer; beyond it a call fails
 * @param inFlightMax     requests of the peer that are being answered; beyond it they are answered with code 2 (busy)
 * @param outboundLow     bytes waiting to be sent at which reading from the peer goes on
 * @param outboundHigh    bytes waiting to be sent at which reading from the peer stops
 * @param outboundMax     bytes waiting to be sent at which the connection is cut: the peer does not read
 */
public record ConnectionLimits(
        Duration idle,
        Duration connect,
        int connectionsMax,
        int pendingMax,
        int inFlightMax,
        int outboundLow,
        int outboundHigh,
        int outboundMax) {
    public static final ConnectionLimits DEFAULT = new ConnectionLimits(
            Duration.ofSeconds(120),
            Duration.ofSeconds(3),
            10_000,
            65_536,
            65_536,
            256 * 1024,
            1024 * 1024,
            64 * 1024 * 1024);

    public ConnectionLimits {
        Objects.requireNonNull(idle, "idle");
        Objects.requireNonNull(connect, "connect");
        if (connectionsMax < 1 || pendingMax < 1 || inFlightMax < 1) {
            throw new IllegalArgumentException("connectionsMax %d, pendingMax %d and inFlightMax %d must be positive"
                    .formatted(connectionsMax, pendingMax, inFlightMax));
        }
        if (outboundLow < 1 || outboundHigh < outboundLow || outboundMax < outboundHigh) {
            throw new IllegalArgumentException("outbound bounds must rise: low %d, high %d, max %d"
                    .formatted(outboundLow, outboundHigh, outboundMax));
        }
    }

    public ConnectionLimits withIdle(Duration other) {
        return new ConnectionLimits(
                other, connect, connectionsMax, pendingMax, inFlightMax, outboundLow, outboundHigh, outboundMax);
    }

    public ConnectionLimits withConnectionsMax(int other) {
        return new ConnectionLimits(
                idle, connect, other, pendingMax, inFlightMax, outboundLow, outboundHigh, outboundMax);
    }

    public ConnectionLimits withPendingMax(int other) {
        return new ConnectionLimits(
                idle, connect, connectionsMax, other, inFlightMax, outboundLow, outboundHigh, outboundMax);
    }

    public ConnectionLimits withInFlightMax(int other) {
        return new ConnectionLimits(
                idle, connect, connectionsMax, pendingMax, other, outboundLow, outboundHigh, outboundMax);
    }

    public ConnectionLimits withOutbound(int low, int high, int max) {
        return new ConnectionLimits(idle, connect, connectionsMax, pendingMax, inFlightMax, low, high, max);
    }
}
