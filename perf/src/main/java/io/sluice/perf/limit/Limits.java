package io.sluice.perf.limit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What this machine can do at best, measured or read again from where they were kept. */
public record Limits(List<Limit> all) {
    /** Each name says what is done as fast as possible; the last one what happens to those who do nothing. */
    public static final String WRITE_FRESH = "mapped write, fresh blocks";

    public static final String WRITE_RECYCLED = "mapped write, recycled blocks";
    public static final String GROUP_COMMIT = "perfect group commit";
    public static final String ECHO_CALLERS = "Netty echo, callers";
    public static final String ECHO_PIPELINED = "Netty echo, pipelined";
    public static final String LOOPBACK = "loopback, one connection";
    /** Frames due each second of the echo whose latencies are told. */
    public static final int PACED_RATE = 10_000;

    public static final String ECHO_PACED_P50 = "Netty echo at 10,000/s, p50";
    public static final String ECHO_PACED_P99_6 = "Netty echo at 10,000/s, p99.6";
    public static final String ECHO_PACED_P99_996 = "Netty echo at 10,000/s, p99.996";
    public static final String LATE_MOMENTS = "moments late by more than 1 ms";

    public Limits {
        all = List.copyOf(all);
    }

    /**
     * Measures for about half a minute.
     *
     * @param directory  on the disk to measure; a gigabyte is written there and deleted again
     * @param frameBytes of an echoed frame, its length field included
     * @param callers    synchronous callers
     */
    public static Limits measure(Path directory, int frameBytes, int callers) throws IOException, InterruptedException {
        Files.createDirectories(directory);
        List<Limit> limits = new ArrayList<>(DiskLimits.measure(directory, callers));
        limits.addAll(NetworkLimits.measure(frameBytes, callers));
        limits.addAll(PauseLimits.measure());
        return new Limits(limits);
    }

    public Optional<Limit> find(String name) {
        return all.stream().filter(limit -> limit.name().equals(name)).findFirst();
    }
}
