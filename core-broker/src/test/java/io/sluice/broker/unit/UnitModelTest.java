package io.sluice.broker.unit;

import static io.sluice.broker.unit.UnitGround.result;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.unit.AskedUnit.State;
import io.sluice.model.Message;
import io.sluice.model.TopicName;
import io.sluice.port.DecisionOutcome;
import io.sluice.port.LeaseReader.Lease;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.Placement;
import io.sluice.port.PrepareOutcome;
import io.sluice.port.PreparedUnit;
import io.sluice.port.Refusal;
import io.sluice.port.SendOutcome;
import io.sluice.port.UnitOfWork;
import io.sluice.port.UnitOutcome;
import io.sluice.port.UnitsOfWork.Decision;
import io.sluice.store.log.FlushMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/**
 * Random units of work in one phase and in two, repeats, decisions by their owner and by hand, kills and power cuts, against a
 * plain list of what was asked for: each unit is in one of the states that it may be in, with all that belongs to the state and
 * nothing else; what was answered holds.
 */
class UnitModelTest {
    private static final String DEAD = TopicName.deadLetterOf(UnitGround.GROUP).value();

    private static final class Life {
        private final Random random;
        private final FlushMode mode;
        private final UnitGround ground;
        private final List<AskedUnit> asked = new ArrayList<>();
        private int numbers;

        Life(long seed, FlushMode mode) {
            this.random = new Random(seed);
            this.mode = mode;
            this.ground = new UnitGround(seed, mode, UnitRules.DEFAULT);
        }

        void play(int rounds) {
            for (int round = 0; round < rounds; round++) {
                for (int i = 0; i < 8; i++) {
                    assertThat(ground.send(Message.of(UnitGround.IN, "in" + numbers++), random.nextInt(2)))
                            .isInstanceOf(SendOutcome.Stored.class);
                }
                for (int i = 0; i < 10; i++) {
                    work();
                }
                end();
                check();
            }
            ground.close();
        }

        // ---- what is done

        private void work() {
            Optional<AskedUnit> known = asked.isEmpty()
                    ? Optional.empty()
                    : Optional.of(asked.get(random.nextInt(asked.size()))).filter(one -> !one.isLeftAlone);
            switch (random.nextInt(6)) {
                case 0, 1 -> commit(ask());
                case 2, 3 -> prepare(ask());
                case 4 -> known.ifPresent(this::repeat);
                default -> known.ifPresent(this::goOn);
            }
            if (random.nextInt(4) == 0) {
                ground.lookAfterUnits();
            }
            if (random.nextInt(6) == 0) {
                ground.saveCursors();
            }
            if (random.nextInt(8) == 0) {
                ground.force();
            }
        }

        /** Whether the answer is waited for; else nobody knows, and the unit is left alone until the next look at all. */
        private boolean waits(AskedUnit one) {
            one.isLeftAlone = random.nextInt(4) == 0;
            return !one.isLeftAlone;
        }

        private AskedUnit ask() {
            List<UnitOfWork.Send> sends = new ArrayList<>();
            List<String> texts = new ArrayList<>();
            int count = random.nextInt(4);
            for (int i = 0; i < count; i++) {
                String text = "out" + numbers++;
                texts.add(text);
                String padded = random.nextInt(5) == 0 ? text + " " + "x".repeat(random.nextInt(6000)) : text;
                sends.add(new UnitOfWork.Send(
                        Message.of(random.nextBoolean() ? "Out" : "Log", padded), new Placement.Queue(0)));
            }
            List<Lease> leases = ground.lease(random.nextInt(4) + 1);
            List<Settlement> settlements = settlementsOf(leases);
            AskedUnit next = new AskedUnit(new UnitOfWork("u" + numbers++, sends, settlements), texts);
            for (int i = 0; i < leases.size(); i++) {
                String text = UnitGround.text(leases.get(i));
                Settlement settlement = settlements.get(i);
                if (settlement instanceof Settlement.Reject) {
                    next.rejected.add(text);
                } else if (settlement instanceof Settlement.Ack) {
                    next.acknowledged.add(text);
                } else {
                    next.released.add(text);
                }
            }
            asked.add(next);
            return next;
        }

        private List<Settlement> settlementsOf(List<Lease> leases) {
            List<Settlement> settlements = new ArrayList<>();
            for (Lease lease : leases) {
                settlements.add(
                        switch (random.nextInt(5)) {
                            case 0 -> new Settlement.Release(lease.receipt(), Duration.ZERO);
                            case 1 -> new Settlement.Reject(lease.receipt(), "no");
                            default -> new Settlement.Ack(lease.receipt());
                        });
            }
            return settlements;
        }

        private long logEnd() {
            return ground.store().logRange().max();
        }

        private void commit(AskedUnit one) {
            one.mayBe(State.COMMITTED);
            CompletionStage<UnitOutcome> answer = ground.commit(one.unit);
            if (waits(one)) {
                committed(one, result(answer));
            }
        }

