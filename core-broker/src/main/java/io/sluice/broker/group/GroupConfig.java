package io.sluice.broker.group;

import io.sluice.model.GroupName;
import java.util.Map;
import java.util.Objects;

/**
 * The settings of one consumer group, as tools know them.
 *
 * @param consumeEnable           whether the group may read at all
 * @param consumeFromMinEnable    carried for tools
 * @param consumeBroadcastEnable  whether its members may each get every message
 * @param consumeOrderly          carried for tools
 * @param retryQueues             queues of its retry topic; 0 or less: failed messages are dropped
 * @param retryMaxTimes           failed deliveries after which a message goes to the dead-letter topic
 * @param brokerId                replica to read from, normally 0
 * @param brokerIdWhenSlow        replica to read from when far behind
 * @param notifyChanges           whether members are told when membership changes
 * @param sysFlag                 bits of the native protocol, carried unchanged
 * @param consumeTimeoutMinutes   carried for clients
 * @param retryPolicy             JSON of the retry policy, carried unchanged
 * @param attributes              settings of newer releases by name, carried unchanged
 */
public record GroupConfig(
        GroupName name,
        boolean consumeEnable,
        boolean consumeFromMinEnable,
        boolean consumeBroadcastEnable,
        boolean consumeOrderly,
        int retryQueues,
        int retryMaxTimes,
        long brokerId,
        long brokerIdWhenSlow,
        boolean notifyChanges,
        int sysFlag,
        int consumeTimeoutMinutes,
        String retryPolicy,
        Map<String, String> attributes) {
    public static final int RETRY_MAX_TIMES_DEFAULT = 16;
    static final String RETRY_POLICY_DEFAULT = "{\"type\":\"CUSTOMIZED\"}";

    public GroupConfig {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(retryPolicy, "retryPolicy");
        attributes = Map.copyOf(attributes);
    }

    /** What a group gets that appears by itself. */
    public static GroupConfig of(GroupName name) {
        return new GroupConfig(
                name,
                true,
                true,
                true,
                false,
                1,
                RETRY_MAX_TIMES_DEFAULT,
                0,
                1,
                true,
                0,
                15,
                RETRY_POLICY_DEFAULT,
                Map.of());
    }

    public GroupConfig withConsumeEnable(boolean enabled) {
        return new GroupConfig(
                name,
                enabled,
                consumeFromMinEnable,
                consumeBroadcastEnable,
                consumeOrderly,
                retryQueues,
                retryMaxTimes,
                brokerId,
                brokerIdWhenSlow,
                notifyChanges,
                sysFlag,
                consumeTimeoutMinutes,
                retryPolicy,
                attributes);
    }
}
