package io.sluice.perf.broker;

import io.sluice.perf.store.Figure;
import java.io.IOException;
import java.util.function.Consumer;

/** Runs one scenario and tells its figures one by one. */
public final class BrokerMeasurement {
    private BrokerMeasurement() {}

    public static void run(BrokerScenario scenario, BrokerPlan plan, Consumer<Figure> told)
            throws IOException, InterruptedException {
        switch (scenario) {
            case LEASE -> new LeaseScenario(plan, told).run();
            case TIMER -> new TimerScenario(plan, told).run();
        }
    }
}
