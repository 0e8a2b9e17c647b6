package io.sluice.perf.cli;

import io.sluice.perf.compare.Comparison;
import io.sluice.perf.limit.Limit;
import io.sluice.perf.machine.Machine;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sluice perf limits}: the figures that every rate is held against. */
@Command(
        name = "limits",
        description = "Measure what this machine can do at best, and keep it for the other commands.",
        mixinStandardHelpOptions = true)
final class LimitsCommand implements Callable<Integer> {
    @Mixin
    private Surroundings surroundings;

    @Option(names = "--dir", paramLabel = "DIR", description = "on the disk to measure (default: that of --work)")
    private Path directory;

    @Option(
            names = "--frame",
            paramLabel = "BYTES",
            description = "of an echoed frame, its length field included (default: a send of 128 bytes)")
    private int frameBytes = Comparison.frameBytes();

    @Option(names = "--threads", paramLabel = "N", description = "synchronous callers (default: ${DEFAULT-VALUE})")
    private int threads = Comparison.callers();

    @Override
    public Integer call() throws Exception {
        if (frameBytes < Integer.BYTES || threads < 1) {
            throw new IllegalArgumentException(
                    "--frame %d must be at least 4, --threads %d at least 1".formatted(frameBytes, threads));
        }
        Path measured = directory == null ? surroundings.workDirectory() : directory;
        System.out.println(Machine.describe() + "\n");
        for (Limit limit : new KeptLimits(surroundings, measured, frameBytes, threads)
                .measure()
                .all()) {
            System.out.println(limit.line());
        }
        return 0;
    }
}
