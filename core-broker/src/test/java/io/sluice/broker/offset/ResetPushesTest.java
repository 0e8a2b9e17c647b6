package io.sluice.broker.offset;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.offset.ResetPushes.Reach;
import io.sluice.model.GroupName;
import io.sluice.model.TopicName;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ResetPushesTest {
    private static final GroupName GROUP = new GroupName("readers");
    private static final TopicName TOPIC = new TopicName("orders");

    private final List<Map<Integer, Long>> told = new ArrayList<>();
    private final List<Waiting> waiting = new ArrayList<>();
    private final OffsetTable table = OffsetTable.open(
            () -> Instant.ofEpochMilli(1_700_000_000_000L), (delay, step) -> step.run(), Optional.empty(), text -> {});
    private Reach reach = Reach.COMMITTERS;

    private record Waiting(Duration delay, Runnable step) {}

    @BeforeEach
    void listen() {
        ResetPushes pushes = new ResetPushes(
                table,
                (group, topic, next) -> {
                    if (reach != Reach.NOBODY) {
                        told.add(next);
                    }
                    return reach;
                },
                (delay, step) -> waiting.add(new Waiting(delay, step)));
        table.onReset(pushes::moved);
    }

    private void runNext(Duration expected) {
        Waiting next = waiting.remove(0);
        assertThat(next.delay()).isEqualTo(expected);
        next.step().run();
    }

    @Test
    void whatAPullHasFetchedIsNotPushed() {
        table.reset(GROUP, TOPIC, 0, 3);
        assertThat(table.takeReset(GROUP, TOPIC, 0, 10)).hasValue(3);
        runNext(ResetPushes.GRACE);
        assertThat(told).isEmpty();
        assertThat(waiting).isEmpty();
    }

    @Test
    void theOtherQueuesArePushedTogether() {
        table.reset(GROUP, TOPIC, 0, 3);
        table.reset(GROUP, TOPIC, 1, 4);
        table.reset(GROUP, TOPIC, 2, 5);
        table.takeReset(GROUP, TOPIC, 0, 10);
        runNext(ResetPushes.GRACE);
        assertThat(told).containsExactly(Map.of(1, 4L, 2, 5L));
    }

    @Test
    void onceItIsPushedPullsAreLeftAloneAndOldCommitsIgnoredUntilAConsumerStandsThere() {
        table.reset(GROUP, TOPIC, 0, 3);
        runNext(ResetPushes.GRACE);
        assertThat(table.isResetPending(GROUP, TOPIC, 0)).isFalse();
        assertThat(table.takeReset(GROUP, TOPIC, 0, 10)).isEmpty();
        assertThat(table.commit(GROUP, TOPIC, 0, 11)).isFalse();

        assertThat(table.commit(GROUP, TOPIC, 0, 3)).isTrue();
        assertThat(table.commit(GROUP, TOPIC, 0, 4)).isTrue();
        runNext(ResetPushes.PATIENCE);
        assertThat(table.isResetPending(GROUP, TOPIC, 0)).isFalse();
    }

    @Test
    void aPullFromTheNewOffsetShowsItToo() {
        table.reset(GROUP, TOPIC, 0, 3);
        runNext(ResetPushes.GRACE);
        assertThat(table.takeReset(GROUP, TOPIC, 0, 3)).isEmpty();
        assertThat(table.commit(GROUP, TOPIC, 0, 5)).isTrue();
    }

    @Test
    void aPushThatNobodyFollowsGoesWithTheNextPullAgain() {
        table.reset(GROUP, TOPIC, 0, 3);
        runNext(ResetPushes.GRACE);
        runNext(ResetPushes.PATIENCE);
        assertThat(table.isResetPending(GROUP, TOPIC, 0)).isTrue();
        assertThat(table.takeReset(GROUP, TOPIC, 0, 10)).hasValue(3);
    }

    @Test
    void withNobodyToTellItWaitsForThePull() {
        reach = Reach.NOBODY;
        table.reset(GROUP, TOPIC, 0, 3);
        runNext(ResetPushes.GRACE);
        assertThat(table.takeReset(GROUP, TOPIC, 0, 10)).hasValue(3);
        assertThat(waiting).isEmpty();
    }

    @Test
    void consumersThatKeepTheirOffsetsAreToldOnceAndNoPullIsSentElsewhere() {
        reach = Reach.KEEPERS;
        table.reset(GROUP, TOPIC, 0, 3);
        runNext(ResetPushes.GRACE);
        assertThat(told).hasSize(1);
        assertThat(table.takeReset(GROUP, TOPIC, 0, 10)).isEmpty();
        assertThat(table.commit(GROUP, TOPIC, 0, 10)).isTrue();
        assertThat(waiting).isEmpty();
    }

    @Test
    void aNewerResetIsPushedInItsTurn() {
        table.reset(GROUP, TOPIC, 0, 3);
        runNext(ResetPushes.GRACE);
        table.reset(GROUP, TOPIC, 0, 7);
        runNext(ResetPushes.PATIENCE);
        assertThat(table.isResetPending(GROUP, TOPIC, 0))
                .as("the older one has no say any more")
                .isTrue();
        runNext(ResetPushes.GRACE);
        assertThat(told).containsExactly(Map.of(0, 3L), Map.of(0, 7L));
        assertThat(table.commit(GROUP, TOPIC, 0, 7)).isTrue();
    }
}
