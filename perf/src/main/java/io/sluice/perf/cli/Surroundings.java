package io.sluice.perf.cli;

import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import picocli.CommandLine.Option;

/** Where things lie; the launcher tells {@code sluice.root} and {@code sluice.home}. */
final class Surroundings {
    @Option(
            names = "--java",
            paramLabel = "HOME",
            description = "JDK for nodes and clients (default: the one of this process)")
    private Path javaHome = Path.of(System.getProperty("java.home"));

    @Option(names = "--work", paramLabel = "DIR", description = "for the data of nodes (default: perf/target/work)")
    private Path work;

    @Option(names = "--out", paramLabel = "DIR", description = "for results (default: perf/target/results/TIME)")
    private Path out;

    Path root() {
        return Path.of(System.getProperty("sluice.root", ".")).toAbsolutePath().normalize();
    }

    /** Sluice's distribution. */
    Path home() {
        return Path.of(System.getProperty("sluice.home", ".")).toAbsolutePath().normalize();
    }

    Path java() {
        return javaHome.toAbsolutePath().resolve("bin/java");
    }

    Path workDirectory() {
        return work != null ? work.toAbsolutePath() : root().resolve("perf/target/work");
    }

    Path resultDirectory() {
        String now = LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss"));
        return out != null
                ? out.toAbsolutePath()
                : root().resolve("perf/target/results").resolve(now);
    }
}
