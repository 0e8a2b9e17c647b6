package io.sluice.broker.lease;

import static io.sluice.broker.lease.LeaseBench.CREW;
import static io.sluice.broker.lease.LeaseBench.JOBS;
import static io.sluice.broker.lease.LeaseBench.NO_WAIT;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.lease.LeaseModel.Loan;
import io.sluice.model.FilterExpression;
import io.sluice.model.MessageProperties;
import io.sluice.port.LeaseReader.Lease;
import io.sluice.port.LeaseReader.LeaseRequest;
import io.sluice.port.LeaseReader.Receipt;
import io.sluice.port.LeaseReader.Result;
import io.sluice.port.LeaseReader.Settled;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.LeaseReader.Start;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;

/** The real thing against a plain model, step by step, through crashes. */
class LeaseModelTest {
    private static final int QUEUES = 2;
    private static final int ATTEMPTS_MAX = 3;
    private static final Set<String> GROUP_TAGS = Set.of("a", "b");

    /** What may happen. Numbers that are too large wrap around. */
    sealed interface Step {
        record Send(int queueId, String tag) implements Step {}

        record Lend(boolean groupFilter, String ownTag, int max, int seconds) implements Step {}

        record Ack(int receipt) implements Step {}

        record AckAll() implements Step {}

        /** Receipts that came one after the other, in one settlement. */
        record AckSome(int first, int count) implements Step {}

        record SendMany(int queueId, int count) implements Step {}

        record Extend(int receipt, int seconds) implements Step {}

        record Release(int receipt, int seconds) implements Step {}

        record Reject(int receipt) implements Step {}

        record Pass(int seconds) implements Step {}

        record Kill() implements Step {}

        record Restart() implements Step {}

        record Save() implements Step {}
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<String> tags = Arbitraries.of("a", "b", "c").injectNull(0.2);
        Arbitrary<Integer> receipts = Arbitraries.integers().between(0, 12);
        Arbitrary<Integer> seconds = Arbitraries.integers().between(0, 20);
        Arbitrary<Step> step = Arbitraries.frequencyOf(
                Tuple.of(
                        8,
                        Combinators.combine(Arbitraries.integers().between(0, QUEUES - 1), tags)
                                .as(Step.Send::new)),
                Tuple.of(
                        8,
                        Combinators.combine(
                                        Arbitraries.of(true, false),
                                        Arbitraries.of("a", "b").injectNull(0.6),
                                        Arbitraries.integers().between(1, 8),
                                        Arbitraries.integers().between(1, 30))
                                .as(Step.Lend::new)),
                Tuple.of(6, receipts.map(Step.Ack::new)),
                Tuple.of(1, Arbitraries.just(new Step.AckAll())),
                Tuple.of(
                        4,
                        Combinators.combine(receipts, Arbitraries.integers().between(2, 6))
                                .as(Step.AckSome::new)),
                Tuple.of(
                        3,
                        Combinators.combine(
                                        Arbitraries.integers().between(0, QUEUES - 1),
                                        Arbitraries.integers().between(2, 7))
                                .as(Step.SendMany::new)),
                Tuple.of(
                        3,
                        Combinators.combine(receipts, seconds.filter(s -> s > 0))
                                .as(Step.Extend::new)),
                Tuple.of(4, Combinators.combine(receipts, seconds).as(Step.Release::new)),
                Tuple.of(2, receipts.map(Step.Reject::new)),
                Tuple.of(5, seconds.map(Step.Pass::new)),
                Tuple.of(2, Arbitraries.just(new Step.Kill())),
                Tuple.of(1, Arbitraries.just(new Step.Restart())),
                Tuple.of(1, Arbitraries.just(new Step.Save())));
        return step.list().ofMinSize(5).ofMaxSize(60);
    }

    @Property(tries = 250)
    void leasingKeepsItsPromisesThroughCrashes(@ForAll("steps") List<Step> steps) {
        LeaseBench bench = new LeaseBench();
        bench.attemptsMax = ATTEMPTS_MAX;
        bench.topics.put(JOBS, QUEUES);
        new Run(bench).play(steps);
    }

