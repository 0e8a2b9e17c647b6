package io.sluice.perf.cli;

import io.sluice.perf.compare.Comparison;
import io.sluice.perf.limit.Limits;
import io.sluice.perf.limit.LimitsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** The limits of this machine, measured once and read again by the commands that hold rates against them. */
final class KeptLimits {
    private final LimitsFile file;
    private final Path directory;
    private final int frameBytes;
    private final int callers;

    /** @param directory on the disk to measure */
    KeptLimits(Surroundings surroundings, Path directory, int frameBytes, int callers) {
        this.file = new LimitsFile(surroundings.root().resolve("perf/target/limits.json"));
        this.directory = directory.toAbsolutePath().normalize();
        this.frameBytes = frameBytes;
        this.callers = callers;
    }

    /** As the scenarios need them. */
    static KeptLimits of(Surroundings surroundings) {
        return new KeptLimits(
                surroundings, surroundings.workDirectory(), Comparison.frameBytes(), Comparison.callers());
    }

    Limits measure() throws IOException, InterruptedException {
        Limits limits = Limits.measure(directory, frameBytes, callers);
        file.write(conditions(), limits);
        return limits;
    }

    Optional<Limits> read() throws IOException {
        return file.read(conditions());
    }

    private String conditions() {
        return "directory %s, frames of %d bytes, %d callers, java %s"
                .formatted(directory, frameBytes, callers, System.getProperty("java.version"));
    }
}
