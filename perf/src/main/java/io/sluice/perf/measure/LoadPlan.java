package io.sluice.perf.measure;

import java.time.Duration;

/**
 * How a load runs.
 *
 * @param warmUp        time before anything is counted
 * @param measured      time that is counted
 * @param threads       threads that start steps
 * @param inFlight      steps of one thread that may be open at once; 1 is a synchronous caller
 * @param ratePerSecond steps due each second over all threads; 0: as fast as the bound in flight allows
 */
public record LoadPlan(Duration warmUp, Duration measured, int threads, int inFlight, double ratePerSecond) {
    public LoadPlan {
        if (threads < 1 || inFlight < 1 || ratePerSecond < 0) {
            throw new IllegalArgumentException(
                    "threads %d and inFlight %d must be at least 1, ratePerSecond %s not negative"
                            .formatted(threads, inFlight, ratePerSecond));
        }
    }
}
