package io.sluice.perf.compare;

import io.sluice.perf.load.SendStyle;
import io.sluice.perf.target.TargetKind;
import io.sluice.perf.worker.ClientKind;

/** One program under load through one client. The first of a scenario is the one that the others are compared with. */
record Contestant(TargetKind target, ClientKind client, SendStyle style, int lingerMs) {

    static Contestant of(TargetKind target, ClientKind client, SendStyle style) {
        return new Contestant(target, client, style, 0);
    }

    String label() {
        return target.title() + ", " + client.label() + " client"
                + (lingerMs == 0 ? "" : ", linger " + lingerMs + " ms");
    }

    /** For file names. */
    String id() {
        return target.label() + "-" + client.label() + (lingerMs == 0 ? "" : "-linger" + lingerMs);
    }
}
