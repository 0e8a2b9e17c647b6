package io.sluice.perf.cli;

import io.sluice.perf.limit.DiskLimits;
import io.sluice.perf.limit.Limit;
import io.sluice.perf.limit.NetworkLimits;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sluice perf limits}: the figures that every rate is held against. */
@Command(name = "limits", description = "Measure what this machine can do at best.", mixinStandardHelpOptions = true)
final class LimitsCommand implements Callable<Integer> {
    @Option(names = "--dir", paramLabel = "DIR", description = "directory on the disk to measure (default: .)")
    private Path directory = Path.of(".");

    @Option(
            names = "--frame",
            paramLabel = "BYTES",
            description = "bytes of an echoed frame (default: ${DEFAULT-VALUE})")
    private int frameBytes = 512;

    @Option(names = "--threads", paramLabel = "N", description = "synchronous callers (default: ${DEFAULT-VALUE})")
    private int threads = 64;

    @Override
    public Integer call() throws Exception {
        List<Limit> limits = new ArrayList<>(DiskLimits.measure(directory));
        limits.addAll(NetworkLimits.measure(frameBytes, threads));
        for (Limit limit : limits) {
            System.out.println(line(limit));
        }
        return 0;
    }

    static String line(Limit limit) {
        return String.format(Locale.ROOT, "%-48s %,14.0f %s", limit.name(), limit.value(), limit.unit());
    }
}