        private void committed(AskedUnit one, UnitOutcome outcome) {
            assertThat(outcome).isInstanceOf(UnitOutcome.Committed.class);
            one.places(((UnitOutcome.Committed) outcome).sent());
            one.is(State.COMMITTED, logEnd());
        }

        private void prepare(AskedUnit one) {
            one.mayBe(State.PREPARED);
            CompletionStage<PrepareOutcome> answer = ground.prepare(one.unit);
            if (waits(one)) {
                assertThat(result(answer)).isEqualTo(new PrepareOutcome.Prepared(false));
                one.is(State.PREPARED, logEnd());
            }
        }

        /** Asks for what holds already: it is told, and nothing happens. */
        private void repeat(AskedUnit one) {
            switch (one.state()) {
                case COMMITTED -> {
                    if (random.nextBoolean()) {
                        UnitOutcome outcome = result(ground.commit(one.unit));
                        assertThat(outcome).isInstanceOfSatisfying(UnitOutcome.Committed.class, committed -> {
                            assertThat(committed.isRepeat()).isTrue();
                            one.places(committed.sent());
                        });
                    } else {
                        decided(one, Decision.COMMIT, result(ground.decide(one.unit.id(), Decision.COMMIT, false)));
                    }
                }
                case PREPARED ->
                    assertThat(result(ground.prepare(one.unit))).isEqualTo(new PrepareOutcome.Prepared(true));
                case ROLLED_BACK ->
                    assertThat(result(ground.decide(one.unit.id(), Decision.ROLLBACK, false)))
                            .isEqualTo(new DecisionOutcome.RolledBack(true));
                case COMMITTED_BY_HAND, ROLLED_BACK_BY_HAND -> {
                    Decision told = one.state() == State.COMMITTED_BY_HAND ? Decision.COMMIT : Decision.ROLLBACK;
                    Decision wanted = random.nextBoolean() ? Decision.COMMIT : Decision.ROLLBACK;
                    assertThat(result(ground.decide(one.unit.id(), wanted, random.nextBoolean())))
                            .isEqualTo(new DecisionOutcome.Heuristic(told));
                }
                default ->
                    assertThat(result(ground.decide(one.unit.id(), Decision.COMMIT, false)))
                            .isEqualTo(new DecisionOutcome.Unknown());
            }
        }

        /** The next thing that can happen to it. */
        private void goOn(AskedUnit one) {
            if (one.state() == State.PREPARED) {
                boolean byHand = random.nextInt(3) == 0;
                Decision decision = random.nextBoolean() ? Decision.COMMIT : Decision.ROLLBACK;
                one.mayBe(State.of(decision, byHand));
                CompletionStage<DecisionOutcome> answer = ground.decide(one.unit.id(), decision, byHand);
                if (waits(one)) {
                    decided(one, decision, result(answer));
                    one.is(State.of(decision, byHand), logEnd());
                }
            } else if (one.state() == State.COMMITTED_BY_HAND || one.state() == State.ROLLED_BACK_BY_HAND) {
                State next = one.state() == State.COMMITTED_BY_HAND
                        ? State.FORGOTTEN_COMMITTED
                        : State.FORGOTTEN_ROLLED_BACK;
                one.mayBe(next);
                CompletionStage<Boolean> answer = ground.units().prepared().forget(one.unit.id());
                if (waits(one)) {
                    assertThat(result(answer)).isTrue();
                    one.is(next, logEnd());
                }
            }
        }

        private static void decided(AskedUnit one, Decision decision, DecisionOutcome outcome) {
            if (decision == Decision.COMMIT) {
                assertThat(outcome).isInstanceOf(DecisionOutcome.Committed.class);
                one.places(((DecisionOutcome.Committed) outcome).sent());
            } else {
                assertThat(outcome).isEqualTo(new DecisionOutcome.RolledBack(false));
            }
        }

        private void end() {
            switch (random.nextInt(3)) {
                case 0 -> {
                    long durableTo = mode == FlushMode.SYNC_FLUSH
                            ? Long.MAX_VALUE
                            : ground.store().health().flushedTo();
                    ground.crash(true);
                    asked.forEach(one -> one.powerIsCut(durableTo));
                }
                case 1 -> ground.crash(false);
                default -> ground.closeAndReopen();
            }
        }

        // ---- what is found

        /** Bodies: what was sent, what was rejected, what is free. */
        private record Seen(List<String> out, List<String> dead, Set<String> lent) {
            /** For a unit that is not known any more; when nothing was sent what it received tells, as far as that is there still. */
            boolean saysThatItIsThere(AskedUnit one) {
                return out.containsAll(one.sent)
                        && dead.containsAll(one.rejected)
                        && Stream.concat(one.acknowledged.stream(), one.rejected.stream())
                                .noneMatch(lent::contains);
            }
        }

