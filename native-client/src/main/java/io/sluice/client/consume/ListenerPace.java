package io.sluice.client.consume;

import java.util.concurrent.TimeUnit;

/**
 * How long a listener takes for a message, and so how many messages one thread is given at once: as many as take about
 * 100 us, one while nothing is known. Follows a slower listener at once and a faster one gradually. Any thread.
 */
final class ListenerPace {
    private static final long RUN_NANOS = TimeUnit.MICROSECONDS.toNanos(100);
    private static final int RUN_MAX = 256;
    private static final int GRADUAL = 8;

    /** For one message; updates of several threads may overwrite each other, each is as good as the other. */
    private volatile long nanos = RUN_NANOS;

    void took(long totalNanos, int messages) {
        long sample = Math.max(1, totalNanos / messages);
        long known = nanos;
        nanos = sample >= known ? sample : known - (known - sample + GRADUAL - 1) / GRADUAL;
    }

    int runLength() {
        return (int) Math.max(1, Math.min(RUN_MAX, RUN_NANOS / nanos));
    }
}