    @Property(tries = 150)
    void whatWasNotSettledIsNotLostWithThePower(
            @ForAll("steps") List<Step> steps,
            @ForAll @IntRange(max = 30) int recordsLost,
            @ForAll @IntRange(max = 5) int sent) {
        LeaseBench bench = new LeaseBench();
        bench.attemptsMax = ATTEMPTS_MAX;
        bench.topics.put(JOBS, QUEUES);
        Run run = new Run(bench);
        run.play(steps);
        run.losePowerAndDrain(bench, recordsLost, sent);
    }

    @Property(tries = 25)
    void leasingKeepsItsPromisesOnTheRealStore(@ForAll("steps") List<Step> steps) throws IOException {
        try (StoreGround ground = new StoreGround(QUEUES, ATTEMPTS_MAX)) {
            new Run(ground).play(steps);
        }
    }

    /** One run of both. */
    private static final class Run {
        private final LeaseGround ground;
        private final LeaseModel model;
        private final List<Receipt> receipts = new ArrayList<>();
        private final List<Loan> loans = new ArrayList<>();
        private int sent;

        Run(LeaseGround ground) {
            this.ground = ground;
            model = new LeaseModel(QUEUES, ATTEMPTS_MAX, ground.clock().millis());
            ground.lease(request(false, null, 1, 1));
        }

        void play(List<Step> steps) {
            for (Step step : steps) {
                play(step);
                checkMarks(step);
            }
        }

        private void play(Step step) {
            if (step instanceof Step.Send send) {
                send(send.queueId(), send.tag());
            } else if (step instanceof Step.Lend lend) {
                lend(lend);
            } else if (step instanceof Step.Ack ack && !receipts.isEmpty()) {
                int i = ack.receipt() % receipts.size();
                assertThat(settle(new Settlement.Ack(receipts.get(i))).result())
                        .isEqualTo(model.acknowledge(loans.get(i)));
            } else if (step instanceof Step.AckAll && !receipts.isEmpty()) {
                ackSome(0, receipts.size());
            } else if (step instanceof Step.AckSome some && !receipts.isEmpty()) {
                int first = some.first() % receipts.size();
                ackSome(first, Math.min(receipts.size(), first + some.count()));
            } else if (step instanceof Step.SendMany many) {
                for (int i = 0; i < many.count(); i++) {
                    send(many.queueId(), "a");
                }
            } else if (step instanceof Step.Extend extend && !receipts.isEmpty()) {
                extend(extend.receipt() % receipts.size(), Duration.ofSeconds(extend.seconds()));
            } else if (step instanceof Step.Release release && !receipts.isEmpty()) {
                int i = release.receipt() % receipts.size();
                Duration delay = Duration.ofSeconds(release.seconds());
                assertThat(settle(new Settlement.Release(receipts.get(i), delay))
                                .result())
                        .isEqualTo(model.release(loans.get(i), delay.toMillis()));
            } else if (step instanceof Step.Reject reject && !receipts.isEmpty()) {
                int i = reject.receipt() % receipts.size();
                assertThat(settle(new Settlement.Reject(receipts.get(i), "no")).result())
                        .isEqualTo(model.reject(loans.get(i)));
            } else if (step instanceof Step.Pass pass) {
                model.passTime(pass.seconds() * 1000L);
                ground.pass(Duration.ofSeconds(pass.seconds()));
            } else if (step instanceof Step.Kill) {
                ground.kill();
                model.restart();
            } else if (step instanceof Step.Restart) {
                ground.closeAndReopen();
                model.restart();
            } else if (step instanceof Step.Save) {
                ground.service().snapshots().save();
            }
        }

        private void send(int queueId, String tag) {
            String text = "m" + sent++;
            ground.send(
                    JOBS.value(),
                    queueId,
                    text,
                    tag == null ? MessageProperties.NONE : MessageProperties.of(Map.of("TAGS", tag)));
            model.send(queueId, text, tag);
        }

