package io.sluice.broker.topic;

import java.util.Objects;

/**
 * How topics come into being; the RocketMQ configuration key of each component stands in brackets.
 *
 * @param clusterName   (brokerClusterName); a topic of this name exists
 * @param brokerName    (brokerName); a topic of this name exists
 * @param autoCreate    whether a send to an unknown topic creates it (autoCreateTopicEnable)
 * @param defaultQueues most queues that such a topic gets (defaultTopicQueueNums)
 * @param maxTopics     how many topics there may be (maxTopics)
 * @param delayLevels   queues of the topic where delayed messages wait: one per level of messageDelayLevel
 * @param traceTopic    whether the topic for traces exists (traceTopicEnable)
 */
public record TopicRules(
        String clusterName,
        String brokerName,
        boolean autoCreate,
        int defaultQueues,
        int maxTopics,
        int delayLevels,
        boolean traceTopic) {
    public TopicRules {
        Objects.requireNonNull(clusterName, "clusterName");
        Objects.requireNonNull(brokerName, "brokerName");
        if (defaultQueues < 1) {
            throw new IllegalArgumentException(
                    "defaultTopicQueueNums %d is too small; expected 1 or more".formatted(defaultQueues));
        }
    }
}
