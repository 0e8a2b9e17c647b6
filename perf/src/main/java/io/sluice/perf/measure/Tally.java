package io.sluice.perf.measure;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;

/**
 * What one thread has seen completed. Written by that thread alone, so that counting costs no contention; read by any.
 * Latencies above a minute are recorded as a minute.
 */
final class Tally {
    private static final long LATENCY_MAX_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int SIGNIFICANT_DIGITS = 3;

    private final SingleWriterRecorder latencies = new SingleWriterRecorder(LATENCY_MAX_NANOS, SIGNIFICANT_DIGITS);
    private final AtomicLong moved = new AtomicLong();
    private final AtomicLong messages = new AtomicLong();
    private final AtomicLong errors = new AtomicLong();

    /** Warm-up and what comes too late included. */
    void moved(int count) {
        moved.lazySet(moved.get() + count);
    }

    void done(int count, long nanos) {
        messages.lazySet(messages.get() + count);
        latencies.recordValue(Math.min(nanos, LATENCY_MAX_NANOS));
    }

    void failed(int count) {
        errors.lazySet(errors.get() + count);
    }

    long moved() {
        return moved.get();
    }

    long messages() {
        return messages.get();
    }

    long errors() {
        return errors.get();
    }

    /** Those since the last call. */
    Histogram latencies() {
        return latencies.getIntervalHistogram();
    }
}
