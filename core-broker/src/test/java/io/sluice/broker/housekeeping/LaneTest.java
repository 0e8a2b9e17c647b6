package io.sluice.broker.housekeeping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class LaneTest {
    private final List<String> ran = new CopyOnWriteArrayList<>();

    @Test
    void tasksRunInOrderAndOneThatFailsDoesNotStopTheOthers() {
        Lane lane = new Lane("lane", 10);
        lane.execute(() -> ran.add("a"));
        lane.execute(() -> {
            throw new IllegalStateException("trips on purpose");
        });
        lane.execute(() -> ran.add("b"));
        lane.work();
        assertThat(ran).containsExactly("a", "b");
    }

    @Test
    void aTaskThatFindsNoRoomIsRejected() {
        Lane lane = new Lane("lane", 1);
        lane.execute(() -> ran.add("a"));
        assertThatThrownBy(() -> lane.execute(() -> ran.add("b")))
                .isInstanceOf(RejectedExecutionException.class)
                .hasMessageContaining("lane");
    }

    @Test
    void closingRunsWhatWaitsAndRejectsWhatComes() {
        Lane lane = new Lane("lane", 10);
        lane.start();
        lane.execute(() -> ran.add("a"));
        await().atMost(Duration.ofSeconds(60)).until(() -> ran.size() == 1);
        lane.execute(() -> ran.add("b"));
        lane.close();
        assertThat(ran).containsExactly("a", "b");
        assertThatThrownBy(() -> lane.execute(() -> ran.add("c"))).isInstanceOf(RejectedExecutionException.class);
    }
}
