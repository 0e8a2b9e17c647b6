package io.sluice.client.consume;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.client.offset.OffsetHome;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class OffsetKeepingTest {
    private static final MessageQueue QUEUE = new MessageQueue(new TopicName("Orders"), "broker-a", 0);

    /** Stores when a test says so. */
    private static final class SlowHome implements OffsetHome {
        private final List<Long> stored = new ArrayList<>();
        private final List<CompletableFuture<Void>> underWay = new ArrayList<>();

        @Override
        public CompletionStage<OptionalLong> find(MessageQueue queue) {
            return CompletableFuture.completedFuture(OptionalLong.empty());
        }

        @Override
        public CompletionStage<Void> store(MessageQueue queue, long offset) {
            stored.add(offset);
            CompletableFuture<Void> done = new CompletableFuture<>();
            underWay.add(done);
            return done;
        }

        @Override
        public void close() {}
    }

    @Test
    void ofOffsetsThatWaitForAStoreUnderWayTheLastIsStored() {
        SlowHome home = new SlowHome();
        OffsetKeeping keeping = new OffsetKeeping(null, StartAt.FIRST, home, Runnable::run);
        keeping.store(QUEUE, 10);
        CompletableFuture<Void> second = keeping.store(QUEUE, 110).toCompletableFuture();
        CompletableFuture<Void> third = keeping.store(QUEUE, 120).toCompletableFuture();

        home.underWay.get(0).complete(null);
        assertThat(home.stored).containsExactly(10L, 120L);
        assertThat(third).isNotDone();
        home.underWay.get(1).complete(null);

        assertThat(home.stored).containsExactly(10L, 120L);
        assertThat(second).isCompleted();
        assertThat(third).isCompleted();
    }
}
