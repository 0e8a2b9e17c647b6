package io.sluice.client.rebalance;

import io.sluice.model.MessageQueue;
import java.util.List;

/**
 * Which queues of a topic one member of a group takes. Every member computes this for itself from the same sorted lists,
 * so an allocation depends on nothing else: no clock, no chance, no state. All members of a group use the same one.
 */
@FunctionalInterface
public interface Allocation {

    /**
     * @param member  who asks; one of {@code members}
     * @param members client ids of the whole group, sorted
     * @param queues  all readable queues of the topic, sorted
     */
    List<MessageQueue> queuesOf(String member, List<String> members, List<MessageQueue> queues);
}
