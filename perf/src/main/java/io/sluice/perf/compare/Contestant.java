package io.sluice.perf.compare;

import io.sluice.perf.load.Reading;
import io.sluice.perf.load.SendStyle;
import io.sluice.perf.target.TargetKind;
import io.sluice.perf.worker.ClientKind;

/**
 * One program under load through one client. The first of a scenario is the one that the others are compared with.
 *
 * @param threads  that start steps
 * @param inFlight steps open at once of each thread
 */
record Contestant(
        TargetKind target,
        ClientKind client,
        SendStyle style,
        Reading reading,
        int threads,
        int inFlight,
        int lingerMs) {

    /** Receives, if it does, in the way that its client has by default. */
    static Contestant of(TargetKind target, ClientKind client, SendStyle style, int threads, int inFlight) {
        Reading reading =
                client.readings().isEmpty() ? Reading.PUSH : client.readings().get(0);
        return new Contestant(target, client, style, reading, threads, inFlight, 0);
    }

    /** As many callers, each waiting for its answer. */
    static Contestant callers(TargetKind target, ClientKind client, SendStyle style, int callers) {
        return of(target, client, style, callers, 1);
    }

    Contestant withLinger(int ms) {
        return new Contestant(target, client, style, reading, threads, inFlight, ms);
    }

    Contestant reading(Reading other) {
        return new Contestant(target, client, style, other, threads, inFlight, lingerMs);
    }

    /** What tells it from the others of its scenario, for a person. */
    String label(Task task) {
        String what = task == Task.DRAIN || task == Task.TRIP ? reading.label() : style.label();
        return task == Task.START
                ? target.title()
                : "%s, %s %s%s"
                        .formatted(
                                target.title(),
                                client.label(),
                                what,
                                lingerMs == 0 ? "" : ", linger " + lingerMs + " ms");
    }

    /** For file names. */
    String id() {
        return "%s-%s-%s-%s%s"
                .formatted(
                        target.label(),
                        client.label(),
                        style.label(),
                        reading.label(),
                        lingerMs == 0 ? "" : "-linger" + lingerMs);
    }
}
