package io.sluice.wire.body;

import io.sluice.wire.json.Absent;
import io.sluice.wire.json.JsonObject;
import java.util.Map;
import java.util.Optional;

/**
 * Settings of a consumer group.
 *
 * @param retryQueueNums             queues of the retry topic
 * @param retryMaxTimes              deliveries before a message goes to the dead-letter topic
 * @param brokerId                   from which broker id to consume
 * @param whichBrokerWhenConsumeSlowly broker id suggested to readers that are far behind
 * @param consumeTimeoutMinute       after which a message being consumed counts as failed, minutes
 * @param groupRetryPolicy           as the protocol has it; absent: the delay levels
 */
public record SubscriptionGroupConfig(
        String groupName,
        @Absent("true") boolean consumeEnable,
        @Absent("true") boolean consumeFromMinEnable,
        @Absent("true") boolean consumeBroadcastEnable,
        boolean consumeMessageOrderly,
        @Absent("1") int retryQueueNums,
        @Absent("16") int retryMaxTimes,
        Optional<JsonObject> groupRetryPolicy,
        long brokerId,
        @Absent("1") long whichBrokerWhenConsumeSlowly,
        @Absent("true") boolean notifyConsumerIdsChangedEnable,
        int groupSysFlag,
        @Absent("15") int consumeTimeoutMinute,
        Map<String, String> attributes)
        implements Body {

    /** The settings of a group that nobody configured. */
    public static SubscriptionGroupConfig ofDefaults(String groupName) {
        return new SubscriptionGroupConfig(
                groupName, true, true, true, false, 1, 16, Optional.empty(), 0, 1, true, 0, 15, Map.of());
    }
}
