package io.sluice.perf.compare;

import io.sluice.perf.limit.Limit;
import io.sluice.perf.report.Row;
import io.sluice.perf.report.Run;
import io.sluice.perf.target.Target;
import io.sluice.perf.target.TargetSettings;
import io.sluice.perf.worker.Measured;
import io.sluice.perf.worker.WorkerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Runs scenarios: round after round, in each round every contestant once, so that what else the machine does hits all. */
public final class Comparison {
    private final ComparePlan plan;
    private final List<Limit> limits;
    private final Consumer<String> progress;
    private final Consumer<Run> done;

    /**
     * @param progress told lines for a person who waits
     * @param done     told each run when it is over
     */
    public Comparison(ComparePlan plan, List<Limit> limits, Consumer<String> progress, Consumer<Run> done) {
        this.plan = plan;
        this.limits = limits;
        this.progress = progress;
        this.done = done;
    }

    /** Names that {@link #run} understands. */
    public static List<String> scenarios() {
        return Scenario.ALL.stream().map(Scenario::name).toList();
    }

    /** Runs one scenario; one row per contestant, the first is the one compared. */
    public List<Row> run(String name) throws IOException, InterruptedException {
        Scenario scenario = Scenario.ALL.stream()
                .filter(known -> known.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "no scenario '%s'; known are %s".formatted(name, String.join(", ", scenarios()))));
        List<List<Run>> runs = new ArrayList<>();
        scenario.contestants().forEach(contestant -> runs.add(new ArrayList<>()));
        for (int round = 1; round <= plan.rounds(); round++) {
            for (int i = 0; i < runs.size(); i++) {
                Contestant contestant = scenario.contestants().get(i);
                progress.accept("%s, round %d of %d: %s".formatted(name, round, plan.rounds(), contestant.label()));
                Run run = new Run(name, contestant.label(), contestant.id(), round, measure(scenario, contestant));
                runs.get(i).add(run);
                done.accept(run);
            }
        }
        List<Row> rows = new ArrayList<>();
        for (List<Run> ofContestant : runs) {
            rows.add(Row.of(scenario.title(), scenario.goal(), limitOf(scenario), ofContestant));
        }
        return rows;
    }

    private Measured measure(Scenario scenario, Contestant contestant) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory(plan.workDirectory(), "node-" + contestant.id());
        TargetSettings settings = new TargetSettings(
                plan.root(), plan.home(), plan.java(), directory, plan.heapMb(), scenario.syncFlush());
        try (Target target = Target.start(contestant.target(), settings)) {
            target.watchAllocation();
            Map<String, String> told = scenario.workerSettings(contestant);
            told.put("warmup", String.valueOf(plan.warmUpSeconds()));
            told.put("seconds", String.valueOf(plan.seconds()));
            told.put("messages", String.valueOf(scenario.messages() * plan.drainMessagesPart()));
            told.putAll(target.addresses());
            contestant.client().door().ifPresent(door -> told.put("address", target.address(door)));
            return new WorkerProcess(plan.root(), plan.java(), plan.heapMb())
                    .run(contestant.client(), told, target, line -> progress.accept("  " + line));
        }
    }

    private double limitOf(Scenario scenario) {
        return limits.stream()
                .filter(limit -> !scenario.limit().isEmpty() && limit.name().startsWith(scenario.limit()))
                .mapToDouble(Limit::value)
                .findFirst()
                .orElse(0);
    }
}
