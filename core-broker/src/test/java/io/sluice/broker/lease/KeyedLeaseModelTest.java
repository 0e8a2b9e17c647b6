package io.sluice.broker.lease;

import static io.sluice.broker.lease.LeaseBench.CREW;
import static io.sluice.broker.lease.LeaseBench.JOBS;
import static io.sluice.broker.lease.LeaseBench.NO_WAIT;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.model.FilterExpression;
import io.sluice.model.MessageProperties;
import io.sluice.model.PropertyNames;
import io.sluice.port.LeaseReader.Lease;
import io.sluice.port.LeaseReader.LeaseRequest;
import io.sluice.port.LeaseReader.Ordering;
import io.sluice.port.LeaseReader.Receipt;
import io.sluice.port.LeaseReader.Result;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.LeaseReader.Start;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Groups that are ordered by key against a plain model: keys, consumers that fail in every way, and crashes. */
class KeyedLeaseModelTest {
    private static final int QUEUES = 2;
    private static final int ATTEMPTS_MAX = 3;

    /** What may happen. Numbers that are too large wrap around. */
    sealed interface Step {
        record Send(int queueId, String key, int messages) implements Step {}

        record Lend(int max, int seconds) implements Step {}

        record Ack(int receipt) implements Step {}

        record AckAll() implements Step {}

        record Release(int receipt, int seconds) implements Step {}

        record Reject(int receipt) implements Step {}

        record Pass(int seconds) implements Step {}

        record Kill() implements Step {}

        record Save() implements Step {}
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Integer> receipts = Arbitraries.integers().between(0, 15);
        Arbitrary<Integer> seconds = Arbitraries.integers().between(0, 20);
        Arbitrary<Step> step = Arbitraries.frequencyOf(
                Tuple.of(
                        8,
                        Combinators.combine(
                                        Arbitraries.integers().between(0, QUEUES - 1),
                                        Arbitraries.of("a", "b", "c").injectNull(0.2),
                                        Arbitraries.integers().between(1, 3))
                                .as(Step.Send::new)),
                Tuple.of(
                        9,
                        Combinators.combine(
                                        Arbitraries.integers().between(1, 6),
                                        Arbitraries.integers().between(1, 30))
                                .as(Step.Lend::new)),
                Tuple.of(8, receipts.map(Step.Ack::new)),
                Tuple.of(1, Arbitraries.just(new Step.AckAll())),
                Tuple.of(5, Combinators.combine(receipts, seconds).as(Step.Release::new)),
                Tuple.of(2, receipts.map(Step.Reject::new)),
                Tuple.of(5, seconds.map(Step.Pass::new)),
                Tuple.of(1, Arbitraries.just(new Step.Kill())),
                Tuple.of(1, Arbitraries.just(new Step.Save())));
        return step.list().ofMinSize(5).ofMaxSize(80);
    }

    @Property(tries = 300)
    void messagesOfOneKeyGoToOneConsumerAtATimeInOrder(@ForAll("steps") List<Step> steps) {
        LeaseBench bench = new LeaseBench();
        bench.attemptsMax = ATTEMPTS_MAX;
        bench.topics.put(JOBS, QUEUES);
        Run run = new Run(bench);
        steps.forEach(run::play);
        run.drain();
    }

    private record Loan(String text, int answer, Receipt receipt) {}

    /** One run of both. */
    private static final class Run {
        private final LeaseBench bench;
        private final KeyModel model;
        private final List<Loan> loans = new ArrayList<>();
        private int sent;

        Run(LeaseBench bench) {
            this.bench = bench;
            model = new KeyModel(ATTEMPTS_MAX, bench.clock.millis());
            bench.lease(request(1, 1));
        }

        private LeaseRequest request(int max, int seconds) {
            return new LeaseRequest(
                    CREW,
                    JOBS,
                    FilterExpression.ALL,
                    FilterExpression.ALL,
                    max,
                    Duration.ofSeconds(seconds),
                    NO_WAIT,
                    Start.FIRST,
                    Ordering.BY_KEY);
        }

