package io.sluice.wire.command;

import io.sluice.wire.json.Absent;
import io.sluice.wire.json.Named;

/** Who is connected: heartbeats, leaving, members of a group. */
public sealed interface SessionCommands {

    /** Body: HeartbeatData. */
    record Heartbeat() implements SessionCommands {}

    record HeartbeatAnswer(
            @Named("IS_SUPPORT_HEART_BEAT_V2") @Absent boolean supportsV2,
            @Named("IS_SUB_CHANGE") @Absent boolean subscriptionChanged) {}

    /** One group leaves; the other of the two groups is empty. */
    record UnregisterClient(
            String clientID,
            @Absent String producerGroup,
            @Absent String consumerGroup) implements SessionCommands {}

    /** Answer: client ids. */
    record GetConsumerList(String consumerGroup) implements SessionCommands {}

    /** Broker to client, one-way: rebalance. */
    record ConsumerIdsChanged(String consumerGroup) implements SessionCommands {}

    static CommandTable.Builder addTo(CommandTable.Builder table) {
        return table.row(RequestCode.HEART_BEAT, Heartbeat.class)
                .row(RequestCode.UNREGISTER_CLIENT, UnregisterClient.class)
                .row(RequestCode.GET_CONSUMER_LIST_BY_GROUP, GetConsumerList.class)
                .row(RequestCode.CHECK_CLIENT_CONFIG, NoFields.class)
                .row(RequestCode.NOTIFY_CONSUMER_IDS_CHANGED, ConsumerIdsChanged.class);
    }
}
