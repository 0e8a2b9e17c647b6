package io.sluice.broker.lease;

import io.sluice.model.GroupName;
import io.sluice.model.TopicName;

/** Names one shared cursor: a group on one queue of this broker. */
record CursorKey(GroupName group, TopicName topic, int queueId) {
    CursorKey {
        if (queueId < 0) {
            throw new IllegalArgumentException("queueId %d of %s is negative".formatted(queueId, topic));
        }
    }

    @Override
    public String toString() {
        return group + "@" + topic + "/" + queueId;
    }
}
