package io.sluice.perf.report;

import io.sluice.perf.worker.Measured;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;

/**
 * The runs of one contestant in one scenario, taken together: medians, and latencies of all runs in one histogram.
 *
 * @param rate            messages per second, median
 * @param lowest          and {@code highest}: the spread of the rate
 * @param nodeMicros      processor time of the node per message, which is its seconds per million; 0 when unknown
 * @param allocated       bytes on the node's heap per message
 * @param allocatedMbPerS the same as a rate
 * @param residentMb      of the node at the end of the measured time
 * @param bound           to hold the rate or the latency against
 * @param latency         of steps, nanoseconds; empty for a drain
 */
public record Row(
        String contestant,
        double rate,
        double lowest,
        double highest,
        double nodeMicros,
        double clientMicros,
        double allocated,
        double allocatedMbPerS,
        double residentMb,
        long errors,
        Bound bound,
        Histogram latency,
        List<Run> runs) {

    public static Row of(Bound bound, List<Run> runs) {
        Histogram latency = new Histogram(3);
        runs.forEach(run -> latency.add(run.measured().result().latency()));
        double[] rates = sorted(runs, measured -> measured.result().rate());
        return new Row(
                runs.get(0).contestant(),
                median(rates),
                rates[0],
                rates[rates.length - 1],
                median(sorted(runs, Measured::nodeMicros)),
                median(sorted(runs, Measured::clientMicros)),
                median(sorted(runs, Measured::allocatedPerMessage)),
                median(sorted(runs, Measured::allocatedMbPerSecond)),
                median(sorted(runs, measured -> measured.node().residentBytes() / 1e6)),
                runs.stream().mapToLong(run -> run.measured().result().errors()).sum(),
                bound,
                latency,
                List.copyOf(runs));
    }

    private static double[] sorted(List<Run> runs, ToDoubleFunction<Measured> value) {
        double[] values = runs.stream().map(Run::measured).mapToDouble(value).toArray();
        Arrays.sort(values);
        return values;
    }

    /** Of an even number of values the mean of the two in the middle. */
    static double median(double[] sorted) {
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    /** Milliseconds within which this part (0..100) of the steps was done; 0 without latencies. */
    public double percentileMs(double part) {
        return latency.getTotalCount() == 0 ? 0 : latency.getValueAtPercentile(part) / 1e6;
    }

    /** The rate as a part of the bound, or p99.6 as a multiple of it; 0 when there is none. */
    public double ofBound() {
        if (bound.lateMs() > 0) {
            return percentileMs(99.6) / bound.lateMs();
        }
        return bound.perSecond() > 0 ? rate / bound.perSecond() : 0;
    }
}
