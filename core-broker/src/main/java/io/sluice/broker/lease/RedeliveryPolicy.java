package io.sluice.broker.lease;

import io.sluice.model.GroupName;

/** How often a message is delivered before its group gives up on it. */
@FunctionalInterface
public interface RedeliveryPolicy {
    int ATTEMPTS_DEFAULT = 16;

    /** The same for every group. */
    RedeliveryPolicy DEFAULT = group -> ATTEMPTS_DEFAULT;

    /** Deliveries after which a message goes to the dead-letter topic of the group, 1 or more. */
    int attemptsMax(GroupName group);
}
