package io.sluice.broker.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.GroupName;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class OrderLocksTest {
    private static final GroupName GROUP = new GroupName("readers");
    private static final MessageQueue FIRST = new MessageQueue(new TopicName("orders"), "broker-a", 0);
    private static final MessageQueue SECOND = new MessageQueue(new TopicName("orders"), "broker-a", 1);
    private static final MessageQueue UNKNOWN = new MessageQueue(new TopicName("unknown"), "broker-a", 1);

    private Instant now = Instant.EPOCH;
    private final OrderLocks locks = new OrderLocks(() -> now, Duration.ofSeconds(60), queue -> !queue.equals(UNKNOWN));

    @Test
    void aQueueIsLockedByOneClientOfAGroupAtATime() {
        assertThat(locks.lock(GROUP, "c1", List.of(FIRST))).containsExactly(FIRST);
        assertThat(locks.lock(GROUP, "c2", List.of(FIRST, SECOND))).containsExactly(SECOND);
        assertThat(locks.lock(new GroupName("others"), "c2", List.of(FIRST))).containsExactly(FIRST);
    }

    @Test
    void theHolderRenewsAndOthersGetTheLockOnlyWhenItWasNotRenewedForAMinute() {
        locks.lock(GROUP, "c1", List.of(FIRST));
        now = now.plusSeconds(40);
        assertThat(locks.lock(GROUP, "c1", List.of(FIRST))).containsExactly(FIRST);
        now = now.plusSeconds(59);
        assertThat(locks.lock(GROUP, "c2", List.of(FIRST))).isEmpty();
        assertThat(locks.isAnyHeld(GROUP)).isTrue();
        now = now.plusSeconds(1);
        assertThat(locks.isAnyHeld(GROUP)).isFalse();
        assertThat(locks.lock(GROUP, "c2", List.of(FIRST))).containsExactly(FIRST);
    }

    @Test
    void onlyTheHolderCanGiveALockBack() {
        locks.lock(GROUP, "c1", List.of(FIRST));
        locks.unlock(GROUP, "c2", List.of(FIRST));
        assertThat(locks.lock(GROUP, "c2", List.of(FIRST))).isEmpty();
        locks.unlock(GROUP, "c1", List.of(FIRST));
        assertThat(locks.lock(GROUP, "c2", List.of(FIRST))).containsExactly(FIRST);
        locks.unlock(new GroupName("nobody"), "c1", List.of(FIRST));
    }

    @Test
    void aQueueThatDoesNotExistCannotBeLocked() {
        assertThat(locks.lock(GROUP, "c1", List.of(UNKNOWN))).isEmpty();
        assertThat(locks.isAnyHeld(GROUP)).isFalse();
    }

    @Test
    void locksThatWereNotRenewedAreForgotten() {
        locks.lock(GROUP, "c1", List.of(FIRST));
        now = now.plusSeconds(30);
        locks.lock(new GroupName("others"), "c1", List.of(FIRST));
        now = now.plusSeconds(30);
        locks.expire();
        assertThat(locks.size()).isEqualTo(1);
    }
}
