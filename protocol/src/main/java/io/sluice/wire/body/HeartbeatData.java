package io.sluice.wire.body;

import java.util.Set;

/**
 * Which groups live on a connection.
 *
 * @param heartbeatFingerprint 0 in the old style
 * @param withoutSub           whether subscriptions are left out because they have not changed
 */
public record HeartbeatData(
        String clientID,
        Set<ProducerData> producerDataSet,
        Set<ConsumerData> consumerDataSet,
        int heartbeatFingerprint,
        boolean withoutSub)
        implements Body {

    /** One producer group. */
    public record ProducerData(String groupName) {}

    /**
     * One consumer group; the three texts are names of constants of the protocol.
     *
     * @param consumeType      {@code CONSUME_ACTIVELY} (pull), {@code CONSUME_PASSIVELY} (push) or {@code CONSUME_POP}
     * @param messageModel     {@code CLUSTERING}, {@code BROADCASTING} or {@code LITE_SELECTIVE}
     * @param consumeFromWhere where a new group begins
     */
    public record ConsumerData(
            String groupName,
            String consumeType,
            String messageModel,
            String consumeFromWhere,
            Set<SubscriptionData> subscriptionDataSet,
            boolean unitMode) {}
}
