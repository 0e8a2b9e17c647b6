package io.sluice.perf.load;

import java.util.Locale;

/** Ways to receive. */
public enum Reading {
    /** The client calls a listener. */
    PUSH,
    /** The application asks for messages from a position of its own. */
    PULL,
    /** The broker lends messages, each acknowledged by itself. */
    LEASE;

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
