package io.sluice.perf.compare;

import io.sluice.perf.limit.Limit;
import io.sluice.perf.limit.Limits;
import io.sluice.perf.load.SendStyle;
import io.sluice.perf.report.Bound;
import io.sluice.perf.worker.ClientKind;
import io.sluice.perf.worker.LoadRequest;

/** Which limit of the machine a scenario is held against. */
public enum BoundRule {
    NONE("", false),
    /** As many callers as the scenario's, one message per frame. */
    ECHO_CALLERS(Limits.ECHO_CALLERS, false),
    ECHO_PIPELINED(Limits.ECHO_PIPELINED, false),
    /** As many frames each second: latencies, not rates. */
    ECHO_PACED(Limits.ECHO_PACED_P99_6, false),
    /** Bodies alone, written to blocks that are new. */
    WRITE_FRESH(Limits.WRITE_FRESH, true),
    /** Bodies alone, over the network of the machine. */
    LOOPBACK(Limits.LOOPBACK, true),
    GROUP_COMMIT(Limits.GROUP_COMMIT, false);

    private final String limit;
    private final boolean inMegabytes;

    BoundRule(String limit, boolean inMegabytes) {
        this.limit = limit;
        this.inMegabytes = inMegabytes;
    }

    /** For a load that is no scenario; none where no limit does the same. */
    public static BoundRule of(LoadRequest request) {
        boolean singly = request.settings().style() == SendStyle.SYNC;
        return switch (request.mode()) {
            case TRIP -> request.plan().ratePerSecond() == Limits.PACED_RATE ? ECHO_PACED : NONE;
            case DRAIN -> LOOPBACK;
            case SEND -> {
                if (request.client() == ClientKind.RAW) {
                    yield ECHO_PIPELINED;
                }
                // The echo was measured with as many callers and with frames of about the same size.
                boolean sameCallers = request.plan().threads() == Scenario.CALLERS
                        && request.settings().bodyBytes() == Scenario.BODY_BYTES;
                yield !singly ? WRITE_FRESH : sameCallers ? ECHO_CALLERS : NONE;
            }
        };
    }

    public Bound of(Limits limits, int bodyBytes) {
        return limits.find(limit).map(found -> of(found, bodyBytes)).orElse(Bound.NONE);
    }

    private Bound of(Limit found, int bodyBytes) {
        if (this == ECHO_PACED) {
            return Bound.late(limit, found.value());
        }
        return inMegabytes
                ? Bound.rate(limit + ", bodies alone", found.value() * 1e6 / bodyBytes)
                : Bound.rate(limit, found.value());
    }
}
