package io.sluice.perf.store;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Locale;

/**
 * One measured value.
 *
 * @param scenario what was run, as it is called on the command line
 * @param name     what was measured, in a few words
 * @param unit     of the value; {@code x} for a ratio
 */
public record Figure(String scenario, String name, double value, String unit) {

    public String json() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("scenario", scenario)
                .put("name", name)
                .put("value", value)
                .put("unit", unit)
                .toString();
    }

    /** For people. */
    public String line() {
        String digits = value >= 1000 ? "%,16.0f" : "%,16.2f";
        return String.format(Locale.ROOT, "%-10s %-72s " + digits + " %s", scenario, name, value, unit);
    }
}
