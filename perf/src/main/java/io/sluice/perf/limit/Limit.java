package io.sluice.perf.limit;

/**
 * One measured bound.
 *
 * @param name  what was done, in a few words
 * @param value the rate
 * @param unit  of the value, for example {@code frames/s}
 */
public record Limit(String name, double value, String unit) {}
