package io.sluice.client.admin;

import io.sluice.model.GroupName;

/**
 * What a broker has been told of a consumer group.
 *
 * @param mayConsume  whether the group is given messages at all
 * @param retryQueues queues of the group's retry topic, at least 1
 * @param retriesMax  further deliveries after the first, at least 0; then a message goes to the dead-letter topic
 */
public record GroupSettings(GroupName group, boolean mayConsume, int retryQueues, int retriesMax) {
    public GroupSettings {
        if (retryQueues < 1 || retriesMax < 0) {
            throw new IllegalArgumentException(
                    "group %s cannot have %d retry queues and %d retries".formatted(group, retryQueues, retriesMax));
        }
    }

    /** The settings of a group that nobody configured. */
    public static GroupSettings ofDefaults(String group) {
        return new GroupSettings(new GroupName(group), true, 1, 16);
    }
}
