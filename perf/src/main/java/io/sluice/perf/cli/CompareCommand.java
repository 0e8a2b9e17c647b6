package io.sluice.perf.cli;

import io.sluice.model.SluiceException;
import io.sluice.perf.compare.ComparePlan;
import io.sluice.perf.compare.Comparison;
import io.sluice.perf.limit.Limit;
import io.sluice.perf.limit.Limits;
import io.sluice.perf.machine.Machine;
import io.sluice.perf.report.HtmlReport;
import io.sluice.perf.report.ResultFiles;
import io.sluice.perf.report.Section;
import io.sluice.perf.report.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sluice perf compare}: Sluice and its peers under the same loads, alternating, with ratios and goals. */
@Command(
        name = "compare",
        description = {
            "Run the same scenarios against Sluice, a genuine RocketMQ and a genuine Kafka, alternating.",
            "With --out DIR the runs join those that are in DIR already: three short calls make a median of three."
        },
        mixinStandardHelpOptions = true)
final class CompareCommand implements Callable<Integer> {
    private static final int QUICK_WARM_UP_SECONDS = 8;
    private static final int QUICK_SECONDS = 3;
    private static final int QUICK_BACKLOG = 4;

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

    @Option(names = "--warmup", paramLabel = "SECONDS", description = "default: ${DEFAULT-VALUE}")
    private int warmUpSeconds = 20;

    @Option(names = "--seconds", description = "measured seconds of a run (default: ${DEFAULT-VALUE})")
    private int seconds = 6;

    @Option(
            names = "--heap",
            paramLabel = "MB",
            description = "of each broker and each client (default: ${DEFAULT-VALUE})")
    private int heapMb = 1024;

    @Option(
            names = "--memory-in-use",
            description = {
                "fill the free memory before each run, as it is on a server that has been up for a while",
                "(takes as long as a run; keep such runs in an --out of their own)"
            })
    private boolean memoryInUse;

    @Option(names = "--no-limits", description = "leave out what the machine can do at best")
    private boolean withoutLimits;

    @Option(names = "--report", description = "run nothing; show what is in --out DIR")
    private boolean reportOnly;

    @Override
    public Integer call() throws Exception {
        if (list) {
            Comparison.scenarios().forEach(name -> System.out.printf("%-16s %s%n", name, Comparison.title(name)));
            return 0;
        }
        List<String> wanted = scenarios.isEmpty() ? Comparison.scenarios() : scenarios;
        // A name that is not known is told before anything has run.
        wanted.forEach(Comparison::title);
        ComparePlan plan = plan();
        Limits limits = withoutLimits ? new Limits(List.of()) : limits();
        String about = Machine.describe() + "\n\n"
                + limits.all().stream().map(Limit::line).collect(Collectors.joining("\n"));
        System.out.println(about);
        ResultFiles files = new ResultFiles(surroundings.resultDirectory());
        Comparison comparison = new Comparison(plan, files, System.err::println);
        int failures = 0;
        for (String scenario : wanted) {
            try {
                if (!reportOnly) {
                    comparison.run(scenario);
                }
                Comparison.section(scenario, files, limits).ifPresent(section -> System.out.print(Table.of(section)));
                // Written again after each scenario, so that a run that is broken off leaves its figures.
                files.page(HtmlReport.of(about, sections(files, limits)));
            } catch (SluiceException failed) {
                failures++;
                System.out.printf("%n%s could not be measured: %s%n", scenario, failed.getMessage());
            }
        }
        System.out.printf("%nreport, runs and histograms: %s%n", files.directory());
        return failures == 0 ? 0 : 1;
    }

    private ComparePlan plan() throws IOException {
        Path workDirectory = Files.createDirectories(surroundings.workDirectory());
        return new ComparePlan(
                surroundings.root(),
                surroundings.home(),
                surroundings.java(),
                workDirectory,
                heapMb,
                quick ? 1 : rounds,
                quick ? QUICK_WARM_UP_SECONDS : warmUpSeconds,
                quick ? QUICK_SECONDS : seconds,
                quick ? QUICK_BACKLOG : 1,
                memoryInUse);
    }

    private Limits limits() throws IOException, InterruptedException {
        KeptLimits kept = KeptLimits.of(surroundings);
        Optional<Limits> known = kept.read();
        return known.isPresent() ? known.get() : kept.measure();
    }

    private static List<Section> sections(ResultFiles files, Limits limits) throws IOException {
        List<Section> sections = new ArrayList<>();
        for (String scenario : Comparison.scenarios()) {
            Comparison.section(scenario, files, limits).ifPresent(sections::add);
        }
        return sections;
    }
}
