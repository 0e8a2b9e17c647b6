package io.sluice.jms.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.port.LeaseReader.Result;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LeaseBookTest {
    private static final Duration LEASE = Duration.ofSeconds(30);

    private final ScriptedLeases broker = new ScriptedLeases();
    private long now;
    private final LeaseBook book = new LeaseBook(broker, LEASE, () -> now);

    private HeldLease hold(String receipt) {
        return book.hold(ScriptedLeases.lease(receipt, "x"), "id-" + receipt);
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    @Test
    void aLeaseIsExtendedWhenHalfOfItIsOver() {
        hold("a");
        pass(LEASE.dividedBy(2).minusMillis(1));
        assertThat(book.extendDue()).isZero();

        pass(Duration.ofMillis(1));

        assertThat(book.extendDue()).isEqualTo(1);
        assertThat(broker.handlesOf(Settlement.Extend.class)).containsExactly("a");
        assertThat(book.extendDue()).as("extended for a full lease").isZero();
    }

    @Test
    void theReceiptOfTheExtensionIsTheOneThatSettles() {
        HeldLease lease = hold("a");
        pass(LEASE.dividedBy(2));
        book.extendDue();

        book.acknowledge(List.of(lease));

        assertThat(broker.handlesOf(Settlement.Ack.class)).containsExactly("a+");
        assertThat(book.size()).isZero();
    }

    @Test
    void aSettlementWaitsForTheExtensionUnderWay() {
        HeldLease lease = hold("a");
        pass(LEASE.dividedBy(2));
        broker.settlesAtOnce = false;
        book.extendDue();

        book.acknowledge(List.of(lease));
        assertThat(broker.handlesOf(Settlement.Ack.class)).isEmpty();
        broker.settleLatest(Result.DONE);

        assertThat(broker.handlesOf(Settlement.Ack.class)).containsExactly("a+");
    }

    @Test
    void aLeaseThatIsBeingSettledIsNotExtended() {
        HeldLease lease = hold("a");
        broker.settlesAtOnce = false;
        book.acknowledge(List.of(lease));
        pass(LEASE.dividedBy(2));

        assertThat(book.extendDue()).isZero();
    }

    @Test
    void aLeaseThatTheBrokerHasTakenBackIsOver() {
        HeldLease lease = hold("a");
        pass(LEASE.dividedBy(2));
        broker.settlesAtOnce = false;
        book.extendDue();
        broker.settleLatest(Result.LEASE_OVER);

        assertThat(book.isOver(lease)).isTrue();
        assertThat(book.size()).isZero();
    }

    @Test
    void aLeaseThatCouldNotBeExtendedIsTriedAgainAndIsOverWhenItsTimeHasPassed() {
        HeldLease lease = hold("a");
        pass(LEASE.dividedBy(2));
        broker.settlesAtOnce = false;
        book.extendDue();
        broker.settled.get(0).completeExceptionally(new RefusedException(Refusal.UNAVAILABLE, "gone"));

        assertThat(book.isOver(lease)).isFalse();
        assertThat(book.extendDue()).isEqualTo(1);
        broker.settled.get(1).completeExceptionally(new RefusedException(Refusal.UNAVAILABLE, "gone"));
        pass(LEASE.dividedBy(2));
        assertThat(book.isOver(lease)).isTrue();
    }

    @Test
    void acknowledgingTellsWhichLeasesHadEnded() {
        HeldLease lease = hold("a");
        broker.settlesAtOnce = false;
        CompletableFuture<List<HeldLease>> over =
                book.acknowledge(List.of(lease)).toCompletableFuture();
        broker.settleLatest(Result.LEASE_OVER);

        assertThat(over).isCompletedWithValue(List.of(lease));
    }

    @Test
    void anAcknowledgementThatFailsCanBeRepeated() {
        HeldLease lease = hold("a");
        broker.settlesAtOnce = false;
        CompletableFuture<?> failed = book.acknowledge(List.of(lease)).toCompletableFuture();
        broker.settled.get(0).completeExceptionally(new RefusedException(Refusal.UNAVAILABLE, "gone"));
        assertThat(failed).isCompletedExceptionally();
        assertThat(book.size()).as("still held, still extended").isEqualTo(1);

        broker.settlesAtOnce = true;
        assertThat(book.acknowledge(List.of(lease)).toCompletableFuture()).isCompletedWithValue(List.of());
    }

    @Test
    void manyLeasesAreSettledInBoundedBatches() {
        List<HeldLease> many =
                IntStream.range(0, 600).mapToObj(i -> hold("r" + i)).toList();

        assertThat(book.acknowledge(many).toCompletableFuture()).isCompleted();

        assertThat(broker.settlements).extracting(List::size).containsExactly(256, 256, 88);
    }
}