        private LeaseRequest request(boolean groupFilter, String ownTag, int max, int seconds) {
            return new LeaseRequest(
                    CREW,
                    JOBS,
                    groupFilter ? FilterExpression.tags("a || b") : FilterExpression.ALL,
                    ownTag == null ? FilterExpression.ALL : FilterExpression.tags(ownTag),
                    max,
                    Duration.ofSeconds(seconds),
                    NO_WAIT,
                    Start.FIRST);
        }

        private void lend(Step.Lend lend) {
            List<Lease> leases = ground.lease(request(lend.groupFilter(), lend.ownTag(), lend.max(), lend.seconds()));
            List<Loan> expected = model.lease(
                    lend.groupFilter() ? GROUP_TAGS : null, lend.ownTag(), lend.max(), lend.seconds() * 1000L);
            assertThat(leases.stream().map(this::shown).toList())
                    .as("%s", lend)
                    .isEqualTo(expected.stream().map(this::shown).toList());
            leases.forEach(lease -> receipts.add(lease.receipt()));
            loans.addAll(expected);
        }

        private String shown(Lease lease) {
            return "%s attempt %d until %d".formatted(LeaseGround.text(lease), lease.attempt(), lease.leaseUntilMs());
        }

        private String shown(Loan loan) {
            return "%s attempt %d until %d".formatted(model.text(loan), loan.attempt(), loan.untilMs());
        }

        private Settled settle(Settlement settlement) {
            CompletableFuture<List<Settled>> answer =
                    ground.service().settle(List.of(settlement)).toCompletableFuture();
            ground.settleDown();
            return LeaseGround.now(answer).get(0);
        }

        private void ackSome(int from, int to) {
            List<Result> results = ground.settleAll(receipts.subList(from, to).stream()
                    .map(receipt -> (Settlement) new Settlement.Ack(receipt))
                    .toList());
            assertThat(results)
                    .isEqualTo(loans.subList(from, to).stream()
                            .map(model::acknowledge)
                            .toList());
        }

        private void extend(int i, Duration leaseFor) {
            Settled settled = settle(new Settlement.Extend(receipts.get(i), leaseFor));
            Loan longer = model.extend(loans.get(i), leaseFor.toMillis());
            assertThat(settled.result()).isEqualTo(longer == null ? Result.LEASE_OVER : Result.DONE);
            if (longer != null) {
                assertThat(settled.leaseUntilMs()).isEqualTo(longer.untilMs());
                receipts.add(settled.receipt());
                loans.add(longer);
            }
        }

        private void checkMarks(Step step) {
            ground.settleDown();
            for (int queueId = 0; queueId < QUEUES; queueId++) {
                assertThat(ground.service()
                                .status(CREW, JOBS, queueId)
                                .orElseThrow()
                                .low())
                        .as("low-water mark of queue %d after %s", queueId, step)
                        .isEqualTo(model.low(queueId));
            }
            assertThat(Set.copyOf(ground.texts("%DLQ%crew", 0)))
                    .as("dead letters after %s", step)
                    .isEqualTo(model.dead());
        }

        /** Everything that the log still has and that was not settled must come, and what is sent afterwards too. */
        void losePowerAndDrain(LeaseBench bench, int recordsLost, int sentAfter) {
            Set<String> wanted = model.unsettled();
            bench.log.loseFrom(Math.max(0, bench.log.records() - recordsLost));
            bench.offsets.replaceAll((key, next) -> Math.min(
                    next, bench.log.range(key.topic().value(), key.queueId()).max()));
            bench.clock.pass(Duration.ofHours(1));
            bench.kill();
            for (int i = 0; i < sentAfter; i++) {
                String text = "after" + i;
                bench.log.send(JOBS.value(), i % QUEUES, text);
                wanted.add(text);
            }
            bench.kill();
            bench.settleDown();
            Set<String> kept = new HashSet<>();
            for (int queueId = 0; queueId < QUEUES; queueId++) {
                kept.addAll(bench.texts(JOBS.value(), queueId));
            }
            wanted.retainAll(kept);
            Set<String> got = new HashSet<>();
            for (List<Lease> some = bench.lease(100); !some.isEmpty(); some = bench.lease(100)) {
                got.addAll(LeaseGround.texts(some));
            }
            assertThat(got).containsAll(wanted);
        }
    }
}
