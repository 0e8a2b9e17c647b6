package io.sluice.broker.assign;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * How the members of a group share queues. Both know one order of members and of queues, so each member can be told its part
 * without the others being asked.
 */
enum Sharing {
    /** Runs of neighbouring queues; the first members have one more where it does not come out even. */
    AVERAGE {
        @Override
        <Q> List<Q> part(List<Q> queues, int member, int members) {
            int least = queues.size() / members;
            int more = queues.size() % members;
            int from = member * least + Math.min(member, more);
            return queues.subList(from, from + least + (member < more ? 1 : 0));
        }
    },
    /** One queue each in turn. */
    CIRCLE {
        @Override
        <Q> List<Q> part(List<Q> queues, int member, int members) {
            List<Q> part = new ArrayList<>();
            for (int queue = member; queue < queues.size(); queue += members) {
                part.add(queues.get(queue));
            }
            return part;
        }
    };

    private static final String CIRCLE_NAME = "AVG_BY_CIRCLE";

    /** @param name as clients call it; those that the broker does not know are shared by average, as clients do by default */
    static Sharing named(String name) {
        return CIRCLE_NAME.equals(name) ? CIRCLE : AVERAGE;
    }

    /** @param member its place among the members in order, from 0 */
    abstract <Q> List<Q> part(List<Q> queues, int member, int members);

    /**
     * The part of a member and of so many that follow it, so that each queue is popped by that many and one. With more members
     * than queues each member has one queue.
     */
    <Q> Set<Q> sharedPart(List<Q> queues, int member, int members, int share) {
        if (queues.isEmpty()) {
            return Set.of();
        }
        if (members > queues.size()) {
            return Set.of(queues.get(member % queues.size()));
        }
        Set<Q> part = new LinkedHashSet<>();
        for (int i = 0; i <= Math.min(share, members - 1); i++) {
            part.addAll(part(queues, (member + i) % members, members));
        }
        return part;
    }
}
