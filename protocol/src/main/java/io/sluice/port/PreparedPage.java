package io.sluice.port;

import java.util.List;

/**
 * Prepared units in the order of their ids.
 *
 * @param more whether there are others behind the last of these
 */
public record PreparedPage(List<PreparedUnit> units, boolean more) {
    public PreparedPage {
        units = List.copyOf(units);
    }
}
