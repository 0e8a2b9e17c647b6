package io.sluice.wire.command;

import io.sluice.wire.json.Absent;

/** Configuration, statistics and housekeeping of a broker, and what replicas ask of their primary. */
public sealed interface BrokerCommands {

    /** @param version DataVersion as JSON */
    record BrokerConfigAnswer(@Absent String version) {}

    record ViewStats(String statsName, String statsKey) implements BrokerCommands {}

    /** Between brokers, both ways. */
    record HaInfo(
            @Absent String masterHaAddress,
            @Absent long masterFlushOffset,
            @Absent String masterAddress) implements BrokerCommands {}

    static CommandTable.Builder addTo(CommandTable.Builder table) {
        return table.row(RequestCode.GET_BROKER_CONFIG, NoFields.class)
                .row(RequestCode.UPDATE_BROKER_CONFIG, NoFields.class)
                .row(RequestCode.GET_BROKER_RUNTIME_INFO, NoFields.class)
                .row(RequestCode.VIEW_BROKER_STATS_DATA, ViewStats.class)
                .row(RequestCode.CLEAN_EXPIRED_CONSUMEQUEUE, NoFields.class)
                .row(RequestCode.CLEAN_UNUSED_TOPIC, NoFields.class)
                .row(RequestCode.DELETE_EXPIRED_COMMITLOG, NoFields.class)
                .row(RequestCode.GET_BROKER_HA_STATUS, NoFields.class)
                .row(RequestCode.EXCHANGE_BROKER_HA_INFO, HaInfo.class)
                .row(RequestCode.GET_ALL_CONSUMER_OFFSET, NoFields.class)
                .row(RequestCode.GET_ALL_DELAY_OFFSET, NoFields.class)
                .row(RequestCode.GET_TIMER_CHECK_POINT, NoFields.class)
                .row(RequestCode.GET_TIMER_METRICS, NoFields.class);
    }
}
