package io.sluice.wire.command;

import io.sluice.wire.json.Absent;
import io.sluice.wire.json.Named;

/** Finding messages by key, id or time, and looking into queues. */
public sealed interface QueryCommands {

    /**
     * By key; answer body: records.
     *
     * @param uniqueKeyQuery {@code true} when the key is a client message id
     */
    record QueryMessage(
            String topic,
            String key,
            int maxNum,
            long beginTimestamp,
            long endTimestamp,
            @Absent @Named("_UNIQUE_KEY_QUERY") boolean uniqueKeyQuery)
            implements QueryCommands {}

    record QueryMessageAnswer(long indexLastUpdateTimestamp, long indexLastUpdatePhyoffset) {}

    /** By position in the CommitLog; answer body: one record. */
    record ViewMessage(@Absent String topic, long offset) implements QueryCommands {}

    /** Entries of one queue as the index holds them. */
    record QueryConsumeQueue(
            @Absent String topic,
            @Absent int queueId,
            @Absent long index,
            @Absent int count,
            @Absent String consumerGroup)
            implements QueryCommands {}

    static CommandTable.Builder addTo(CommandTable.Builder table) {
        return table.row(RequestCode.QUERY_MESSAGE, QueryMessage.class)
                .row(RequestCode.VIEW_MESSAGE_BY_ID, ViewMessage.class)
                .row(RequestCode.QUERY_CONSUME_QUEUE, QueryConsumeQueue.class);
    }
}
