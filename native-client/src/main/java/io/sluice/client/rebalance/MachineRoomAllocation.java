package io.sluice.client.rebalance;

import io.sluice.model.MessageQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Only queues of brokers in certain rooms, evenly among all members. A broker says its room by its name,
 * {@code ROOM@BROKER}; others are left out. The same shares as in Apache RocketMQ clients.
 */
public final class MachineRoomAllocation implements Allocation {
    private final Set<String> rooms;

    public MachineRoomAllocation(Set<String> rooms) {
        this.rooms = Set.copyOf(rooms);
    }

    @Override
    public List<MessageQueue> queuesOf(String member, List<String> members, List<MessageQueue> queues) {
        int index = members.indexOf(member);
        if (index < 0) {
            return List.of();
        }
        List<MessageQueue> near =
                queues.stream().filter(queue -> isNear(queue.brokerName())).toList();
        int share = near.size() / members.size();
        int remainder = near.size() % members.size();
        List<MessageQueue> mine = new ArrayList<>(near.subList(index * share, (index + 1) * share));
        if (index < remainder) {
            mine.add(near.get(share * members.size() + index));
        }
        return List.copyOf(mine);
    }

    private boolean isNear(String brokerName) {
        String[] parts = brokerName.split("@");
        return parts.length == 2 && rooms.contains(parts[0]);
    }

    @Override
    public String toString() {
        return "MACHINE_ROOM";
    }
}
