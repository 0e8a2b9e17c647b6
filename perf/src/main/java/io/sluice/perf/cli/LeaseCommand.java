package io.sluice.perf.cli;

import io.sluice.perf.lease.LeaseComparison;
import io.sluice.perf.lease.LeasePlan;
import io.sluice.perf.machine.Machine;
import io.sluice.perf.store.Figure;
import io.sluice.perf.target.Target;
import io.sluice.perf.target.TargetKind;
import io.sluice.perf.target.TargetSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sluice perf lease}: leases against plain pulls over the wire. */
@Command(
        name = "lease",
        description = "Drain backlogs of a fresh node over the wire, by plain pulls and by leases in turn.",
        mixinStandardHelpOptions = true)
final class LeaseCommand implements Callable<Integer> {
    @Mixin
    private Surroundings surroundings;

    @Option(names = "--messages", description = "in each backlog (default: ${DEFAULT-VALUE})")
    private int messages = 1_000_000;

    @Option(names = "--bytes", description = "of a body (default: ${DEFAULT-VALUE})")
    private int bytes = 128;

    @Option(
            names = "--warmup-rounds",
            description = "drains in each way that are not counted (default: ${DEFAULT-VALUE})")
    private int warmUpRounds = 3;

    @Option(names = "--rounds", description = "drains in each way that are counted (default: ${DEFAULT-VALUE})")
    private int rounds = 5;

    @Option(
            names = "--heap",
            paramLabel = "MB",
            description = "of the node; the client runs in this process (default: ${DEFAULT-VALUE})")
    private int heapMb = 1024;

    @Override
    public Integer call() throws Exception {
        Path results = Files.createDirectories(surroundings.resultDirectory()).resolve("lease.jsonl");
        Path work = Files.createDirectories(surroundings.workDirectory());
        System.out.println(Machine.describe());
        TargetSettings settings = new TargetSettings(
                surroundings.root(),
                surroundings.home(),
                surroundings.java(),
                Files.createTempDirectory(work, "node-lease"),
                heapMb,
                false);
        try (Target target = Target.start(TargetKind.SLUICE, settings)) {
            LeasePlan plan = new LeasePlan(target.address("address"), messages, bytes, warmUpRounds, rounds);
            new LeaseComparison(plan, target, figure -> tell(figure, results)).run();
        }
        System.out.println(results);
        return 0;
    }

    private static void tell(Figure figure, Path results) {
        System.out.println(figure.line());
        try {
            Files.writeString(results, figure.json() + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
