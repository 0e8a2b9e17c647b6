package io.sluice.broker.lease;

import io.sluice.model.GroupName;
import io.sluice.model.TopicName;
import java.util.OptionalLong;

/**
 * The offsets that tools know groups by. A group that leases shows its low-water marks there; a group that read by offset
 * before begins where it stood. Safe for many threads, never blocks.
 */
public interface GroupProgress {

    /**
     * Where the group stands. Never beyond what the queue held when the broker was opened: after the log lost its end, the
     * entries behind it are new ones, and whoever keeps offsets lowers them before anything is stored.
     */
    OptionalLong committed(GroupName group, TopicName topic, int queueId);

    /** Everything below {@code next} is settled. Told often; calls for one queue do not overlap and do not go back. */
    void advanced(GroupName group, TopicName topic, int queueId, long next);
}
