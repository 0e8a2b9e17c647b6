package io.sluice.wire.command;

import io.sluice.wire.json.Absent;

/** Administration of topics. */
public sealed interface TopicCommands {

    /**
     * @param perm       bits: 1 inherit, 2 write, 4 read
     * @param attributes {@code +key=value} to set, {@code -key} to remove, separated by commas
     */
    record PutTopic(
            String topic,
            @Absent String defaultTopic,
            int readQueueNums,
            int writeQueueNums,
            int perm,
            @Absent(value = "SINGLE_TAG", written = true) String topicFilterType,
            @Absent int topicSysFlag,
            @Absent boolean order,
            @Absent String attributes,
            @Absent boolean force)
            implements TopicCommands {}

    record DeleteTopic(String topic) implements TopicCommands {}

    /** Answer: TopicConfig. */
    record GetTopicConfig(String topic) implements TopicCommands {}

    /** Answer: TopicStatsTable. */
    record GetTopicStats(String topic) implements TopicCommands {}

    static CommandTable.Builder addTo(CommandTable.Builder table) {
        return table.row(RequestCode.UPDATE_AND_CREATE_TOPIC, PutTopic.class)
                .row(RequestCode.UPDATE_AND_CREATE_TOPIC_LIST, NoFields.class)
                .row(RequestCode.DELETE_TOPIC_IN_BROKER, DeleteTopic.class)
                .row(RequestCode.GET_ALL_TOPIC_CONFIG, NoFields.class)
                .row(RequestCode.GET_TOPIC_CONFIG, GetTopicConfig.class)
                .row(RequestCode.GET_TOPIC_STATS_INFO, GetTopicStats.class)
                .row(RequestCode.GET_SYSTEM_TOPIC_LIST_FROM_BROKER, NoFields.class);
    }
}
