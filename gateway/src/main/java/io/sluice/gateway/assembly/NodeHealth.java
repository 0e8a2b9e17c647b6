package io.sluice.gateway.assembly;

import io.sluice.broker.Broker;
import io.sluice.http.observe.HealthSource;
import java.util.ArrayList;
import java.util.List;

/** What probes are told: ready between start and stop while the store takes messages; live while it need not be restarted. */
final class NodeHealth implements HealthSource {
    private volatile Broker broker;
    private volatile State state = State.STARTING;

    private enum State {
        /** Parts are being opened. */
        STARTING,
        /** Every door accepts. */
        SERVING,
        /** Doors are closing. */
        STOPPING
    }

    void watch(Broker watched) {
        broker = watched;
    }

    void ready() {
        state = State.SERVING;
    }

    void stopping() {
        state = State.STOPPING;
    }

    @Override
    public List<String> notLive() {
        Broker watched = broker;
        return watched == null ? List.of() : watched.whyRestart();
    }

    @Override
    public List<String> notReady() {
        List<String> reasons = new ArrayList<>();
        if (state == State.STARTING) {
            reasons.add("the node is starting");
        } else if (state == State.STOPPING) {
            reasons.add("the node is stopping");
        }
        Broker watched = broker;
        if (watched != null) {
            reasons.addAll(watched.whyNotReady());
        }
        return reasons;
    }
}
