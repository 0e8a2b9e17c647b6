package io.sluice.broker.unit;

import static io.sluice.broker.unit.UnitGround.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.model.Message;
import io.sluice.port.DecisionOutcome;
import io.sluice.port.LeaseReader.Lease;
import io.sluice.port.LeaseReader.Receipt;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.Placement;
import io.sluice.port.PrepareOutcome;
import io.sluice.port.PreparedUnit;
import io.sluice.port.Refusal;
import io.sluice.port.UnitOfWork;
import io.sluice.port.UnitsOfWork.Decision;
import io.sluice.store.StoreHealth;
import io.sluice.store.log.FlushMode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PreparedServiceTest {
    private UnitGround ground = new UnitGround(1, FlushMode.ASYNC_FLUSH, UnitRules.DEFAULT);

    @AfterEach
    void close() {
        ground.close();
    }

    private void with(UnitRules rules) {
        ground.close();
        ground = new UnitGround(1, FlushMode.ASYNC_FLUSH, rules);
    }

    private void fill(int count) {
        IntStream.range(0, count).forEach(i -> ground.send(Message.of(UnitGround.IN, "in" + i), 0));
    }

    private static UnitOfWork unit(String id, String text, Receipt... acknowledged) {
        List<Settlement> acks = List.of(acknowledged).stream()
                .<Settlement>map(Settlement.Ack::new)
                .toList();
        return new UnitOfWork(id, List.of(new UnitOfWork.Send(Message.of("Out", text), new Placement.Queue(0))), acks);
    }

    private void prepare(UnitOfWork unit) {
        assertThat(result(ground.prepare(unit))).isEqualTo(new PrepareOutcome.Prepared(false));
    }

    private PreparedUnit.State stateOf(String id) {
        return ground.undecided().stream()
                .filter(unit -> unit.id().equals(id))
                .findFirst()
                .orElseThrow()
                .state();
    }

    @Test
    void whatIsPreparedStaysSoOverAKillAndBeyondTheLease() {
        fill(2);
        Receipt receipt = ground.lease(1).get(0).receipt();
        prepare(unit("x1", "a", receipt));
        ground.pass(UnitGround.LEASE.multipliedBy(3));
        assertThat(ground.lease(10).stream().map(UnitGround::text)).containsExactly("in1");
        ground.crash(false);
        ground.pass(UnitGround.LEASE.multipliedBy(3));
        assertThat(ground.lease(10).stream().map(UnitGround::text)).containsExactly("in1");
        assertThat(ground.texts("Out")).isEmpty();
        assertThat(result(ground.decide("x1", Decision.COMMIT, false))).isInstanceOf(DecisionOutcome.Committed.class);
        assertThat(ground.texts("Out")).containsExactly("a");
        ground.crash(false);
        ground.pass(UnitGround.LEASE.multipliedBy(3));
        assertThat(ground.lease(10).stream().map(UnitGround::text)).containsExactly("in1");
        assertThat(ground.undecided()).isEmpty();
    }

    @Test
    void aRollbackAfterAKillGivesTheMessageBackAsAFailedDelivery() {
        fill(1);
        prepare(unit("x1", "a", ground.lease(1).get(0).receipt()));
        ground.crash(false);
        assertThat(result(ground.decide("x1", Decision.ROLLBACK, false)))
                .isEqualTo(new DecisionOutcome.RolledBack(false));
        List<Lease> again = ground.lease(10);
        assertThat(again).hasSize(1);
        assertThat(again.get(0).attempt()).isEqualTo(2);
        assertThat(ground.texts("Out")).isEmpty();
    }

    @Test
    void whoHoldsTheReceiptOfAPreparedMessageCanDoNothingWithIt() {
        fill(1);
        Receipt receipt = ground.lease(1).get(0).receipt();
        prepare(unit("x1", "a", receipt));
        assertThat(result(ground.prepare(unit("x2", "b", receipt))))
                .isEqualTo(new PrepareOutcome.LeasesOver(List.of(receipt)));
        ground.crash(false);
        assertThat(result(ground.prepare(unit("x2", "b", receipt))))
                .isEqualTo(new PrepareOutcome.LeasesOver(List.of(receipt)));
    }

    @Test
    void decisionsAreRememberedOverARestart() {
        prepare(unit("x1", "a"));
        prepare(unit("x2", "b"));
        DecisionOutcome.Committed first =
                (DecisionOutcome.Committed) result(ground.decide("x1", Decision.COMMIT, false));
        result(ground.decide("x2", Decision.ROLLBACK, false));
        ground.closeAndReopen();
        assertThat(result(ground.decide("x1", Decision.COMMIT, false)))
                .isEqualTo(new DecisionOutcome.Committed(first.sent(), true));
        assertThat(result(ground.decide("x2", Decision.ROLLBACK, false)))
                .isEqualTo(new DecisionOutcome.RolledBack(true));
        assertThat(result(ground.decide("x2", Decision.COMMIT, false)))
                .isInstanceOfSatisfying(DecisionOutcome.Refused.class, refused -> assertThat(refused.reason())
                        .isEqualTo(Refusal.ILLEGAL_ARGUMENT));
        assertThat(result(ground.prepare(unit("x2", "b")))).isInstanceOf(PrepareOutcome.Refused.class);
    }

    @Test
    void aHeuristicOutcomeIsKeptUntilItIsForgottenAlsoWhenTheLogForgets() {
        prepare(unit("x1", "a"));
        assertThat(result(ground.decide("x1", Decision.COMMIT, true))).isInstanceOf(DecisionOutcome.Committed.class);
        long before = ground.oldestNeeded();
        ground.pass(UnitGround.REWRITE_AFTER.plusSeconds(1));
        ground.lookAfterUnits();
        assertThat(ground.oldestNeeded()).isGreaterThan(before);
        ground.crash(false);
        assertThat(stateOf("x1")).isEqualTo(PreparedUnit.State.HEURISTIC_COMMIT);
        assertThat(result(ground.decide("x1", Decision.ROLLBACK, false)))
                .isEqualTo(new DecisionOutcome.Heuristic(Decision.COMMIT));
        assertThat(ground.texts("Out")).containsExactly("a");
        assertThat(result(ground.units().prepared().forget("x1"))).isTrue();
        assertThat(result(ground.units().prepared().forget("x1"))).isFalse();
        ground.crash(false);
        assertThat(ground.undecided()).isEmpty();
        assertThat(result(ground.decide("x1", Decision.COMMIT, false))).isEqualTo(new DecisionOutcome.Unknown());
        assertThat(ground.oldestNeeded()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void whatNobodyDecidesInTimeIsRolledBackAndToldSo() {
        with(UnitRules.DEFAULT.withPrepared(10, 1000, Duration.ofHours(2)));
        fill(1);
        prepare(unit("x1", "a", ground.lease(1).get(0).receipt()));
        ground.pass(Duration.ofHours(1));
        ground.lookAfterUnits();
        assertThat(stateOf("x1")).isEqualTo(PreparedUnit.State.PREPARED);
        ground.closeAndReopen();
        ground.pass(Duration.ofHours(1).plusSeconds(1));
        ground.lookAfterUnits();
        await().atMost(Duration.ofSeconds(60)).until(() -> stateOf("x1") == PreparedUnit.State.HEURISTIC_ROLLBACK);
        assertThat(result(ground.decide("x1", Decision.COMMIT, false)))
                .isEqualTo(new DecisionOutcome.Heuristic(Decision.ROLLBACK));
        assertThat(ground.lease(1)).hasSize(1);
    }

    @Test
    void onADiskThatIsTooFullOneCanRollBackAndForgetSoThatTheLogMayGo() {
        with(UnitRules.DEFAULT.withPrepared(10, 1000, Duration.ofHours(2)));
        fill(2);
        List<Lease> leases = ground.lease(2);
        prepare(unit("x1", "a", leases.get(0).receipt()));
        prepare(unit("x2", "b"));
        prepare(unit("x3", "c", leases.get(1).receipt()));
        ground.usable(0);
        ground.closeAndReopen();
        assertThat(ground.store().health().state()).isEqualTo(StoreHealth.State.DISK_FULL);
        assertThat(result(ground.decide("x1", Decision.COMMIT, false)))
                .isInstanceOfSatisfying(DecisionOutcome.Refused.class, refused -> assertThat(refused.reason())
                        .isEqualTo(Refusal.DISK_FULL));
        assertThat(result(ground.decide("x1", Decision.ROLLBACK, false)))
                .isEqualTo(new DecisionOutcome.RolledBack(false));
        assertThat(result(ground.decide("x2", Decision.ROLLBACK, true)))
                .isEqualTo(new DecisionOutcome.RolledBack(false));
        assertThat(result(ground.units().prepared().forget("x2"))).isTrue();
        ground.pass(Duration.ofHours(3));
        ground.lookAfterUnits();
        await().atMost(Duration.ofSeconds(60)).until(() -> stateOf("x3") == PreparedUnit.State.HEURISTIC_ROLLBACK);
        assertThat(result(ground.units().prepared().forget("x3"))).isTrue();
        assertThat(ground.oldestNeeded()).isEqualTo(Long.MAX_VALUE);
        assertThat(ground.lease(10).stream().map(UnitGround::text)).containsExactly("in0", "in1");
    }

    private static boolean isRefusedForGood(DecisionOutcome outcome) {
        return outcome instanceof DecisionOutcome.Refused refused && refused.reason() == Refusal.ILLEGAL_ARGUMENT;
    }

    @Test
    void aUnitWithADamagedMessageIsHeldAndRolledBackAsAnyOther() {
        fill(1);
        UnitOfWork unit =
                unit("x1", "a message that is damaged", ground.lease(1).get(0).receipt());
        prepare(unit);
        ground.send(Message.of("Else", "what the log ends with"), 0);
        ground.damage(ground.recordOf("a message that is damaged"));
        assertThat(result(ground.decide("x1", Decision.COMMIT, false))).matches(PreparedServiceTest::isRefusedForGood);
        assertThat(result(ground.prepare(unit)))
                .isInstanceOfSatisfying(PrepareOutcome.Refused.class, refused -> assertThat(refused.reason())
                        .isEqualTo(Refusal.ILLEGAL_ARGUMENT));
        ground.closeAndReopen();
        ground.pass(UnitGround.LEASE.multipliedBy(3));
        assertThat(ground.lease(10)).isEmpty();
        assertThat(result(ground.decide("x1", Decision.COMMIT, true))).matches(PreparedServiceTest::isRefusedForGood);
        assertThat(result(ground.decide("x1", Decision.ROLLBACK, false)))
                .isEqualTo(new DecisionOutcome.RolledBack(false));
        assertThat(ground.lease(10).stream().map(UnitGround::text)).containsExactly("in0");
        assertThat(ground.texts("Out")).isEmpty();
    }

    @Test
    void aUnitWhoseOwnRecordIsDamagedIsRolledBackForItsAge() {
        prepare(unit("x1", "a"));
        ground.damage(ground.oldestNeeded());
        assertThat(result(ground.decide("x1", Decision.COMMIT, false))).matches(PreparedServiceTest::isRefusedForGood);
        ground.pass(UnitRules.DEFAULT.preparedAge().plusSeconds(1));
        ground.lookAfterUnits();
        assertThat(stateOf("x1")).isEqualTo(PreparedUnit.State.HEURISTIC_ROLLBACK);
        assertThat(result(ground.units().prepared().forget("x1"))).isTrue();
        assertThat(ground.oldestNeeded()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aDecisionThatCannotBeReadAnyMoreIsToldAllTheSame() {
        for (String id : List.of("x1", "x2")) {
            prepare(unit(id, "a"));
        }
        long rolledBackAt = ground.store().logRange().max();
        result(ground.decide("x1", Decision.ROLLBACK, false));
        long committedAt = ground.store().logRange().max();
        result(ground.decide("x2", Decision.COMMIT, false));
        ground.damage(rolledBackAt);
        ground.damage(committedAt);
        assertThat(result(ground.decide("x1", Decision.ROLLBACK, false)))
                .isEqualTo(new DecisionOutcome.RolledBack(true));
        assertThat(result(ground.decide("x1", Decision.COMMIT, false))).matches(PreparedServiceTest::isRefusedForGood);
        assertThat(result(ground.decide("x2", Decision.COMMIT, false)))
                .isEqualTo(new DecisionOutcome.Committed(List.of(), true));
        assertThat(result(ground.decide("x2", Decision.ROLLBACK, false)))
                .matches(PreparedServiceTest::isRefusedForGood);
    }

    @Test
    void whatIsForgottenOfADecisionThatIsLostDoesNotEndTheUnit() {
        fill(1);
        prepare(unit("x1", "a", ground.lease(1).get(0).receipt()));
        long decidedAt = ground.store().logRange().max();
        result(ground.decide("x1", Decision.ROLLBACK, true));
        result(ground.units().prepared().forget("x1"));
        ground.damage(decidedAt);
        ground.closeAndReopen();
        assertThat(stateOf("x1")).isEqualTo(PreparedUnit.State.PREPARED);
        assertThat(result(ground.decide("x1", Decision.COMMIT, false))).isInstanceOf(DecisionOutcome.Committed.class);
        assertThat(ground.texts("Out")).containsExactly("a");
    }

    @Test
    void ofTwoUnitsThatHoldAMessageBecauseARollbackIsLostTheYoungerSettlesIt() {
        fill(1);
        prepare(unit("z", "a", ground.lease(1).get(0).receipt()));
        long rolledBackAt = ground.store().logRange().max();
        result(ground.decide("z", Decision.ROLLBACK, false));
        prepare(unit("b", "b", ground.lease(1).get(0).receipt()));
        ground.damage(rolledBackAt);
        ground.closeAndReopen();
        assertThat(stateOf("z")).isEqualTo(PreparedUnit.State.PREPARED);
        assertThat(stateOf("b")).isEqualTo(PreparedUnit.State.PREPARED);
        assertThat(result(ground.decide("b", Decision.COMMIT, false))).isInstanceOf(DecisionOutcome.Committed.class);
        assertThat(result(ground.decide("z", Decision.ROLLBACK, false)))
                .isEqualTo(new DecisionOutcome.RolledBack(false));
        ground.pass(UnitGround.LEASE.multipliedBy(3));
        assertThat(ground.lease(10)).isEmpty();
        assertThat(ground.texts("Out")).containsExactly("b");
    }

    @Test
    void whatIsForgottenWhileOutcomesAreWrittenAgainStaysForgotten() {
        for (String id : List.of("x1", "x2")) {
            prepare(unit(id, "a"));
            result(ground.decide(id, Decision.ROLLBACK, true));
        }
        ground.pass(UnitGround.REWRITE_AFTER.plusSeconds(1));
        AtomicBoolean isForgotten = new AtomicBoolean();
        ground.store().onArrival((topic, queueId, next) -> {
            if (isForgotten.compareAndSet(false, true)) {
                assertThat(result(ground.units().prepared().forget("x2"))).isTrue();
            }
        });
        ground.lookAfterUnits();
        assertThat(ground.undecided().stream().map(PreparedUnit::id)).containsExactly("x1");
        ground.crash(false);
        assertThat(ground.undecided().stream().map(PreparedUnit::id)).containsExactly("x1");
    }

    @Test
    void aHeuristicOutcomeTakesNoRoomForItsMessages() {
        with(UnitRules.DEFAULT.withPrepared(10, 2000, Duration.ofHours(2)));
        prepare(unit("x1", "a".repeat(1500)));
        assertThat(result(ground.prepare(unit("x2", "b".repeat(1000))))).isInstanceOf(PrepareOutcome.Refused.class);
        result(ground.decide("x1", Decision.ROLLBACK, true));
        prepare(unit("x2", "b".repeat(1000)));
        ground.closeAndReopen();
        result(ground.decide("x2", Decision.ROLLBACK, false));
        prepare(unit("x3", "c".repeat(1000)));
    }

    @Test
    void thereIsABoundOfUnitsAndOneOfBytesAndADecisionMakesRoom() {
        with(UnitRules.DEFAULT.withPrepared(2, 2000, Duration.ofHours(2)));
        prepare(unit("x1", "a"));
        prepare(unit("x2", "b"));
        assertThat(result(ground.prepare(unit("x3", "c"))))
                .isInstanceOfSatisfying(PrepareOutcome.Refused.class, refused -> assertThat(refused.reason())
                        .isEqualTo(Refusal.OVERLOADED));
        result(ground.decide("x1", Decision.COMMIT, true));
        assertThat(result(ground.prepare(unit("x3", "c")))).isInstanceOf(PrepareOutcome.Refused.class);
        result(ground.units().prepared().forget("x1"));
        assertThat(result(ground.prepare(unit("x3", "c".repeat(2000))))).isInstanceOf(PrepareOutcome.Refused.class);
        prepare(unit("x3", "c"));
        ground.closeAndReopen();
        assertThat(result(ground.prepare(unit("x4", "d")))).isInstanceOf(PrepareOutcome.Refused.class);
    }

    @Test
    void theLogIsKeptForWhatIsPreparedFromTheMessagesOnThatItSettles() {
        fill(1);
        Lease lease = ground.lease(1).get(0);
        assertThat(ground.oldestNeeded()).isEqualTo(Long.MAX_VALUE);
        long settled = UnitGround.logOffset(lease);
        ground.send(Message.of("Else", "x"), 0);
        prepare(unit("x1", "a", lease.receipt()));
        assertThat(ground.oldestNeeded()).isEqualTo(settled);
        ground.closeAndReopen();
        assertThat(ground.oldestNeeded()).isEqualTo(settled);
        result(ground.decide("x1", Decision.ROLLBACK, false));
        assertThat(ground.oldestNeeded()).isEqualTo(Long.MAX_VALUE);
    }

    private void fillSegment() {
        IntStream.range(0, 14).forEach(i -> ground.send(Message.of("Else", "z".repeat(5000)), 0));
    }

    /** Until the log begins there; deletions wait until what is derived of the log is on the disk. */
    private void awaitDeletedUpTo(long segment) {
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            ground.store().deleteExpired();
            return ground.store().logRange().min() == segment;
        });
    }

    @Test
    void theSegmentWithAMessageThatAPreparedUnitSettlesStaysUntilItIsDecided() {
        fillSegment();
        fill(1);
        Lease lease = ground.lease(1).get(0);
        long segment = UnitGround.logOffset(lease) / UnitGround.SEGMENT_BYTES * UnitGround.SEGMENT_BYTES;
        assertThat(segment).isPositive();
        prepare(unit("x1", "a", lease.receipt()));
        fillSegment();
        fillSegment();
        ground.pass(Duration.ofDays(30));
        awaitDeletedUpTo(segment);
        assertThat(ground.store().deleteExpired()).isZero();
        assertThat(result(ground.decide("x1", Decision.ROLLBACK, false)))
                .isEqualTo(new DecisionOutcome.RolledBack(false));
        assertThat(ground.lease(1).stream().map(UnitGround::text)).containsExactly("in0");
        long last = (ground.store().logRange().max() - 1) / UnitGround.SEGMENT_BYTES * UnitGround.SEGMENT_BYTES;
        fillSegment();
        ground.pass(Duration.ofDays(30));
        awaitDeletedUpTo(ground.store().logRange().max() / UnitGround.SEGMENT_BYTES * UnitGround.SEGMENT_BYTES);
        assertThat(ground.store().logRange().min()).isGreaterThan(segment).isGreaterThanOrEqualTo(last);
    }

    @Test
    void openingBeginsWhereTheOldestUndecidedIsAndFindsItWhateverItsAge() {
        with(UnitRules.of(2, Duration.ofMinutes(1)).withPrepared(10, 10_000, Duration.ofDays(9)));
        prepare(unit("x1", "a"));
        IntStream.range(0, 50).forEach(i -> result(ground.commit(unit("u" + i, "o" + i))));
        ground.pass(Duration.ofHours(5));
        ground.lookAfterUnits();
        ground.lookAfterUnits();
        ground.closeAndReopen();
        assertThat(stateOf("x1")).isEqualTo(PreparedUnit.State.PREPARED);
        result(ground.decide("x1", Decision.COMMIT, false));
        assertThat(ground.texts("Out")).hasSize(51);
    }

    @Test
    void theWindowIsFoundAgainAmongManyUnitsWithoutAnId() {
        with(UnitRules.of(3, Duration.ofHours(1)));
        result(ground.commit(unit("u1", "a")));
        result(ground.commit(unit("u2", "b")));
        IntStream.range(0, 20).forEach(i -> result(ground.commit(unit("", "o" + i))));
        result(ground.commit(unit("u3", "c")));
        ground.closeAndReopen();
        assertThat(ground.units().remembered()).isEqualTo(3);
        result(ground.commit(unit("u1", "a")));
        assertThat(ground.texts("Out")).hasSize(23);
    }

    @Test
    void settlementsOfAGroupThatWasPutElsewhereAreLeftOut() {
        fill(3);
        List<Lease> leases = ground.lease(2);
        prepare(unit("x1", "a", leases.get(0).receipt(), leases.get(1).receipt()));
        ground.reset(0, 2);
        assertThat(result(ground.decide("x1", Decision.ROLLBACK, false)))
                .isEqualTo(new DecisionOutcome.RolledBack(false));
        assertThat(ground.lease(10).stream().map(UnitGround::text)).containsExactly("in2");
    }
}
