package io.sluice.perf.measure;

import java.time.Duration;

/**
 * How a load runs.
 *
 * @param warmUp        time before anything is counted
 * @param measured      time that is counted, when {@code steps} is 0
 * @param steps         counted steps after which the load ends; 0: by time
 * @param threads       threads that start steps
 * @param inFlight      steps of one thread that may be open at once; 1 is a synchronous caller
 * @param ratePerSecond steps due each second over all threads; 0: as fast as the bound in flight allows
 */
public record LoadPlan(
        Duration warmUp, Duration measured, long steps, int threads, int inFlight, double ratePerSecond) {
    public LoadPlan {
        if (threads < 1 || inFlight < 1 || ratePerSecond < 0 || steps < 0) {
            throw new IllegalArgumentException(
                    "threads %d and inFlight %d must be at least 1, ratePerSecond %s and steps %d not negative"
                            .formatted(threads, inFlight, ratePerSecond, steps));
        }
        if (warmUp.isNegative() || measured.isNegative() || steps == 0 && measured.isZero()) {
            throw new IllegalArgumentException("warm-up %s must not be negative, the measured time %s must be positive"
                    .formatted(warmUp, measured));
        }
        if (steps > 0 && ratePerSecond > 0) {
            // At a fixed rate the number of steps says how long they take.
            measured = Duration.ofNanos((long) Math.ceil(steps * 1e9 / ratePerSecond));
            steps = 0;
        }
    }

    /** A load by time, as fast as the bound in flight allows. */
    public static LoadPlan fast(Duration warmUp, Duration measured, int threads, int inFlight) {
        return new LoadPlan(warmUp, measured, 0, threads, inFlight, 0);
    }

    boolean isFixedRate() {
        return ratePerSecond > 0;
    }
}
