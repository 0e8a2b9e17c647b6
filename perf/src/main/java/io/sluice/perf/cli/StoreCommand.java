package io.sluice.perf.cli;

import io.sluice.perf.store.StoreMeasurement;
import io.sluice.perf.store.StorePlan;
import io.sluice.perf.store.StoreScenario;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sluice perf store}: the store alone, without any door. */
@Command(
        name = "store",
        description = "Measure the store in process: appends, a large backlog, opening after a kill, many queues.",
        mixinStandardHelpOptions = true)
final class StoreCommand implements Callable<Integer> {
    @Mixin
    private Surroundings surroundings;

    @Option(
            names = "--scenario",
            required = true,
            description = "${COMPLETION-CANDIDATES}, in any case; several separated by commas",
            split = ",")
    private List<StoreScenario> scenarios;

    @Option(names = "--messages", description = "of the backlog (default: ${DEFAULT-VALUE})")
    private long messages = 10_000_000;

    @Option(names = "--bytes", description = "of a body in the backlog (default: ${DEFAULT-VALUE})")
    private int bytes = 128;

    @Option(names = "--log", paramLabel = "BYTES", description = "log to recover (default: ${DEFAULT-VALUE})")
    private long logBytes = 1L << 30;

    @Option(names = "--topics", description = "with four queues each (default: ${DEFAULT-VALUE})")
    private int topics = 10_000;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Figures figures = Figures.begin(surroundings, "store");
        StorePlan plan = new StorePlan(
                surroundings.workDirectory().resolve("store"), messages, bytes, logBytes, topics, surroundings.java());
        for (StoreScenario scenario : scenarios) {
            StoreMeasurement.run(scenario, plan, figures::tell);
        }
        figures.end();
        return 0;
    }
}
