package io.sluice.perf.compare;

import io.sluice.perf.worker.LoadMode;

/** What a scenario does with its contestants. */
enum Task {
    SEND(LoadMode.SEND),
    DRAIN(LoadMode.DRAIN),
    TRIP(LoadMode.TRIP),
    /** Starts the node and sends once; the latency is that of the first answer. */
    START(LoadMode.SEND);

    private final LoadMode mode;

    Task(LoadMode mode) {
        this.mode = mode;
    }

    LoadMode mode() {
        return mode;
    }
}
