package io.sluice.broker.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.lease.OpenEntry.State;
import org.junit.jupiter.api.Test;

class KeyLanesTest {
    private static final long KEY = 7;
    private static final long TRY = 1;

    private final KeyLanes lanes = new KeyLanes(0);

    /** The first entry of the key, with a consumer; every second entry behind it waits until the list is full. */
    private OpenEntry holderWithAFullList() {
        OpenEntry holder = new OpenEntry(0, 1);
        holder.state = State.LEASED;
        holder.attempts = 1;
        lanes.opened(holder, KEY, TRY);
        for (long offset = 2; !lanes.isFull(); offset += 2) {
            assertThat(lanes.pass(KEY, offset)).isTrue();
        }
        return holder;
    }

    private static long lastListed(OpenEntry holder) {
        OffsetLine waiting = holder.lane.waiting();
        return waiting.at(waiting.size() - 1);
    }

    @Test
    void whenTheListIsFullNothingMoreIsPassedOverUnlessAKeyFails() {
        OpenEntry holder = holderWithAFullList();
        assertThat(lanes.listed()).isEqualTo(KeyLanes.LISTED_MAX);
        assertThat(lanes.pass(8, 1)).isFalse();
        assertThat(lanes.hasPassed(1)).isFalse();
        holder.attempts = 2;
        assertThat(lanes.pass(8, 1)).isTrue();
        assertThat(lanes.listed()).isEqualTo(KeyLanes.LISTED_OF_FAILING_MAX + 1);
        assertThat(holder.lane.unlistedFrom()).isEqualTo(lastListed(holder) + 2);
    }

    @Test
    void anEntryOfTheVeryKeyThatIsShortenedIsNotListedBehindThoseThatAreNot() {
        OpenEntry holder = holderWithAFullList();
        long beforeTheLast = lastListed(holder) - 1;
        holder.attempts = 2;
        assertThat(lanes.pass(KEY, beforeTheLast)).isTrue();
        assertThat(lanes.hasPassed(beforeTheLast)).isTrue();
        assertThat(holder.lane.unlistedFrom()).isLessThan(beforeTheLast);
        assertThat(lastListed(holder)).isLessThan(holder.lane.unlistedFrom());
        assertThat(lanes.listed()).isEqualTo(KeyLanes.LISTED_OF_FAILING_MAX);
    }
}
