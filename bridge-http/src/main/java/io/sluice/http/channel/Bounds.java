package io.sluice.http.channel;

/**
 * How much may be under way at once.
 *
 * @param connections   open connections; further ones wait in the listen queue of the operating system
 * @param requests      calls at work; the next one is answered 503
 * @param polls         pulls, waiting or not; the next one is answered 503
 * @param streams       open event streams; the next one is answered 503
 * @param headBytes     request line and headers together, 1024..; more ends the connection with a bare 400
 * @param headers       header lines per request, 8..
 * @param bufferedBytes request bodies being received plus answers waiting for their socket, all connections together;
 *                      while it is exceeded new calls are answered 503
 */
public record Bounds(
        int connections, int requests, int polls, int streams, int headBytes, int headers, long bufferedBytes) {
    /** 2048 connections, 256 requests, 1024 polls, 128 streams, 16 KiB head, 100 headers, 64 MiB buffered. */
    public static final Bounds DEFAULT = new Bounds(2048, 256, 1024, 128, 16 * 1024, 100, 64L * 1024 * 1024);

    public Bounds {
        requireAtLeast("connections", connections, 1);
        requireAtLeast("requests", requests, 1);
        requireAtLeast("polls", polls, 1);
        requireAtLeast("streams", streams, 1);
        requireAtLeast("headBytes", headBytes, 1024);
        requireAtLeast("headers", headers, 8);
        requireAtLeast("bufferedBytes", bufferedBytes, 64 * 1024);
    }

    private static void requireAtLeast(String name, long value, long min) {
        if (value < min) {
            throw new IllegalArgumentException(
                    "HTTP bound %s is %d; it must be at least %d".formatted(name, value, min));
        }
    }

    public Bounds withConnections(int changed) {
        return new Bounds(changed, requests, polls, streams, headBytes, headers, bufferedBytes);
    }

    public Bounds withRequests(int changed) {
        return new Bounds(connections, changed, polls, streams, headBytes, headers, bufferedBytes);
    }

    public Bounds withPolls(int changed) {
        return new Bounds(connections, requests, changed, streams, headBytes, headers, bufferedBytes);
    }

    public Bounds withStreams(int changed) {
        return new Bounds(connections, requests, polls, changed, headBytes, headers, bufferedBytes);
    }

    public Bounds withBufferedBytes(long changed) {
        return new Bounds(connections, requests, polls, streams, headBytes, headers, changed);
    }
}
