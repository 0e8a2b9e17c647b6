package io.sluice.perf.cli;

import io.sluice.model.SluiceException;
import io.sluice.perf.compare.ComparePlan;
import io.sluice.perf.compare.Comparison;
import io.sluice.perf.limit.DiskLimits;
import io.sluice.perf.limit.Limit;
import io.sluice.perf.limit.NetworkLimits;
import io.sluice.perf.machine.Machine;
import io.sluice.perf.report.HtmlReport;
import io.sluice.perf.report.ResultFiles;
import io.sluice.perf.report.Row;
import io.sluice.perf.report.Run;
import io.sluice.perf.report.Table;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sluice perf compare}: Sluice and its peers under the same loads, alternating, with ratios. */
@Command(
        name = "compare",
        description = "Run the same scenarios against Sluice, a genuine RocketMQ and a genuine Kafka, alternating.",
        mixinStandardHelpOptions = true)
final class CompareCommand implements Callable<Integer> {
    private static final int FRAME_BYTES = 512;
    private static final int CALLERS = 64;
    private static final int QUICK_WARM_UP_SECONDS = 4;
    private static final int QUICK_SECONDS = 4;
    private static final int MILLION = 1_000_000;
    private static final int QUICK_MILLION = 250_000;

    @Mixin
    private Surroundings surroundings;

    @Option(names = "--scenario", split = ",", description = "which ones (default: all); --list names them")
    private List<String> scenarios = List.of();

    @Option(names = "--list", description = "name the scenarios and stop")
    private boolean list;

    @Option(names = "--quick", description = "one short round: a first look, not a figure to quote")
    private boolean quick;

    @Option(names = "--rounds", description = "runs of each contestant (default: ${DEFAULT-VALUE})")
    private int rounds = 3;

    @Option(names = "--warmup", description = "seconds (default: ${DEFAULT-VALUE})")
    private int warmUpSeconds = 10;

    @Option(names = "--seconds", description = "measured seconds of a run (default: ${DEFAULT-VALUE})")
    private int seconds = 15;

    @Option(
            names = "--heap",
            paramLabel = "MB",
            description = "of each broker and each client (default: ${DEFAULT-VALUE})")
    private int heapMb = 1024;

    @Option(names = "--no-limits", description = "leave out what the machine can do at best")
    private boolean withoutLimits;

    @Override
    public Integer call() throws Exception {
        if (list) {
            Comparison.scenarios().forEach(System.out::println);
            return 0;
        }
        Path workDirectory = Files.createDirectories(surroundings.workDirectory());
        ComparePlan plan = new ComparePlan(
                surroundings.root(),
                surroundings.home(),
                surroundings.java(),
                workDirectory,
                heapMb,
                quick ? 1 : rounds,
                quick ? QUICK_WARM_UP_SECONDS : warmUpSeconds,
                quick ? QUICK_SECONDS : seconds,
                quick ? QUICK_MILLION : MILLION);
        List<Limit> limits = withoutLimits ? List.of() : limits(workDirectory);
        String about = Machine.describe() + "\n\n"
                + limits.stream().map(LimitsCommand::line).collect(Collectors.joining("\n"));
        System.out.println(about);
        ResultFiles files = new ResultFiles(surroundings.resultDirectory());
        Comparison comparison = new Comparison(plan, limits, System.err::println, run -> keep(files, run));
        List<List<Row>> rows = new ArrayList<>();
        int failures = 0;
        for (String scenario : scenarios.isEmpty() ? Comparison.scenarios() : scenarios) {
            try {
                rows.add(comparison.run(scenario));
                System.out.print(Table.of(rows.get(rows.size() - 1)));
                // Written again after each scenario, so that a run that is broken off leaves its figures.
                files.page(HtmlReport.of(about, rows));
            } catch (SluiceException failed) {
                failures++;
                System.out.printf("%n%s could not be measured: %s%n", scenario, failed.getMessage());
            }
        }
        System.out.printf("%nreport, runs and histograms: %s%n", files.directory());
        return failures == 0 ? 0 : 1;
    }

    private static List<Limit> limits(Path directory) throws IOException, InterruptedException {
        List<Limit> limits = new ArrayList<>(DiskLimits.measure(directory));
        limits.addAll(NetworkLimits.measure(FRAME_BYTES, CALLERS));
        return limits;
    }

    private static void keep(ResultFiles files, Run run) {
        try {
            files.keep(run);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
