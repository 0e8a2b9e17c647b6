package io.sluice.wire.command;

import io.sluice.wire.json.Absent;

/** Looking at producers and consumers, and questions that the broker passes on to a client. */
public sealed interface ConsumerCommands {

    /** Answer: ConsumerConnection. */
    record GetConsumerConnections(String consumerGroup) implements ConsumerCommands {}

    /** Answer: ProducerConnection. */
    record GetProducerConnections(String producerGroup) implements ConsumerCommands {}

    /**
     * Answer: ConsumeStats.
     *
     * @param topic     empty: all
     * @param topicList topics separated by semicolons; empty: as {@code topic} says
     */
    record GetConsumeStats(
            String consumerGroup,
            @Absent String topic,
            @Absent String topicList) implements ConsumerCommands {}

    /** Answer: GroupList. */
    record GetGroupsOfTopic(String topic) implements ConsumerCommands {}

    /** Answer: TopicList. */
    record GetTopicsOfGroup(String group) implements ConsumerCommands {}

    record GetSubscription(String group, @Absent String topic) implements ConsumerCommands {}

    record GetConsumeTimeSpan(String topic, String group) implements ConsumerCommands {}

    record GetBrokerConsumeStats(boolean isOrder) implements ConsumerCommands {}

    /** Passed on to the client; answer: ConsumerRunningInfo. */
    record GetConsumerRunningInfo(
            String consumerGroup, String clientId, @Absent boolean jstackEnable) implements ConsumerCommands {}

    /** Passed on to the client with the record of the message as body. */
    record ConsumeDirectly(
            String consumerGroup,
            @Absent String clientId,
            @Absent String msgId,
            @Absent String brokerName,
            @Absent String topic,
            @Absent int topicSysFlag,
            @Absent int groupSysFlag)
            implements ConsumerCommands {}

    /** Passed on to one client, or all when its id is empty. */
    record GetConsumerStatus(
            String topic, String group, @Absent String clientAddr) implements ConsumerCommands {}

    static CommandTable.Builder addTo(CommandTable.Builder table) {
        return table.row(RequestCode.GET_CONSUMER_CONNECTION_LIST, GetConsumerConnections.class)
                .row(RequestCode.GET_PRODUCER_CONNECTION_LIST, GetProducerConnections.class)
                .row(RequestCode.GET_ALL_PRODUCER_INFO, NoFields.class)
                .row(RequestCode.GET_CONSUME_STATS, GetConsumeStats.class)
                .row(RequestCode.QUERY_TOPIC_CONSUME_BY_WHO, GetGroupsOfTopic.class)
                .row(RequestCode.QUERY_TOPICS_BY_CONSUMER, GetTopicsOfGroup.class)
                .row(RequestCode.QUERY_SUBSCRIPTION_BY_CONSUMER, GetSubscription.class)
                .row(RequestCode.QUERY_CONSUME_TIME_SPAN, GetConsumeTimeSpan.class)
                .row(RequestCode.GET_BROKER_CONSUME_STATS, GetBrokerConsumeStats.class)
                .row(RequestCode.GET_CONSUMER_RUNNING_INFO, GetConsumerRunningInfo.class)
                .row(RequestCode.CONSUME_MESSAGE_DIRECTLY, ConsumeDirectly.class)
                .row(RequestCode.GET_CONSUMER_STATUS_FROM_CLIENT, GetConsumerStatus.class)
                .row(RequestCode.INVOKE_BROKER_TO_GET_CONSUMER_STATUS, GetConsumerStatus.class);
    }
}
