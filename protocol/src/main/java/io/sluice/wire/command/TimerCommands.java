package io.sluice.wire.command;

/** Messages that wait for their time; Sluice's own, beside {@link SendCommands.RecallMessage}. */
public sealed interface TimerCommands {

    /**
     * Which messages of a topic wait? Body of the answer: {@code WaitingMessagesBody}.
     *
     * @param limit most messages told
     */
    record ListTimed(String topic, int limit) implements TimerCommands {}

    static CommandTable.Builder addTo(CommandTable.Builder table) {
        return table.row(RequestCode.LIST_TIMED, ListTimed.class);
    }
}
