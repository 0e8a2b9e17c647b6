package io.sluice.perf.store;

import java.io.IOException;
import java.util.function.Consumer;

/** Runs one scenario and tells its figures one by one. */
public final class StoreMeasurement {
    private StoreMeasurement() {}

    public static void run(StoreScenario scenario, StorePlan plan, Consumer<Figure> told)
            throws IOException, InterruptedException {
        switch (scenario) {
            case APPEND -> new AppendScenario(plan, told).run();
            case FRESH -> new AppendScenario(plan, told).fresh();
            case SYNC -> new SyncScenario(plan, told).run();
            case BACKLOG -> new BacklogScenario(plan, told).run();
            case RECOVERY -> new OpeningScenario(plan, told).recovery();
            case REBUILD -> new OpeningScenario(plan, told).rebuild();
            case QUEUES -> new OpeningScenario(plan, told).queues();
        }
    }
}
