package io.sluice.perf.report;

/**
 * What the machine could do at best where a scenario works hardest.
 *
 * @param name      of the limit
 * @param perSecond messages per second; 0: none was measured
 * @param lateMs    milliseconds within which 99.6 % of the steps were done; 0: none was measured
 */
public record Bound(String name, double perSecond, double lateMs) {
    public static final Bound NONE = new Bound("", 0, 0);

    /** To hold a rate against. */
    public static Bound rate(String name, double perSecond) {
        return new Bound(name, perSecond, 0);
    }

    /** To hold the latency of a fixed rate against. */
    public static Bound late(String name, double p99_6Ms) {
        return new Bound(name, 0, p99_6Ms);
    }
}
