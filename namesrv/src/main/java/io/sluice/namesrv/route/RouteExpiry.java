package io.sluice.namesrv.route;

import io.sluice.runtime.Duty;
import java.util.concurrent.TimeUnit;

/** Looks for brokers that fell silent, removes them and ends their connections. */
public final class RouteExpiry implements Duty {
    private final RouteTable table;
    private final long everyMs;

    public RouteExpiry(RouteTable table, long everyMs) {
        this.table = table;
        this.everyMs = everyMs;
    }

    @Override
    public int work() {
        table.expire().forEach(origin -> origin.close("the broker was silent for too long"));
        return 0;
    }

    @Override
    public long idleNanos() {
        return TimeUnit.MILLISECONDS.toNanos(everyMs);
    }

    @Override
    public String role() {
        return "route-expiry";
    }
}
