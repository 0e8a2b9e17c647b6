package io.sluice.broker.pull;

import io.sluice.model.FilterExpression;
import io.sluice.model.GroupName;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A read on behalf of a consumer group.
 *
 * @param offset      first entry wanted
 * @param maxWait     how long it may wait; zero: not at all
 * @param committed   how far the group has come, if it says so with its read
 * @param filter      what it wants, if it says so; else what its group has registered counts
 * @param wantVersion the version of the registered subscription that the reader knows
 */
public record GroupPull(
        GroupName group,
        TopicName topic,
        int queueId,
        long offset,
        int maxMessages,
        int maxBytes,
        Duration maxWait,
        OptionalLong committed,
        Optional<FilterExpression> filter,
        long wantVersion) {
    public GroupPull {
        Objects.requireNonNull(group, "group");
        Objects.requireNonNull(topic, "topic");
        Objects.requireNonNull(maxWait, "maxWait");
        Objects.requireNonNull(committed, "committed");
        Objects.requireNonNull(filter, "filter");
    }

    MessageQueue queueOn(String brokerName) {
        return new MessageQueue(topic, brokerName, queueId);
    }
}
