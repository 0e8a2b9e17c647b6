package io.sluice.wire.command;

import io.sluice.wire.json.Absent;

/** How far groups have read, and where queues begin and end. */
public sealed interface OffsetCommands {

    record UpdateOffset(String consumerGroup, String topic, int queueId, long commitOffset) implements OffsetCommands {}

    /** @param setZeroIfNotFound whether a young queue counts as read from 0 when nothing is stored */
    record QueryOffset(
            String consumerGroup,
            String topic,
            int queueId,
            @Absent("true") boolean setZeroIfNotFound) implements OffsetCommands {}

    record GetMaxOffset(
            String topic, int queueId, @Absent("true") boolean committed) implements OffsetCommands {}

    record GetMinOffset(String topic, int queueId) implements OffsetCommands {}

    /** Which of several offsets of the same time is wanted. */
    enum Boundary {
        LOWER,
        UPPER
    }

    /** @param timestamp store time, epoch ms */
    record SearchOffset(
            String topic,
            int queueId,
            long timestamp,
            @Absent("LOWER") Boundary boundaryType) implements OffsetCommands {}

    /** Answer to all questions for an offset. */
    record OffsetAnswer(long offset) {}

    record GetEarliestStoreTime(String topic, int queueId) implements OffsetCommands {}

    /** @param timestamp epoch ms; -1 when the queue is empty */
    record EarliestStoreTimeAnswer(long timestamp) {}

    /**
     * Resets a group by time, or one queue to an offset. Answer: ResetOffsetBody. The broker passes the same on to clients
     * that keep offsets themselves.
     *
     * @param queueId   -1: all queues
     * @param offset    -1: by time
     * @param timestamp epoch ms; -1: to the end
     */
    record ResetOffset(
            String group,
            String topic,
            @Absent("-1") int queueId,
            @Absent("-1") long offset,
            long timestamp,
            boolean isForce)
            implements OffsetCommands {}

    record CloneOffset(
            String srcGroup,
            String destGroup,
            @Absent String topic,
            @Absent boolean offline) implements OffsetCommands {}

    static CommandTable.Builder addTo(CommandTable.Builder table) {
        return table.row(RequestCode.UPDATE_CONSUMER_OFFSET, UpdateOffset.class)
                .row(RequestCode.QUERY_CONSUMER_OFFSET, QueryOffset.class)
                .row(RequestCode.GET_MAX_OFFSET, GetMaxOffset.class)
                .row(RequestCode.GET_MIN_OFFSET, GetMinOffset.class)
                .row(RequestCode.SEARCH_OFFSET_BY_TIMESTAMP, SearchOffset.class)
                .row(RequestCode.GET_EARLIEST_MSG_STORETIME, GetEarliestStoreTime.class)
                .row(RequestCode.INVOKE_BROKER_TO_RESET_OFFSET, ResetOffset.class)
                .row(RequestCode.RESET_CONSUMER_CLIENT_OFFSET, ResetOffset.class)
                .row(RequestCode.CLONE_GROUP_OFFSET, CloneOffset.class);
    }
}
