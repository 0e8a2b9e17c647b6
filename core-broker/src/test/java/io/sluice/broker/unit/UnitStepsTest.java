package io.sluice.broker.unit;

import static io.sluice.broker.unit.UnitGround.result;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.Message;
import io.sluice.model.TopicName;
import io.sluice.port.DecisionOutcome;
import io.sluice.port.LeaseReader.Lease;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.Placement;
import io.sluice.port.PrepareOutcome;
import io.sluice.port.PreparedUnit;
import io.sluice.port.UnitOfWork;
import io.sluice.port.UnitsOfWork.Decision;
import io.sluice.store.log.FlushMode;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A unit in two phases, with the broker killed or the power cut at each point of its life, with and without the answer to the last
 * step: whoever goes on from there comes to the same end.
 */
class UnitStepsTest {
    private static final String ID = "x1";
    private static final String DEAD = TopicName.deadLetterOf(UnitGround.GROUP).value();

    /** Where it ends. */
    enum Point {
        BEFORE_PREPARE,
        PREPARE_ASKED,
        PREPARED,
        DECISION_ASKED,
        DECIDED,
        FORGET_ASKED,
        FORGOTTEN
    }

    record Life(Point point, boolean powerCut, Decision decision, boolean byHand) {}

    static Stream<Life> lives() {
        return Stream.of(Point.values())
                .flatMap(point -> Stream.of(true, false)
                        .flatMap(powerCut -> Stream.of(Decision.values()).flatMap(decision -> Stream.of(true, false)
                                .map(byHand -> new Life(point, powerCut, decision, byHand)))))
                .filter(life -> life.byHand() || life.point().compareTo(Point.DECIDED) <= 0);
    }

    @ParameterizedTest
    @MethodSource("lives")
    void whoeverGoesOnFromAnyPointComesToTheSameEnd(Life life) {
        try (UnitGround ground = new UnitGround(life.hashCode(), FlushMode.SYNC_FLUSH, UnitRules.DEFAULT)) {
            ground.send(Message.of(UnitGround.IN, "acked"), 0);
            ground.send(Message.of(UnitGround.IN, "rejected"), 0);
            UnitOfWork unit = unit(ground.lease(2));
            live(ground, life, unit);
            ground.crash(life.powerCut());
            assertThat(ground.lease(10).size()).isIn(0, 2);
            ground.pass(UnitGround.LEASE.plusSeconds(1));
            boolean wasThere = goOn(ground, life);
            ground.crash(life.powerCut());
            check(ground, life, wasThere);
        }
    }

    private static UnitOfWork unit(List<Lease> leases) {
        return new UnitOfWork(
                ID,
                List.of(
                        new UnitOfWork.Send(Message.of("Out", "sent"), new Placement.Queue(0)),
                        new UnitOfWork.Send(Message.of("Log", "logged"), new Placement.Queue(0))),
                List.of(
                        new Settlement.Ack(leases.get(0).receipt()),
                        new Settlement.Reject(leases.get(1).receipt(), "no")));
    }

    /** Up to the point, where nobody waits for an answer any more. */
    private static void live(UnitGround ground, Life life, UnitOfWork unit) {
        Point point = life.point();
        if (point == Point.BEFORE_PREPARE) {
            return;
        }
        var prepared = ground.prepare(unit);
        if (point == Point.PREPARE_ASKED) {
            return;
        }
        assertThat(result(prepared)).isEqualTo(new PrepareOutcome.Prepared(false));
        if (point == Point.PREPARED) {
            return;
        }
        var decided = ground.decide(ID, life.decision(), life.byHand());
        if (point == Point.DECISION_ASKED) {
            return;
        }
        assertThat(result(decided))
                .isInstanceOf(
                        life.decision() == Decision.COMMIT
                                ? DecisionOutcome.Committed.class
                                : DecisionOutcome.RolledBack.class);
        if (point == Point.DECIDED) {
            return;
        }
        var forgotten = ground.units().prepared().forget(ID);
        if (point == Point.FORGOTTEN) {
            assertThat(result(forgotten)).isTrue();
        }
    }

    /** Decides what is undecided as was meant, and answers whether the unit was there. */
    private static boolean goOn(UnitGround ground, Life life) {
        List<PreparedUnit> undecided = ground.undecided();
        boolean isPrepared = undecided.stream().anyMatch(unit -> unit.state() == PreparedUnit.State.PREPARED);
        DecisionOutcome outcome = result(ground.decide(ID, life.decision(), life.byHand()));
        boolean isKnown = !(outcome instanceof DecisionOutcome.Unknown);
        boolean isRemembered = life.byHand() || !isPrepared;
        if (isKnown && life.byHand() && !isPrepared) {
            assertThat(outcome).isEqualTo(new DecisionOutcome.Heuristic(life.decision()));
        } else if (isKnown && life.decision() == Decision.COMMIT) {
            assertThat(((DecisionOutcome.Committed) outcome).isRepeat()).isEqualTo(isRemembered && !isPrepared);
        } else if (isKnown) {
            assertThat(outcome).isEqualTo(new DecisionOutcome.RolledBack(!isPrepared));
        }
        if (life.point().compareTo(Point.PREPARED) >= 0 && life.point().compareTo(Point.DECIDED) <= 0) {
            assertThat(isKnown).as("promised").isTrue();
        }
        boolean isForgotten = life.point().compareTo(Point.FORGET_ASKED) >= 0 && !isKnown;
        if (isKnown && life.byHand()) {
            assertThat(result(ground.units().prepared().forget(ID))).isTrue();
        }
        return isKnown || isForgotten;
    }

    private static void check(UnitGround ground, Life life, boolean wasThere) {
        ground.pass(UnitGround.LEASE.plusSeconds(1));
        assertThat(ground.undecided()).isEmpty();
        boolean holds = wasThere && life.decision() == Decision.COMMIT;
        List<String> lent = ground.lease(10).stream().map(UnitGround::text).collect(Collectors.toList());
        assertThat(ground.texts("Out")).isEqualTo(holds ? List.of("sent") : List.of());
        assertThat(ground.texts("Log")).isEqualTo(holds ? List.of("logged") : List.of());
        assertThat(ground.texts(DEAD)).isEqualTo(holds ? List.of("rejected") : List.of());
        assertThat(lent).isEqualTo(holds ? List.of() : List.of("acked", "rejected"));
    }
}
