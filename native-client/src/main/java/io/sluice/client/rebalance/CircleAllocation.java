package io.sluice.client.rebalance;

import io.sluice.model.MessageQueue;
import java.util.ArrayList;
import java.util.List;

/** Queues dealt out one by one like cards, so that each member gets some of every broker. */
public final class CircleAllocation implements Allocation {

    @Override
    public List<MessageQueue> queuesOf(String member, List<String> members, List<MessageQueue> queues) {
        int index = members.indexOf(member);
        if (index < 0) {
            return List.of();
        }
        List<MessageQueue> mine = new ArrayList<>();
        for (int i = index; i < queues.size(); i += members.size()) {
            mine.add(queues.get(i));
        }
        return List.copyOf(mine);
    }

    @Override
    public String toString() {
        return "AVG_BY_CIRCLE";
    }
}
