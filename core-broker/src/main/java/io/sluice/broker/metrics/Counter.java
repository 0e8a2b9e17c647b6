package io.sluice.broker.metrics;

import java.util.concurrent.atomic.LongAdder;

/**
 * One count that only grows, with samples of the past from which rates come: every 10 seconds for an hour, every 10 minutes
 * for a day. Raised by any thread; sampled by one.
 */
public final class Counter {
    private static final int FINE_SAMPLES = 361;
    private static final int COARSE_SAMPLES = 145;
    private static final long COARSE_EVERY_MS = 600_000;

    private final LongAdder count = new LongAdder();
    private final Samples fine = new Samples(FINE_SAMPLES);
    private final Samples coarse = new Samples(COARSE_SAMPLES);
    private long nextCoarseMs = Long.MIN_VALUE;

    /** A sum and how fast it came about. */
    public record Rate(long sum, double perSecond) {
        static final Rate NONE = new Rate(0, 0);
    }

    public void add(long amount) {
        count.add(amount);
    }

    public long total() {
        return count.sum();
    }

    synchronized void sample(long nowMs) {
        long now = count.sum();
        fine.add(nowMs, now);
        if (nowMs >= nextCoarseMs) {
            coarse.add(nowMs, now);
            nextCoarseMs = nowMs + COARSE_EVERY_MS;
        }
    }

    /** What was counted in the last while, up to an hour to 10 seconds, up to a day to 10 minutes. */
    public synchronized Rate last(long spanMs) {
        return spanMs <= 3_600_000 ? fine.last(spanMs) : coarse.last(spanMs);
    }

    /** The total as it was at the last sample before the time, kept for a day; the oldest sample when all are younger. */
    public synchronized long totalAt(long timeMs) {
        return coarse.valueAt(timeMs);
    }

    /** A ring of samples, oldest overwritten. Guarded by the counter. */
    private static final class Samples {
        private final long[] times;
        private final long[] values;
        private int used;
        private int next;

        Samples(int size) {
            times = new long[size];
            values = new long[size];
        }

        void add(long time, long value) {
            times[next] = time;
            values[next] = value;
            next = (next + 1) % times.length;
            used = Math.min(used + 1, times.length);
        }

        private int index(int age) {
            return Math.floorMod(next - 1 - age, times.length);
        }

        Rate last(long spanMs) {
            if (used < 2) {
                return Rate.NONE;
            }
            int newest = index(0);
            int from = newest;
            for (int age = 1; age < used && times[newest] - times[index(age)] <= spanMs; age++) {
                from = index(age);
            }
            long tookMs = times[newest] - times[from];
            long sum = values[newest] - values[from];
            return tookMs == 0 ? Rate.NONE : new Rate(sum, sum * 1000.0 / tookMs);
        }

        long valueAt(long timeMs) {
            long found = 0;
            for (int age = 0; age < used; age++) {
                int at = index(age);
                found = values[at];
                if (times[at] <= timeMs) {
                    break;
                }
            }
            return found;
        }
    }
}
