package io.sluice.perf.measure;

import org.HdrHistogram.Histogram;

/**
 * What a load measured, warm-up left out.
 *
 * @param messages  moved in the measured time
 * @param errors    steps that failed
 * @param seconds   length of the measured time
 * @param latency   of steps, in nanoseconds
 * @param perSecond messages in each second of the measured time
 */
public record Result(long messages, long errors, double seconds, Histogram latency, long[] perSecond) {

    public double rate() {
        return messages / seconds;
    }

    /** Milliseconds within which this part (0..100) of the steps was done. */
    public double percentileMs(double part) {
        return latency.getValueAtPercentile(part) / 1e6;
    }
}
