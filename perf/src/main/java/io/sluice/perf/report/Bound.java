package io.sluice.perf.report;

/**
 * What the machine could do at best where a scenario works hardest.
 *
 * @param name      of the limit
 * @param perSecond messages per second; 0: none was measured
 */
public record Bound(String name, double perSecond) {
    public static final Bound NONE = new Bound("", 0);
}
