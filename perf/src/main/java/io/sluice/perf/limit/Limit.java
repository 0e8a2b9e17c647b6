package io.sluice.perf.limit;

import java.util.Locale;

/**
 * One measured bound.
 *
 * @param name   what was done, in a few words
 * @param detail sizes and numbers it was done with
 * @param value  the rate, or a time
 * @param unit   of the value, for example {@code frames/s} or {@code ms}
 */
public record Limit(String name, String detail, double value, String unit) {

    /** One line of a table. */
    public String line() {
        String number = value < 100 ? "%,14.3f" : "%,14.0f";
        return String.format(Locale.ROOT, "%-32s %-44s " + number + " %s", name, detail, value, unit);
    }
}
