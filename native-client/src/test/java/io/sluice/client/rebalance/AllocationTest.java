package io.sluice.client.rebalance;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class AllocationTest {
    private static final TopicName TOPIC = new TopicName("T");

    private static List<MessageQueue> queues(int count) {
        return IntStream.range(0, count)
                .mapToObj(id -> new MessageQueue(TOPIC, "broker-a", id))
                .toList();
    }

    private static List<String> members(int count) {
        return IntStream.range(0, count).mapToObj(id -> "c" + (100 + id)).toList();
    }

    private static List<Integer> idsOf(Allocation allocation, String member, int members, int queues) {
        return allocation.queuesOf(member, members(members), queues(queues)).stream()
                .map(MessageQueue::queueId)
                .toList();
    }

    @Test
    void averageSharesAreConsecutiveAndTheFirstMembersTakeTheRemainder() {
        Allocation average = new AverageAllocation();
        assertThat(idsOf(average, "c100", 3, 8)).containsExactly(0, 1, 2);
        assertThat(idsOf(average, "c101", 3, 8)).containsExactly(3, 4, 5);
        assertThat(idsOf(average, "c102", 3, 8)).containsExactly(6, 7);
    }

    @Test
    void aMemberMoreThanThereAreQueuesGetsNone() {
        assertThat(idsOf(new AverageAllocation(), "c104", 5, 4)).isEmpty();
        assertThat(idsOf(new AverageAllocation(), "c103", 5, 4)).containsExactly(3);
    }

    @Test
    void circleDealsQueuesOneByOne() {
        assertThat(idsOf(new CircleAllocation(), "c101", 3, 8)).containsExactly(1, 4, 7);
    }

    @Test
    void whoIsNoMemberGetsNothing() {
        assertThat(idsOf(new AverageAllocation(), "stranger", 2, 4)).isEmpty();
        assertThat(idsOf(new CircleAllocation(), "stranger", 2, 4)).isEmpty();
    }

    @Property(tries = 50)
    void onTheRingEveryQueueHasExactlyOneOwner(
            @ForAll @IntRange(min = 1, max = 20) int members, @ForAll @IntRange(max = 64) int queues) {
        Allocation ring = new ConsistentHashAllocation();
        List<MessageQueue> owned = new ArrayList<>();
        members(members).forEach(member -> owned.addAll(ring.queuesOf(member, members(members), queues(queues))));
        assertThat(owned).containsExactlyInAnyOrderElementsOf(queues(queues));
    }

    private static long movesWhenAMemberComes(Allocation allocation, int members, int queues) {
        return members(members).stream()
                .mapToLong(member -> {
                    List<Integer> after = idsOf(allocation, member, members + 1, queues);
                    return idsOf(allocation, member, members, queues).stream()
                            .filter(queue -> !after.contains(queue))
                            .count();
                })
                .sum();
    }

    @Test
    void aMemberThatComesMovesFewQueuesOfStickySharesAndOfTheRing() {
        long needed = 64 / 5;
        assertThat(movesWhenAMemberComes(new StickyAllocation(), 4, 64)).isLessThanOrEqualTo(2 * needed);
        assertThat(movesWhenAMemberComes(new ConsistentHashAllocation(), 4, 64)).isLessThanOrEqualTo(2 * needed);
        assertThat(movesWhenAMemberComes(new AverageAllocation(), 4, 64)).isGreaterThan(2 * needed);
    }

    @Test
    void configuredQueuesAreThisMembersWhoeverElseIsThere() {
        Allocation configured = new ConfiguredAllocation(Set.of(new MessageQueue(TOPIC, "broker-a", 2)));
        assertThat(idsOf(configured, "c100", 3, 8)).containsExactly(2);
        assertThat(idsOf(configured, "stranger", 3, 2)).isEmpty();
    }

    @Test
    void onlyBrokersInTheRoomsAreShared() {
        List<MessageQueue> queues = Stream.of("north@a", "north@b", "south@c", "d")
                .flatMap(broker -> IntStream.range(0, 3).mapToObj(id -> new MessageQueue(TOPIC, broker, id)))
                .toList();
        Allocation north = new MachineRoomAllocation(Set.of("north"));

        List<MessageQueue> first = north.queuesOf("c100", members(4), queues);
        List<MessageQueue> last = north.queuesOf("c103", members(4), queues);

        assertThat(first).containsExactly(queues.get(0), queues.get(4));
        assertThat(last).containsExactly(queues.get(3));
        assertThat(north.queuesOf("stranger", members(4), queues)).isEmpty();
    }

    @Property(tries = 200)
    void everyQueueHasExactlyOneOwnerAndSharesDifferByOneAtMost(
            @ForAll @IntRange(min = 1, max = 20) int members, @ForAll @IntRange(max = 64) int queues) {
        for (Allocation allocation : List.of(new AverageAllocation(), new CircleAllocation(), new StickyAllocation())) {
            List<MessageQueue> owned = new ArrayList<>();
            for (String member : members(members)) {
                List<MessageQueue> share = allocation.queuesOf(member, members(members), queues(queues));
                assertThat(share.size()).isBetween(queues / members, queues / members + 1);
                owned.addAll(share);
            }
            assertThat(owned).containsExactlyInAnyOrderElementsOf(queues(queues));
        }
    }
}
