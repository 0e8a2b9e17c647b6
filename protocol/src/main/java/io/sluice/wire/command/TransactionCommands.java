package io.sluice.wire.command;

import io.sluice.wire.json.Absent;

/** The fate of half messages. */
public sealed interface TransactionCommands {
    int COMMIT = 8;
    int ROLLBACK = 12;
    int UNKNOWN = 0;

    /**
     * One-way.
     *
     * @param tranStateTableOffset offset in the half queue
     * @param commitOrRollback     {@link #COMMIT}, {@link #ROLLBACK} or {@link #UNKNOWN}
     * @param fromTransactionCheck whether it answers a check
     */
    record EndTransaction(
            @Absent String topic,
            String producerGroup,
            long tranStateTableOffset,
            long commitLogOffset,
            int commitOrRollback,
            @Absent boolean fromTransactionCheck,
            String msgId,
            @Absent String transactionId)
            implements TransactionCommands {}

    /** Broker to client, one-way: what has become of it? Body: the half message as a record. */
    record CheckTransaction(
            @Absent String topic,
            long tranStateTableOffset,
            long commitLogOffset,
            @Absent String msgId,
            @Absent String transactionId,
            @Absent String offsetMsgId)
            implements TransactionCommands {}

    /**
     * A message that was given up shall be asked about again.
     *
     * @param msgId its place in the log, as an offset id
     */
    record ResumeCheck(@Absent String topic, String msgId) implements TransactionCommands {}

    static CommandTable.Builder addTo(CommandTable.Builder table) {
        return table.row(RequestCode.END_TRANSACTION, EndTransaction.class)
                .row(RequestCode.CHECK_TRANSACTION_STATE, CheckTransaction.class)
                .row(RequestCode.RESUME_CHECK_HALF_MESSAGE, ResumeCheck.class);
    }
}
