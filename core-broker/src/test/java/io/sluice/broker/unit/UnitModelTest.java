package io.sluice.broker.unit;

import static io.sluice.broker.unit.UnitGround.result;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.Message;
import io.sluice.model.TopicName;
import io.sluice.port.LeaseReader.Lease;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.Placement;
import io.sluice.port.SendOutcome;
import io.sluice.port.UnitOfWork;
import io.sluice.port.UnitOutcome;
import io.sluice.store.log.FlushMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/**
 * Random units of work, repeats, kills and power cuts, against a plain list of what was asked for: of every unit all is found or
 * nothing, once; what was answered is found.
 */
class UnitModelTest {
    private static final String DEAD = TopicName.deadLetterOf(UnitGround.GROUP).value();

    /** One unit as it was asked for. */
    private static final class Asked {
        private final UnitOfWork unit;
        private final List<String> sent;
        private final List<String> acknowledged = new ArrayList<>();
        private final List<String> rejected = new ArrayList<>();
        /** Must be found. */
        private boolean promised;
        /** The first result. */
        private List<SendOutcome.Stored> places;

        Asked(UnitOfWork unit, List<String> sent) {
            this.unit = unit;
            this.sent = sent;
        }
    }

    private static final class Life {
        private final Random random;
        private final FlushMode mode;
        private final UnitGround ground;
        private final List<Asked> asked = new ArrayList<>();
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
                for (int i = 0; i < 6; i++) {
                    work();
                }
                end();
                check();
            }
            ground.close();
        }

        private void work() {
            if (random.nextInt(4) == 0 && !asked.isEmpty()) {
                repeat(asked.get(random.nextInt(asked.size())));
                return;
            }
            Asked next = ask(ground.lease(random.nextInt(4) + 1));
            asked.add(next);
            if (random.nextInt(4) == 0) {
                ground.commit(next.unit);
            } else {
                answered(next, result(ground.commit(next.unit)));
            }
        }

        private Asked ask(List<Lease> leases) {
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
            List<Settlement> settlements = new ArrayList<>();
            Asked next = new Asked(new UnitOfWork("u" + numbers++, sends, settlementsOf(leases, settlements)), texts);
            for (int i = 0; i < leases.size(); i++) {
                String text = UnitGround.text(leases.get(i));
                Settlement settlement = settlements.get(i);
                if (settlement instanceof Settlement.Reject) {
                    next.rejected.add(text);
                } else if (settlement instanceof Settlement.Ack) {
                    next.acknowledged.add(text);
                }
            }
            return next;
        }

        private List<Settlement> settlementsOf(List<Lease> leases, List<Settlement> settlements) {
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

        private void answered(Asked which, UnitOutcome outcome) {
            assertThat(outcome).isInstanceOf(UnitOutcome.Committed.class);
            UnitOutcome.Committed committed = (UnitOutcome.Committed) outcome;
            if (which.promised) {
                assertThat(committed.isRepeat())
                        .as("repeat of %s", which.unit.id())
                        .isTrue();
            }
            if (which.places != null && committed.isRepeat()) {
                assertThat(committed.sent()).isEqualTo(which.places);
            }
            which.places = committed.sent();
            which.promised = true;
        }

        /** Whoever does not know asks again; somebody who does may, too. */
        private void repeat(Asked which) {
            answered(which, result(ground.commit(which.unit)));
        }

        private void end() {
            int kind = random.nextInt(3);
            boolean powerCut = kind == 0;
            if (kind == 2) {
                ground.closeAndReopen();
            } else {
                ground.crash(powerCut);
            }
            if (powerCut && mode == FlushMode.ASYNC_FLUSH) {
                asked.forEach(one -> one.promised = false);
            }
        }

        private void check() {
            List<String> out = Stream.concat(ground.texts("Out").stream(), ground.texts("Log").stream())
                    .map(text -> text.split(" ")[0])
                    .toList();
            assertThat(out).doesNotHaveDuplicates();
            List<String> dead = ground.texts(DEAD);
            assertThat(dead).doesNotHaveDuplicates();
            Map<String, Integer> lent = lendAll();
            Set<String> stored = new HashSet<>(ground.texts(UnitGround.IN));
            List<Asked> gone = new ArrayList<>();
            for (Asked one : asked) {
                boolean isThere = isThere(one, out, dead, lent, stored);
                assertThat(out.containsAll(one.sent) || Collections.disjoint(out, one.sent))
                        .as("all or nothing of what %s sent", one.unit.id())
                        .isTrue();
                if (one.promised) {
                    assertThat(isThere).as("unit %s", one.unit.id()).isTrue();
                }
                if (isThere) {
                    assertThat(out).containsAll(one.sent);
                    assertThat(dead).containsAll(one.rejected);
                    assertThat(lent.keySet())
                            .noneMatch(one.acknowledged::contains)
                            .noneMatch(one.rejected::contains);
                    one.promised = true;
                } else {
                    assertThat(dead).noneMatch(one.rejected::contains);
                    // What it released may have been settled by another unit since.
                    List<String> leased = Stream.of(one.acknowledged, one.rejected)
                            .flatMap(List::stream)
                            .filter(stored::contains)
                            .toList();
                    assertThat(lent.keySet()).containsAll(leased);
                    gone.add(one);
                }
            }
            asked.removeAll(gone);
        }

        private static boolean isThere(
                Asked one, List<String> out, List<String> dead, Map<String, Integer> lent, Set<String> stored) {
            boolean byAcks =
                    one.acknowledged.stream().anyMatch(text -> stored.contains(text) && !lent.containsKey(text));
            return !Collections.disjoint(out, one.sent)
                    || !Collections.disjoint(dead, one.rejected)
                    || byAcks
                    || one.promised;
        }

        /** Everything that is free, lent once and given back by time, with the number of its delivery. */
        private Map<String, Integer> lendAll() {
            ground.pass(UnitGround.LEASE.plusSeconds(1));
            Map<String, Integer> lent = new HashMap<>();
            for (List<Lease> some = ground.lease(50); !some.isEmpty(); some = ground.lease(50)) {
                lent.putAll(some.stream().collect(Collectors.toMap(UnitGround::text, Lease::attempt)));
            }
            ground.pass(UnitGround.LEASE.plusSeconds(1));
            return lent;
        }
    }

    @Property(tries = 25, shrinking = ShrinkingMode.OFF)
    void allOrNothingOfAUnitIsThereAndWhatWasAnsweredIs(@ForAll long seed) {
        new Life(seed, FlushMode.SYNC_FLUSH).play(4);
    }

    @Property(tries = 25, shrinking = ShrinkingMode.OFF)
    void withoutWaitingForTheDiskAPowerCutMayTakeUnitsButOnlyWhole(@ForAll long seed) {
        new Life(seed, FlushMode.ASYNC_FLUSH).play(4);
    }
}
