package io.sluice.perf.worker;

import java.util.Locale;

/** What a load does. */
public enum LoadMode {
    /** Sends; latency of a send. */
    SEND,
    /** Sends a number of messages, then receives them; rate of receiving. */
    DRAIN,
    /** Sends and receives at once; latency from send to receipt. */
    TRIP;

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
