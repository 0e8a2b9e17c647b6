package io.sluice.wire.command;

/**
 * Units of work between Sluice's own client and broker. {@link RequestCode#COMMIT_UNIT} has no header; bodies: {@code
 * UnitRequestBody}, {@code UnitAnswerBody}. A genuine broker answers it with 3.
 */
public final class UnitCommands {
    private UnitCommands() {}

    static CommandTable.Builder addTo(CommandTable.Builder table) {
        return table.row(RequestCode.COMMIT_UNIT, NoFields.class);
    }
}
