package io.sluice.perf.load;

import java.util.Locale;

/** Ways to send. */
public enum SendStyle {
    /** The caller waits for the answer. */
    SYNC,
    /** The answer comes to a callback. */
    ASYNC,
    /** Several messages in one request that the caller waits for. */
    BATCH,
    /** No answer is asked for: what counts is what was handed to the socket. */
    ONE_WAY;

    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public boolean isWaitedFor() {
        return this == SYNC || this == BATCH;
    }
}