        private void check() {
            List<String> out = Stream.concat(ground.texts("Out").stream(), ground.texts("Log").stream())
                    .map(text -> text.split(" ")[0])
                    .toList();
            assertThat(out).doesNotHaveDuplicates();
            List<String> dead = ground.texts(DEAD);
            assertThat(dead).doesNotHaveDuplicates();
            Map<String, PreparedUnit> undecided =
                    ground.undecided().stream().collect(Collectors.toMap(PreparedUnit::id, unit -> unit));
            Set<String> lent = lendAll();
            Set<String> stored = new HashSet<>(ground.texts(UnitGround.IN));
            asked.forEach(one ->
                    one.found(stateOf(one, undecided.remove(one.unit.id()), new Seen(out, dead, lent)), logEnd()));
            assertThat(undecided).as("units that nobody prepared").isEmpty();
            Map<String, Integer> settledBy = new HashMap<>();
            for (AskedUnit one : asked) {
                if (one.state().holdsMessages()) {
                    one.received().forEach(text -> settledBy.merge(text, 1, Integer::sum));
                }
            }
            for (AskedUnit one : asked) {
                String name = "%s, which is %s".formatted(one.unit.id(), one.state());
                if (one.state().isThere()) {
                    assertThat(out).as("sent by " + name).containsAll(one.sent);
                    assertThat(dead).as("rejected by " + name).containsAll(one.rejected);
                    assertThat(lent)
                            .as("settled by " + name)
                            .noneMatch(one.acknowledged::contains)
                            .noneMatch(one.rejected::contains);
                } else {
                    assertThat(out).as("sent by " + name).noneMatch(one.sent::contains);
                }
                if (one.state() == State.PREPARED) {
                    assertThat(lent).as("held by " + name).noneMatch(one.received()::contains);
                    assertThat(dead).as("rejected by " + name).noneMatch(one.rejected::contains);
                } else if (!one.state().holdsMessages()) {
                    List<String> free = one.received().stream()
                            .filter(stored::contains)
                            .filter(text -> !settledBy.containsKey(text))
                            .toList();
                    assertThat(lent).as("given back by " + name).containsAll(free);
                }
            }
            asked.removeIf(one -> one.state() == State.ABSENT);
        }

        private State stateOf(AskedUnit one, PreparedUnit told, Seen seen) {
            if (told != null) {
                assertThat(told.messages()).isEqualTo(one.sent.size());
                assertThat(told.settlements()).isEqualTo(one.received().size());
                return switch (told.state()) {
                    case PREPARED -> State.PREPARED;
                    case HEURISTIC_COMMIT -> State.COMMITTED_BY_HAND;
                    case HEURISTIC_ROLLBACK -> State.ROLLED_BACK_BY_HAND;
                };
            }
            DecisionOutcome outcome = result(ground.decide(one.unit.id(), Decision.COMMIT, false));
            if (outcome instanceof DecisionOutcome.Committed committed) {
                one.places(committed.sent());
                return State.COMMITTED;
            }
            if (outcome instanceof DecisionOutcome.Refused refused) {
                assertThat(refused.reason()).isEqualTo(Refusal.ILLEGAL_ARGUMENT);
                return State.ROLLED_BACK;
            }
            assertThat(outcome).isEqualTo(new DecisionOutcome.Unknown());
            boolean isThere = seen.saysThatItIsThere(one);
            return Stream.of(State.ABSENT, State.FORGOTTEN_COMMITTED, State.FORGOTTEN_ROLLED_BACK)
                    .filter(one::canBe)
                    .filter(state -> one.sent.isEmpty() || state.isThere() == isThere)
                    .sorted(Comparator.comparing(state -> state.isThere() != isThere))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(one + " is not known any more"));
        }

        /** Everything that is free, lent once and given back by time. */
        private Set<String> lendAll() {
            ground.pass(UnitGround.LEASE.plusSeconds(1));
            Set<String> lent = new HashSet<>();
            for (List<Lease> some = ground.lease(50); !some.isEmpty(); some = ground.lease(50)) {
                some.forEach(lease -> lent.add(UnitGround.text(lease)));
            }
            ground.pass(UnitGround.LEASE.plusSeconds(1));
            return lent;
        }
    }

    @Property(tries = 25, shrinking = ShrinkingMode.OFF)
    void aUnitIsWhatWasAnsweredWithAllThatBelongsToIt(@ForAll long seed) {
        new Life(seed, FlushMode.SYNC_FLUSH).play(4);
    }

    /** What the disk has holds; what it does not have yet may be lost, any part of it, but of each step all or nothing. */
    @Property(tries = 25, shrinking = ShrinkingMode.OFF)
    void withoutWaitingForTheDiskAPowerCutMayTakeStepsOfAUnitButOnlyWhole(@ForAll long seed) {
        new Life(seed, FlushMode.ASYNC_FLUSH).play(4);
    }
}