        void play(Step step) {
            if (step instanceof Step.Send send) {
                for (int i = 0; i < send.messages(); i++) {
                    send(send.queueId(), send.key());
                }
            } else if (step instanceof Step.Lend lend) {
                lend(lend.max(), lend.seconds());
            } else if (step instanceof Step.Ack ack && !loans.isEmpty()) {
                acknowledge(loans.get(ack.receipt() % loans.size()));
            } else if (step instanceof Step.AckAll) {
                loans.forEach(this::acknowledge);
            } else if (step instanceof Step.Release release && !loans.isEmpty()) {
                release(loans.get(release.receipt() % loans.size()), release.seconds() * 1000L);
            } else if (step instanceof Step.Reject reject && !loans.isEmpty()) {
                reject(loans.get(reject.receipt() % loans.size()));
            } else if (step instanceof Step.Pass pass) {
                pass(pass.seconds());
            } else if (step instanceof Step.Kill) {
                bench.kill();
                model.restart();
                loans.clear();
            } else if (step instanceof Step.Save) {
                bench.service().snapshots().save();
            }
            bench.settleDown();
            assertThat(Set.copyOf(bench.texts("%DLQ%crew", 0)))
                    .as("dead letters after %s", step)
                    .isEqualTo(model.dead());
        }

        private void pass(int seconds) {
            model.pass(seconds * 1000L);
            bench.pass(Duration.ofSeconds(seconds));
        }

        private void send(int queueId, String key) {
            String text = "m" + sent++;
            bench.send(
                    JOBS.value(),
                    queueId,
                    text,
                    key == null
                            ? MessageProperties.NONE
                            : MessageProperties.of(Map.of(
                                    sent % 2 == 0 ? PropertyNames.SHARDING_KEY : PropertyNames.JMS_GROUP_ID, key)));
            model.send(queueId, text, key);
        }

        private List<Lease> lend(int max, int seconds) {
            List<Lease> leases = bench.lease(request(max, seconds));
            List<String> texts = LeaseGround.texts(leases);
            assertThat(model.fault(texts, max)).as("what came: %s", texts).isNull();
            model.lent(texts, seconds * 1000L);
            for (Lease lease : leases) {
                String text = LeaseGround.text(lease);
                assertThat(lease.attempt()).as("attempt of %s", text).isEqualTo(model.item(text).attempts);
                loans.add(new Loan(text, model.answers(), lease.receipt()));
            }
            return leases;
        }

        private void acknowledge(Loan loan) {
            KeyModel.Item item = model.item(loan.text());
            boolean wasSettled = item.isSettled;
            boolean held = model.isHeld(item, loan.answer());
            assertThat(bench.settle(new Settlement.Ack(loan.receipt())))
                    .isEqualTo(held || wasSettled ? Result.DONE : Result.LEASE_OVER);
            if (held) {
                model.settle(item);
            }
        }

        private void release(Loan loan, long delayMs) {
            KeyModel.Item item = model.item(loan.text());
            Result result = bench.settle(new Settlement.Release(loan.receipt(), Duration.ofMillis(delayMs)));
            if (model.isHeld(item, loan.answer())) {
                assertThat(result).isEqualTo(Result.DONE);
                model.comeBack(item, delayMs == 0 ? 0 : model.nowMs() + delayMs);
            }
        }

        private void reject(Loan loan) {
            KeyModel.Item item = model.item(loan.text());
            boolean held = model.isHeld(item, loan.answer());
            Result result = bench.settle(new Settlement.Reject(loan.receipt(), "no"));
            assertThat(result).isEqualTo(held || item.isSettled ? Result.DONE : Result.LEASE_OVER);
            if (held) {
                model.bury(item);
            }
        }

        /** Everything that is left comes, key by key in order. */
        void drain() {
            pass(60);
            bench.settleDown();
            for (List<Lease> some = lend(4, 10); !some.isEmpty(); some = lend(4, 10)) {
                loans.subList(loans.size() - some.size(), loans.size()).forEach(this::acknowledge);
            }
            assertThat(model.unsettled()).isZero();
        }
    }
}
