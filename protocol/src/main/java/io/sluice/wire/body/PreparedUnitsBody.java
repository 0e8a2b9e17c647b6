package io.sluice.wire.body;

import java.util.List;

/**
 * Units that are prepared, or were decided heuristically, in the order of their ids; Sluice's own, see {@code UnitCommands}.
 *
 * @param more whether there are others behind the last
 */
public record PreparedUnitsBody(String brokerName, boolean more, List<Unit> units) implements Body {

    /**
     * @param state       the names of {@code io.sluice.port.PreparedUnit.State}
     * @param since       epoch milliseconds
     * @param messages    that it stores
     * @param settlements of leases
     * @param bytes       of the messages
     */
    public record Unit(String id, String state, long since, int messages, int settlements, long bytes) {}
}
