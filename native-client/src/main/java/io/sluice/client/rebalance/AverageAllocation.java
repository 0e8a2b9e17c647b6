package io.sluice.client.rebalance;

import io.sluice.model.MessageQueue;
import java.util.List;

/**
 * Consecutive queues for each member, as even as possible; the first members take the remainder. The same shares as the
 * default of Apache RocketMQ clients, so that both can be members of one group.
 */
public final class AverageAllocation implements Allocation {

    @Override
    public List<MessageQueue> queuesOf(String member, List<String> members, List<MessageQueue> queues) {
        int index = members.indexOf(member);
        if (index < 0) {
            return List.of();
        }
        int share = queues.size() / members.size();
        int remainder = queues.size() % members.size();
        int from = index * share + Math.min(index, remainder);
        int to = from + share + (index < remainder ? 1 : 0);
        return List.copyOf(queues.subList(from, to));
    }

    @Override
    public String toString() {
        return "AVG";
    }
}
