package io.sluice.perf.cli;

import io.sluice.perf.broker.BrokerMeasurement;
import io.sluice.perf.broker.BrokerPlan;
import io.sluice.perf.broker.BrokerScenario;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sluice perf broker}: the broker's services without any door. */
@Command(
        name = "broker",
        description = "Measure the broker in process: leases against plain reading, timed messages.",
        mixinStandardHelpOptions = true)
final class BrokerCommand implements Callable<Integer> {
    @Mixin
    private Surroundings surroundings;

    @Option(
            names = "--scenario",
            required = true,
            description = "${COMPLETION-CANDIDATES}, in any case; several separated by commas",
            split = ",")
    private List<BrokerScenario> scenarios;

    @Option(names = "--messages", description = "read and leased in each round (default: ${DEFAULT-VALUE})")
    private int messages = 300_000;

    @Option(names = "--timers", description = "that wait at one time (default: ${DEFAULT-VALUE})")
    private int timers = 1_000_000;

    @Option(names = "--bytes", description = "of a body (default: ${DEFAULT-VALUE})")
    private int bytes = 128;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Figures figures = Figures.begin(surroundings, "broker");
        BrokerPlan plan = new BrokerPlan(surroundings.workDirectory().resolve("broker"), messages, timers, bytes);
        for (BrokerScenario scenario : scenarios) {
            BrokerMeasurement.run(scenario, plan, figures::tell);
        }
        figures.end();
        return 0;
    }
}
