package io.sluice.namesrv.route;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * Names of brokers that went without taking leave, or with units of work in doubt, for a day: what they have may come back with
 * them. Not safe for several threads.
 */
final class AwayBrokers {
    private static final long KEPT_NANOS = TimeUnit.DAYS.toNanos(1);
    /** Beyond that, those that went first are forgotten. */
    private static final int NAMES_MAX = 4096;

    /** Since when, in {@link System#nanoTime}, in the order of going. */
    private final Map<String, Long> since = new LinkedHashMap<>();

    void went(String name, long now) {
        since.remove(name);
        since.put(name, now);
        if (since.size() > NAMES_MAX) {
            since.remove(since.keySet().iterator().next());
        }
    }

    /** It came back, or said that it does not. */
    void forget(String name) {
        since.remove(name);
    }

    Set<String> names(long now) {
        since.values().removeIf(went -> now - went > KEPT_NANOS);
        return new TreeSet<>(since.keySet());
    }
}
