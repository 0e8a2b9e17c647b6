package io.sluice.perf.limit;

import java.util.Locale;

/**
 * One measured bound.
 *
 * @param name   what was done, in a few words
 * @param detail sizes and numbers it was done with
 * @param value  the rate
 * @param unit   of the value, for example {@code frames/s}
 */
public record Limit(String name, String detail, double value, String unit) {

    /** One line of a table. */
    public String line() {
        return String.format(Locale.ROOT, "%-32s %-44s %,14.0f %s", name, detail, value, unit);
    }
}
