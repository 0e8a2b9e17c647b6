package io.sluice.wire.command;

/**
 * Units of work between Sluice's own client and broker. {@link RequestCode#COMMIT_UNIT} and {@link RequestCode#PREPARE_UNIT} have no
 * header; body: {@code UnitRequestBody}. Those and {@link RequestCode#DECIDE_UNIT} are answered with a {@code UnitAnswerBody}. A
 * genuine broker answers all with 3.
 */
public sealed interface UnitCommands {

    /**
     * Decides a unit that is prepared.
     *
     * @param commit or else it is rolled back
     * @param byHand by somebody else than its owner
     */
    record DecideUnit(String id, boolean commit, boolean byHand) implements UnitCommands {}

    /** Forgets the heuristic outcome of a unit. */
    record ForgetUnit(String id) implements UnitCommands {}

    /** @param forgotten whether there was one */
    record ForgetUnitAnswer(boolean forgotten) {}

    /**
     * Which units are prepared, or decided heuristically? Body of the answer: {@code PreparedUnitsBody}.
     *
     * @param after only ids behind this one
     * @param limit most units told
     */
    record ListUnits(String after, int limit) implements UnitCommands {}

    static CommandTable.Builder addTo(CommandTable.Builder table) {
        return table.row(RequestCode.COMMIT_UNIT, NoFields.class)
                .row(RequestCode.PREPARE_UNIT, NoFields.class)
                .row(RequestCode.DECIDE_UNIT, DecideUnit.class)
                .row(RequestCode.FORGET_UNIT, ForgetUnit.class)
                .row(RequestCode.LIST_UNITS, ListUnits.class);
    }
}
