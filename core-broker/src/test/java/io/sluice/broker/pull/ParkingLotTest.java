package io.sluice.broker.pull;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class ParkingLotTest {
    private static final String TOPIC = "orders";
    private static final int QUEUE = 0;
    private static final int OTHER = 1;

    private long nanos;
    private final ParkingLot lot = new ParkingLot(3, () -> nanos);
    private final List<String> happened = new ArrayList<>();

    @Test
    void growthOfAQueueRetriesItsReadsAndNoOthers() {
        lot.park(new Scripted("a", QUEUE, 100, true));
        lot.park(new Scripted("b", OTHER, 100, true));
        lot.grown(TOPIC, QUEUE);
        assertThat(lot.work()).isEqualTo(1);
        assertThat(happened).containsExactly("retry a");
        assertThat(lot.parked()).isEqualTo(1);
    }

    @Test
    void aReadWithAHomeIsRetriedThereAndParkedAgain() {
        Deque<Runnable> inbox = new ArrayDeque<>();
        Scripted guest = new Scripted("guest", QUEUE, 100, false);
        guest.home = Optional.of(inbox::add);
        lot.park(guest);
        lot.park(new Scripted("a", QUEUE, 100, true));
        lot.grown(TOPIC, QUEUE);
        assertThat(lot.work()).isEqualTo(1);
        assertThat(happened).containsExactly("retry a");
        assertThat(inbox).hasSize(1);
        inbox.remove().run();
        assertThat(happened).containsExactly("retry a", "retry guest");
        assertThat(lot.parked()).isEqualTo(1);
    }

    @Test
    void aReadWhoseHomeHasEndedIsTurnedAway() {
        Scripted guest = new Scripted("guest", QUEUE, 100, true);
        guest.home = Optional.of(step -> {
            throw new RejectedExecutionException("ended on purpose");
        });
        lot.park(guest);
        lot.grown(TOPIC, QUEUE);
        assertThat(happened).containsExactly("turn away guest");
        assertThat(lot.parked()).isZero();
    }

    @Test
    void aReadThatIsOnItsWayHomeWhenTheLotClosesFindsNoPlaceThere() {
        Deque<Runnable> inbox = new ArrayDeque<>();
        Scripted guest = new Scripted("guest", QUEUE, 100, false);
        guest.home = Optional.of(inbox::add);
        lot.park(guest);
        lot.grown(TOPIC, QUEUE);
        lot.close();
        inbox.remove().run();
        assertThat(happened).containsExactly("retry guest", "turn away guest");
    }

    @Test
    void nothingHappensOnTheThreadThatReportsGrowth() {
        lot.park(new Scripted("a", QUEUE, 100, true));
        lot.grown(TOPIC, QUEUE);
        assertThat(happened).isEmpty();
    }

    @Test
    void aReadThatFindsNothingAgainIsParkedAgainUnderItsOldDeadline() {
        lot.park(new Scripted("a", QUEUE, 100, false));
        lot.grown(TOPIC, QUEUE);
        lot.work();
        assertThat(lot.parked()).isEqualTo(1);
        nanos = 100;
        lot.work();
        assertThat(happened).containsExactly("retry a", "expire a");
        assertThat(lot.parked()).isZero();
    }

    @Test
    void readsExpireInTheOrderOfTheirDeadlinesAndNotBefore() {
        lot.park(new Scripted("late", QUEUE, 200, true));
        lot.park(new Scripted("early", QUEUE, 100, true));
        nanos = 99;
        assertThat(lot.work()).isZero();
        assertThat(lot.idleNanos()).isEqualTo(1);
        nanos = 250;
        lot.work();
        assertThat(happened).containsExactly("expire early", "expire late");
    }

    @Test
    void aQueueThatGrewJustBeforeParkingIsNotMissed() {
        Scripted read = new Scripted("a", QUEUE, 100, true);
        read.grown = true;
        lot.park(read);
        lot.work();
        assertThat(happened).containsExactly("retry a");
    }

    @Test
    void aReadWithoutAPlaceIsTurnedAwayAndOthersStay() {
        lot.park(new Scripted("a", QUEUE, 100, true));
        lot.park(new Scripted("b", QUEUE, 100, true));
        lot.park(new Scripted("c", QUEUE, 100, true));
        lot.park(new Scripted("d", QUEUE, 100, true));
        assertThat(happened).containsExactly("turn away d");
        assertThat(lot.parked()).isEqualTo(3);
    }

    @Test
    void aReadThatIsTakenOutIsForgotten() {
        Scripted gone = new Scripted("gone", QUEUE, 100, true);
        lot.park(gone);
        lot.park(new Scripted("stays", QUEUE, 100, true));
        lot.unpark(gone);
        lot.unpark(gone);
        lot.grown(TOPIC, QUEUE);
        nanos = 1000;
        lot.work();
        assertThat(happened).containsExactly("retry stays");
    }

    @Test
    void shakingATopicRetriesAllItsReads() {
        lot.park(new Scripted("a", QUEUE, 100, true));
        lot.park(new Scripted("b", OTHER, 100, true));
        lot.shake("another topic");
        assertThat(lot.work()).isZero();
        lot.shake(TOPIC);
        lot.work();
        assertThat(happened).containsExactlyInAnyOrder("retry a", "retry b");
        assertThat(lot.parked()).isZero();
    }

    @Test
    void aReadThatFailsIsTurnedAwayAndTheOthersAreServed() {
        lot.park(new Scripted("bad", QUEUE, 100, true) {
            @Override
            boolean retry() {
                throw new IllegalStateException("trips on purpose");
            }
        });
        lot.park(new Scripted("good", QUEUE, 100, true));
        lot.grown(TOPIC, QUEUE);
        lot.work();
        assertThat(happened).containsExactly("turn away bad", "retry good");
    }

    @Test
    void closingTurnsEveryReadAwayAlsoLaterOnes() {
        lot.park(new Scripted("a", QUEUE, 100, true));
        lot.park(new Scripted("b", OTHER, 100, true));
        lot.grown(TOPIC, OTHER);
        lot.close();
        lot.close();
        lot.park(new Scripted("c", QUEUE, 100, true));
        assertThat(happened).containsExactly("turn away a", "turn away b", "turn away c");
    }

    private class Scripted extends ParkedRead {
        private final String name;
        private final int queue;
        private final long deadlineNanos;
        private final boolean overAfterRetry;
        boolean grown;
        Optional<Executor> home = Optional.empty();

        Scripted(String name, int queue, long deadlineNanos, boolean overAfterRetry) {
            this.name = name;
            this.queue = queue;
            this.deadlineNanos = deadlineNanos;
            this.overAfterRetry = overAfterRetry;
        }

        @Override
        String topic() {
            return TOPIC;
        }

        @Override
        int queueId() {
            return queue;
        }

        @Override
        long deadlineNanos() {
            return deadlineNanos;
        }

        @Override
        Optional<Executor> home() {
            return home;
        }

        @Override
        boolean hasGrown() {
            return grown;
        }

        @Override
        boolean retry() {
            happened.add("retry " + name);
            return overAfterRetry;
        }

        @Override
        void expire() {
            happened.add("expire " + name);
        }

        @Override
        void turnAway() {
            happened.add("turn away " + name);
        }
    }
}
