package io.sluice.perf.compare;

import io.sluice.perf.limit.Limits;
import io.sluice.perf.load.RawSend;
import io.sluice.perf.machine.MemoryInUse;
import io.sluice.perf.report.Bound;
import io.sluice.perf.report.ResultFiles;
import io.sluice.perf.report.Row;
import io.sluice.perf.report.Run;
import io.sluice.perf.report.Section;
import io.sluice.perf.target.Target;
import io.sluice.perf.target.TargetKind;
import io.sluice.perf.target.TargetSettings;
import io.sluice.perf.worker.Measured;
import io.sluice.perf.worker.WorkerProcess;
import io.sluice.runtime.CloseStack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Runs scenarios: round after round, in each round every contestant once, so that what else the machine does hits all. */
public final class Comparison {
    private final ComparePlan plan;
    private final ResultFiles files;
    private final Consumer<String> progress;

    /**
     * @param files    keep each run when it is over
     * @param progress told lines for a person who waits
     */
    public Comparison(ComparePlan plan, ResultFiles files, Consumer<String> progress) {
        this.plan = plan;
        this.files = files;
        this.progress = progress;
    }

    /** Names that {@link #run} understands. */
    public static List<String> scenarios() {
        return Scenario.ALL.stream().map(Scenario::name).toList();
    }

    /** What a scenario is, in a few words. */
    public static String title(String name) {
        return scenario(name).title();
    }

    /** Bytes of the frames that limits of the network are measured with: those of a plain send. */
    public static int frameBytes() {
        return RawSend.frameBytes("Perf", Scenario.BODY_BYTES);
    }

    /** Synchronous callers that limits are measured with. */
    public static int callers() {
        return Scenario.CALLERS;
    }

    /** @throws IllegalArgumentException naming the known ones */
    private static Scenario scenario(String name) {
        return Scenario.ALL.stream()
                .filter(known -> known.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "no scenario '%s'; known are %s".formatted(name, String.join(", ", scenarios()))));
    }

    /** Runs one scenario in all rounds. */
    public void run(String name) throws IOException, InterruptedException {
        Scenario scenario = scenario(name);
        try (CloseStack closing = new CloseStack()) {
            Runnable prepare =
                    plan.memoryInUse() ? closing.push(MemoryInUse.ofMachine(plan.workDirectory()))::fill : () -> {};
            for (int round = 1; round <= plan.rounds(); round++) {
                for (Contestant contestant : scenario.contestants()) {
                    String label = contestant.label(scenario.task());
                    progress.accept("%s, round %d of %d: %s".formatted(name, round, plan.rounds(), label));
                    prepare.run();
                    files.keep(new Run(name, label, contestant.id(), measure(scenario, contestant)));
                }
            }
        }
    }

    /** All that the files have of a scenario; absent when a contestant has not run. */
    public static Optional<Section> section(String name, ResultFiles files, Limits limits) throws IOException {
        Scenario scenario = scenario(name);
        Bound bound = scenario.bound().of(limits, scenario.bodyBytes());
        List<Row> rows = new ArrayList<>();
        for (Contestant contestant : scenario.contestants()) {
            List<Run> runs = files.runs(name, contestant.id());
            if (runs.isEmpty()) {
                return Optional.empty();
            }
            rows.add(Row.of(bound, runs));
        }
        return Optional.of(new Section(
                name,
                scenario.title(),
                rows,
                scenario.goals().stream().map(goal -> goal.judge(rows)).toList()));
    }

    private Measured measure(Scenario scenario, Contestant contestant) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory(plan.workDirectory(), "node-" + contestant.id());
        boolean asLaunched = scenario.task() == Task.START && contestant.target() == TargetKind.SLUICE;
        TargetSettings settings = new TargetSettings(
                plan.root(),
                plan.home(),
                plan.java(),
                directory,
                asLaunched ? TargetSettings.HEAP_OF_LAUNCHER : plan.heapMb(),
                scenario.syncFlush());
        if (scenario.task() == Task.START) {
            return StartUp.of(contestant.target(), settings);
        }
        try (Target target = Target.start(contestant.target(), settings)) {
            target.watchAllocation();
            String address = target.address(contestant.client().door().orElse("address"));
            return new WorkerProcess(plan.root(), plan.java(), plan.heapMb())
                    .run(
                            scenario.request(contestant, address, target.address("broker"), plan),
                            target,
                            line -> progress.accept("  " + line));
        }
    }
}
