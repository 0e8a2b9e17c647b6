package io.sluice.http.observe;

import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** How long calls of one route took, in fixed buckets from 1 ms to 60 s. Any thread. */
final class Latency {
    private static final double[] UPPER_SECONDS = {
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60
    };
    private static final double NANOS_PER_SECOND = 1e9;

    /** Calls per bucket, not cumulated; the last is for what is over every bound. */
    private final LongAdder[] counts = new LongAdder[UPPER_SECONDS.length + 1];

    private final LongAdder sumNanos = new LongAdder();

    Latency() {
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new LongAdder();
        }
    }

    void record(long nanos) {
        int bucket = 0;
        while (bucket < UPPER_SECONDS.length && nanos > UPPER_SECONDS[bucket] * NANOS_PER_SECOND) {
            bucket++;
        }
        counts[bucket].increment();
        sumNanos.add(nanos);
    }

    void writeTo(MetricsText text, String route) {
        String name = "sluice_http_request_duration_seconds";
        long cumulated = 0;
        for (int i = 0; i < UPPER_SECONDS.length; i++) {
            cumulated += counts[i].sum();
            String bound = Double.toString(UPPER_SECONDS[i]);
            text.sample(name + "_bucket", Map.of("route", route, "le", bound), cumulated);
        }
        cumulated += counts[UPPER_SECONDS.length].sum();
        text.sample(name + "_bucket", Map.of("route", route, "le", "+Inf"), cumulated);
        text.sample(name + "_sum", Map.of("route", route), sumNanos.sum() / NANOS_PER_SECOND);
        text.sample(name + "_count", Map.of("route", route), cumulated);
    }
}
