package io.sluice.client.rebalance;

import io.sluice.model.MessageQueue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Even shares that change little when a member comes or goes: every queue goes to the member that it ranks highest among those
 * with room. How a queue ranks members depends on their names alone, so most keep theirs. All members must be Sluice clients.
 */
public final class StickyAllocation implements Allocation {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    @Override
    public List<MessageQueue> queuesOf(String member, List<String> members, List<MessageQueue> queues) {
        if (!members.contains(member)) {
            return List.of();
        }
        int share = queues.size() / members.size();
        int larger = queues.size() % members.size();
        Map<String, Integer> taken = new HashMap<>();
        List<MessageQueue> mine = new ArrayList<>();
        for (MessageQueue queue : queues) {
            List<String> ranked = members.stream()
                    .sorted(Comparator.comparingLong((String each) -> rank(queue, each))
                            .reversed()
                            .thenComparing(Comparator.naturalOrder()))
                    .toList();
            for (String each : ranked) {
                int has = taken.getOrDefault(each, 0);
                boolean fits = has < share || has == share && larger > 0;
                if (fits) {
                    larger -= has == share ? 1 : 0;
                    taken.put(each, has + 1);
                    if (each.equals(member)) {
                        mine.add(queue);
                    }
                    break;
                }
            }
        }
        return List.copyOf(mine);
    }

    private static long rank(MessageQueue queue, String member) {
        long mixed =
                (queue.topic().value().hashCode() * 31L + queue.brokerName().hashCode()) * 31 + queue.queueId();
        mixed = mix(mixed * GOLDEN);
        return mix(mixed ^ mix(member.hashCode() * GOLDEN));
    }

    /** Spreads what differs in a few bits over all of them. */
    private static long mix(long bits) {
        long mixed = (bits ^ bits >>> 30) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
        return mixed ^ mixed >>> 31;
    }

    @Override
    public String toString() {
        return "STICKY";
    }
}
