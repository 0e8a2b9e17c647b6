package io.sluice.broker.lease;

import io.sluice.model.GroupName;

/** How a group wants to be served; answered by whoever keeps the settings of groups. Safe for many threads, never blocks. */
@FunctionalInterface
public interface GroupPolicy {
    int ATTEMPTS_DEFAULT = 16;

    /** Deliveries after which a message goes to the dead-letter topic of the group, 1 or more. */
    int attemptsMax(GroupName group);

    /** How long a message waits that its consumer says has failed. */
    default RedeliveryDelay redeliveryDelay(GroupName group) {
        return RedeliveryDelay.NONE;
    }

    /** Whether messages with the same sharding key go to one consumer at a time, in order. */
    default boolean isOrderedByKey(GroupName group) {
        return false;
    }
}
