package io.sluice.broker.offset;

import io.sluice.model.GroupName;
import io.sluice.model.TopicName;
import io.sluice.store.MessageStore;
import java.util.Objects;
import java.util.OptionalLong;

/** Where a group stands on a queue, or begins when it has never read it. Safe for many threads. */
public final class OffsetQueries {
    private final OffsetTable offsets;
    private final MessageStore store;

    public OffsetQueries(OffsetTable offsets, MessageStore store) {
        this.offsets = Objects.requireNonNull(offsets, "offsets");
        this.store = Objects.requireNonNull(store, "store");
    }

    /**
     * The next offset of the group. A group that has none begins at 0 while the queue is young: it still has its first
     * message, and that is likely in memory. So a consumer that starts at about the same time as the topic loses nothing,
     * wherever it meant to begin.
     *
     * @param zeroWhenYoung whether to answer 0 then, or nothing
     */
    public OptionalLong next(GroupName group, TopicName topic, int queueId, boolean zeroWhenYoung) {
        OptionalLong committed = offsets.committed(group, topic, queueId);
        return committed.isEmpty() && zeroWhenYoung && isYoung(topic.value(), queueId) ? OptionalLong.of(0) : committed;
    }

    private boolean isYoung(String topic, int queueId) {
        if (store.range(topic, queueId).min() > 0) {
            return false;
        }
        boolean[] recent = {true};
        store.entries(topic, queueId, 0, 1, (offset, logOffset, size, tagHash) -> {
            recent[0] = store.isRecent(logOffset);
            return false;
        });
        return recent[0];
    }
}
