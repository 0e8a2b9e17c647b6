package io.sluice.client.rebalance;

import io.sluice.model.MessageQueue;
import java.util.List;
import java.util.Set;

/** The queues that this member was configured with, whoever else is there. Queues that no member names are read by nobody. */
public final class ConfiguredAllocation implements Allocation {
    private final Set<MessageQueue> mine;

    public ConfiguredAllocation(Set<MessageQueue> mine) {
        this.mine = Set.copyOf(mine);
    }

    @Override
    public List<MessageQueue> queuesOf(String member, List<String> members, List<MessageQueue> queues) {
        return queues.stream().filter(mine::contains).toList();
    }

    @Override
    public String toString() {
        return "CONFIG";
    }
}
