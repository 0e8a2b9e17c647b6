package io.sluice.wire.command;

import io.sluice.wire.json.Absent;

/** The genuine way to lease: POP, acknowledge, change the invisible time, and who is assigned what. */
public sealed interface PopCommands {

    /**
     * Answer body: records.
     *
     * @param queueId       -1: any queue
     * @param invisibleTime how long the messages are lent, ms
     * @param pollTime      how long the answer may be held, ms, counted from {@code bornTime}
     * @param initMode      where a new group begins: 0 first, 1 last
     */
    record PopMessage(
            String consumerGroup,
            String topic,
            int queueId,
            int maxMsgNums,
            long invisibleTime,
            long pollTime,
            long bornTime,
            int initMode,
            @Absent String expType,
            @Absent String exp,
            @Absent boolean order,
            @Absent String attemptId)
            implements PopCommands {}

    record PopAnswer(
            long popTime,
            long invisibleTime,
            int reviveQid,
            long restNum,
            @Absent String startOffsetInfo,
            @Absent String msgOffsetInfo,
            @Absent String orderCountInfo) {}

    /** @param extraInfo the receipt */
    record AckMessage(String consumerGroup, String topic, int queueId, String extraInfo, long offset)
            implements PopCommands {}

    record ChangeInvisibleTime(
            String consumerGroup, String topic, int queueId, String extraInfo, long offset, long invisibleTime)
            implements PopCommands {}

    record ChangeInvisibleTimeAnswer(long popTime, long invisibleTime, int reviveQid) {}

    /**
     * Asks whether there is something to pop, and waits for it.
     *
     * @param queueId  -1: any queue
     * @param pollTime how long the answer may be held, ms, counted from {@code bornTime}
     */
    record Notification(
            String consumerGroup,
            String topic,
            int queueId,
            long pollTime,
            long bornTime,
            @Absent boolean order,
            @Absent String attemptId)
            implements PopCommands {}

    /** @param pollingFull whether too many questions wait already */
    record NotificationAnswer(boolean hasMsg, boolean pollingFull) {}

    record PollingInfo(String consumerGroup, String topic, int queueId) implements PopCommands {}

    /** @param pollingNum requests that wait for messages */
    record PollingInfoAnswer(int pollingNum) {}

    static CommandTable.Builder addTo(CommandTable.Builder table) {
        return table.row(RequestCode.POP_MESSAGE, PopMessage.class)
                .row(RequestCode.ACK_MESSAGE, AckMessage.class)
                .row(RequestCode.BATCH_ACK_MESSAGE, NoFields.class)
                .row(RequestCode.NOTIFICATION, Notification.class)
                .row(RequestCode.POLLING_INFO, PollingInfo.class)
                .row(RequestCode.CHANGE_MESSAGE_INVISIBLETIME, ChangeInvisibleTime.class)
                .row(RequestCode.QUERY_ASSIGNMENT, NoFields.class)
                .row(RequestCode.SET_MESSAGE_REQUEST_MODE, NoFields.class)
                .row(RequestCode.GET_ALL_MESSAGE_REQUEST_MODE, NoFields.class);
    }
}
