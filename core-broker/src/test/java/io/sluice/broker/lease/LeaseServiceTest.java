package io.sluice.broker.lease;

import static io.sluice.broker.lease.LeaseBench.CREW;
import static io.sluice.broker.lease.LeaseBench.JOBS;
import static io.sluice.broker.lease.LeaseBench.LEASE;
import static io.sluice.broker.lease.LeaseBench.NO_WAIT;
import static io.sluice.broker.lease.LeaseGround.now;
import static io.sluice.broker.lease.LeaseGround.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.model.FilterExpression;
import io.sluice.model.GroupName;
import io.sluice.model.MessageProperties;
import io.sluice.model.SluiceException;
import io.sluice.model.TopicName;
import io.sluice.port.LeaseReader.Lease;
import io.sluice.port.LeaseReader.LeaseRequest;
import io.sluice.port.LeaseReader.Leased;
import io.sluice.port.LeaseReader.Receipt;
import io.sluice.port.LeaseReader.Result;
import io.sluice.port.LeaseReader.Settled;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.LeaseReader.Settlement.Ack;
import io.sluice.port.LeaseReader.Settlement.Extend;
import io.sluice.port.LeaseReader.Settlement.GiveBack;
import io.sluice.port.LeaseReader.Settlement.Reject;
import io.sluice.port.LeaseReader.Settlement.Release;
import io.sluice.port.LeaseReader.Start;
import io.sluice.port.Refusal;
import io.sluice.store.log.AppendResult;
import io.sluice.wire.message.MessageView;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class LeaseServiceTest {
    private static final TopicName DEAD = new TopicName("%DLQ%crew");
    private static final Duration LONG_WAIT = Duration.ofSeconds(20);
    private LeaseBench bench = new LeaseBench();

    private void send(String... texts) {
        for (String text : texts) {
            bench.log.send("Jobs", 0, text);
        }
    }

    private void sendTagged(String text, String tag) {
        bench.log.send("Jobs", 0, text, MessageProperties.of(Map.of("TAGS", tag)));
    }

    @Test
    void whatIsGivenBackUnseenWasNeverDelivered() {
        bench.attemptsMax = 1;
        send("m");
        for (int i = 0; i < 3; i++) {
            Lease lease = bench.lease(1).get(0);
            assertThat(lease.attempt()).isEqualTo(1);
            assertThat(bench.settle(new GiveBack(lease.receipt()))).isEqualTo(Result.DONE);
            assertThat(bench.settle(new GiveBack(lease.receipt())))
                    .as("told twice")
                    .isEqualTo(Result.DONE);
            assertThat(bench.ack(lease)).isEqualTo(Result.LEASE_OVER);
            if (i == 1) {
                bench.closeAndReopen();
            }
        }
        Lease seen = bench.lease(1).get(0);
        assertThat(seen.attempt()).isEqualTo(1);
        assertThat(bench.settle(new Release(seen.receipt(), Duration.ZERO))).isEqualTo(Result.DONE);
        assertThat(bench.lease(1)).as("no attempt is left").isEmpty();
    }

    @Test
    void aDeliveryThatFailedStillCountsWhenTheNextIsGivenBackUnseen() {
        send("m");
        assertThat(bench.settle(new Release(bench.lease(1).get(0).receipt(), Duration.ZERO)))
                .isEqualTo(Result.DONE);
        assertThat(bench.settle(new GiveBack(bench.lease(1).get(0).receipt()))).isEqualTo(Result.DONE);
        bench.closeAndReopen();
        assertThat(bench.lease(1).get(0).attempt()).isEqualTo(2);
    }

    private static void assertRefused(ThrowingCallable question, Refusal reason) {
        assertThatThrownBy(question)
                .satisfies(
                        failed -> assertThat(RefusedCause.of(failed).reason()).isEqualTo(reason));
    }

    private CursorStatus status() {
        return bench.service.status(CREW, JOBS, 0).orElseThrow();
    }

    @Nested
    class Lending {
        @Test
        void oldestFirstAndToOneAtATime() {
            send("a", "b", "c");
            assertThat(texts(bench.lease(2))).containsExactly("a", "b");
            assertThat(texts(bench.lease(2))).containsExactly("c");
            assertThat(bench.lease(2)).isEmpty();
        }

        @Test
        void aLeaseTellsQueueAttemptAndEnd() {
            send("a");
            Lease lease = bench.lease(1).get(0);
            assertThat(lease.queue()).hasToString("Jobs@broker-a/0");
            assertThat(lease.attempt()).isEqualTo(1);
            assertThat(lease.leaseUntilMs()).isEqualTo(bench.clock.millis() + LEASE.toMillis());
        }

        @Test
        void requestsTakeTheQueuesInTurn() {
            bench.topics.put(JOBS, 3);
            for (int i = 0; i < 4; i++) {
                for (int queueId = 0; queueId < 3; queueId++) {
                    bench.log.send("Jobs", queueId, queueId + "." + i);
                }
            }
            assertThat(texts(bench.lease(2))).containsExactly("0.0", "0.1");
            assertThat(texts(bench.lease(2))).containsExactly("1.0", "1.1");
            assertThat(texts(bench.lease(2))).containsExactly("2.0", "2.1");
            assertThat(texts(bench.lease(5))).containsExactly("0.2", "0.3", "1.2", "1.3", "2.2");
        }

        @Test
        void queuesAddedLaterAreRead() {
            send("a");
            assertThat(texts(bench.lease(5))).containsExactly("a");
            bench.topics.put(JOBS, 2);
            bench.log.send("Jobs", 1, "b");
            assertThat(texts(bench.lease(5))).containsExactly("b");
        }

        @Test
        void anAnswerIsBoundedInBytesButNeverEmptyForThat() {
            String large = "x".repeat(700_000);
            send(large, large, large);
            assertThat(bench.lease(10))
                    .as("the second reaches the bound of 1 MiB")
                    .hasSize(2);
            assertThat(bench.lease(10)).hasSize(1);
        }

        @Test
        void closingAnAnswerReleasesTheMemoryOfItsSlices() {
            send("a", "b");
            try (Leased leased = now(bench.ask(bench.request(2, LEASE, NO_WAIT)))) {
                assertThat(leased.leases()).hasSize(2);
                assertThat(bench.log.holdsOpen).isEqualTo(1);
            }
            assertThat(bench.log.holdsOpen).isZero();
        }

        @Test
        void messagesThatAreNotInMemoryAreBroughtThereByTheKeeper() {
            bench.log.makeCold("Jobs", 0);
            send("a", "b");
            CompletableFuture<Leased> answer =
                    bench.service.lease(bench.request(2, LEASE, NO_WAIT)).toCompletableFuture();
            bench.service.journal().work();
            assertThat(answer).as("not on the thread that asked").isNotDone();
            bench.settleDown();
            assertThat(texts(now(answer).leases())).containsExactly("a", "b");
        }

        @Test
        void whatTheQueueDoesNotHoldAnyMoreIsSettled() {
            send("a", "b", "c", "d");
            bench.lease(1);
            bench.log.retainFrom("Jobs", 0, 3);
            assertThat(texts(bench.lease(10))).containsExactly("d");
            assertThat(status().low()).isEqualTo(3);
        }

        @Test
        void anUnknownTopicIsRefused() {
            bench.topics.clear();
            assertRefused(() -> bench.lease(1), Refusal.NO_SUCH_TOPIC);
        }

        @Test
        void aFilterThatCannotBeReadIsRefusedWithThePlace() {
            assertThatThrownBy(() -> bench.lease(bench.request(FilterExpression.ALL, FilterExpression.sql("a ="), 1)))
                    .hasMessageContaining("character 4");
            assertRefused(
                    () -> bench.lease(bench.request(FilterExpression.sql("5"), FilterExpression.ALL, 1)),
                    Refusal.ILLEGAL_ARGUMENT);
        }

        @Test
        void aLeaseLongerThanAllowedIsRefused() {
            assertRefused(() -> bench.lease(bench.request(1, Duration.ofDays(8), NO_WAIT)), Refusal.ILLEGAL_ARGUMENT);
        }
    }

    @Nested
    class Beginning {
        private LeaseRequest fromLast() {
            return new LeaseRequest(
                    CREW, JOBS, FilterExpression.ALL, FilterExpression.ALL, 10, LEASE, NO_WAIT, Start.LAST);
        }

        @Test
        void aGroupThatStartsLastSeesOnlyWhatComesAfter() {
            send("old");
            assertThat(bench.lease(fromLast())).isEmpty();
            send("new");
            assertThat(texts(bench.lease(fromLast()))).containsExactly("new");
        }

        @Test
        void aGroupThatStartedLastKeepsItsPlaceWhenTheBrokerIsKilled() {
            send("old");
            assertThat(bench.lease(fromLast())).isEmpty();
            send("while nobody looked");
            bench.kill();
            assertThat(texts(bench.lease(fromLast()))).containsExactly("while nobody looked");
        }

        @Test
        void aRequestIsNotAnsweredBeforeItsCursorsAreInTheLog() {
            send("a");
            bench.log.manual = true;
            CompletableFuture<Leased> answer = bench.ask(bench.request(1, LEASE, NO_WAIT));
            assertThat(answer).isNotDone();
            bench.log.confirm();
            bench.settleDown();
            assertThat(texts(now(answer).leases())).containsExactly("a");
        }

        @Test
        void aGroupThatReadByOffsetGoesOnWhereItStood() {
            send("a", "b", "c");
            bench.offsets.put(new CursorKey(CREW, JOBS, 0), 2L);
            assertThat(texts(bench.lease(10))).containsExactly("c");
        }

        @Test
        void aGroupBeyondTheEndBeginsAtTheEnd() {
            send("a");
            bench.offsets.put(new CursorKey(CREW, JOBS, 0), 500L);
            assertThat(bench.lease(10)).isEmpty();
            send("b");
            assertThat(texts(bench.lease(10))).containsExactly("b");
        }

        @Test
        void cursorsAreBoundedInNumber() {
            bench.topics.put(JOBS, 1000);
            bench.lease(1);
            bench.topics.put(new TopicName("More"), 1);
            assertRefused(
                    () -> bench.lease(new LeaseRequest(
                            CREW,
                            new TopicName("More"),
                            FilterExpression.ALL,
                            FilterExpression.ALL,
                            1,
                            LEASE,
                            NO_WAIT,
                            Start.FIRST)),
                    Refusal.OVERLOADED);
        }

        @Test
        void aRequestFailsWhenItsCursorCannotBeWritten() {
            send("a");
            bench.log.refuse(CursorJournal.TOPIC, AppendResult.Reason.DISK_FULL);
            assertRefused(() -> bench.lease(1), Refusal.DISK_FULL);
            bench.log.refuseNothing();
            assertThat(texts(bench.lease(1))).containsExactly("a");
        }
    }

    @Nested
    class Waiting {
        private final LeaseRequest waiting = bench.request(1, LEASE, LONG_WAIT);

        @Test
        void anArrivalAnswersTheFirstWhoWaits() {
            CompletableFuture<Leased> first = bench.ask(waiting);
            CompletableFuture<Leased> second = bench.ask(waiting);
            send("a");
            bench.settleDown();
            assertThat(texts(now(first).leases())).containsExactly("a");
            assertThat(second).isNotDone();
            send("b");
            bench.settleDown();
            assertThat(texts(now(second).leases())).containsExactly("b");
        }

        @Test
        void whoComesLaterDoesNotOvertakeWhoWaits() {
            CompletableFuture<Leased> first = bench.ask(waiting);
            send("a");
            CompletableFuture<Leased> late =
                    bench.service.lease(bench.request(1, LEASE, LONG_WAIT)).toCompletableFuture();
            bench.settleDown();
            assertThat(texts(now(first).leases())).containsExactly("a");
            assertThat(late).isNotDone();
        }

        @Test
        void anArrivalBetweenLookingAndWaitingIsNotMissed() {
            bench.lease(1);
            bench.log.afterRange = () -> send("a");
            assertThat(texts(now(bench.ask(waiting)).leases())).containsExactly("a");
        }

        @Test
        void aReleaseAnswersWhoWaits() {
            send("a");
            Lease lease = bench.lease(1).get(0);
            CompletableFuture<Leased> other = bench.ask(waiting);
            bench.settle(new Release(lease.receipt(), Duration.ZERO));
            assertThat(texts(now(other).leases())).containsExactly("a");
        }

        @Test
        void theEndOfALeaseAnswersWhoWaits() {
            send("a");
            bench.lease(bench.request(1, Duration.ofSeconds(5), NO_WAIT));
            CompletableFuture<Leased> other = bench.ask(waiting);
            bench.pass(Duration.ofMillis(4_999));
            assertThat(other).isNotDone();
            bench.pass(Duration.ofMillis(1));
            assertThat(now(other).leases().get(0).attempt()).isEqualTo(2);
        }

        @Test
        void whoWaitsIsAnsweredInTimeThoughALeaseWasExtendedMeanwhile() {
            send("a");
            Lease lease = bench.lease(bench.request(1, Duration.ofSeconds(5), NO_WAIT))
                    .get(0);
            CompletableFuture<Leased> other = bench.ask(waiting);
            bench.settle(new Extend(lease.receipt(), Duration.ofMinutes(5)));
            bench.pass(Duration.ofSeconds(5));
            bench.pass(Duration.ofSeconds(15));
            assertThat(now(other).leases()).isEmpty();
        }

        @Test
        void whoWaitsInVainIsAnsweredWithNothingWhenTheTimeIsOver() {
            CompletableFuture<Leased> answer = bench.ask(waiting);
            bench.pass(LONG_WAIT.minusMillis(1));
            assertThat(answer).isNotDone();
            bench.pass(Duration.ofMillis(1));
            assertThat(now(answer).leases()).isEmpty();
        }

        @Test
        void whoWantsSomethingElseDoesNotHoldUpTheOthers() {
            CompletableFuture<Leased> picky = bench.ask(new LeaseRequest(
                    CREW, JOBS, FilterExpression.ALL, FilterExpression.tags("rare"), 1, LEASE, LONG_WAIT, Start.FIRST));
            CompletableFuture<Leased> easy = bench.ask(waiting);
            send("common");
            bench.settleDown();
            assertThat(picky).isNotDone();
            assertThat(texts(now(easy).leases())).containsExactly("common");
            sendTagged("wanted", "rare");
            bench.settleDown();
            assertThat(texts(now(picky).leases())).containsExactly("wanted");
        }

        @Test
        void whatWasLentToSomebodyWhoLeftComesBackUncounted() {
            CompletableFuture<Leased> left = bench.ask(waiting);
            CompletableFuture<Leased> stays = bench.ask(waiting);
            left.cancel(false);
            send("a");
            bench.settleDown();
            assertThat(now(stays).leases().get(0).attempt()).isEqualTo(1);
            assertThat(status().waiting()).isZero();
        }

        @Test
        void aFailureOfTheStoreIsToldToWhoAsks() {
            send("a");
            bench.log.failsOnce = true;
            assertRefused(() -> bench.lease(1), Refusal.UNAVAILABLE);
            assertThat(texts(bench.lease(1))).containsExactly("a");
        }

        @Test
        void aFailureHalfwayLeavesNothingLentAndNothingHeld() {
            bench.topics.put(JOBS, 2);
            send("a");
            bench.log.send("Jobs", 1, "b");
            bench.lease(1).forEach(bench::ack);
            bench.log.send("Jobs", 0, "c");
            bench.log.failingQueue = 0;
            assertRefused(() -> bench.lease(5), Refusal.UNAVAILABLE);
            bench.log.failingQueue = -1;
            assertThat(bench.log.holdsOpen).isEqualTo(1);
            List<Lease> leases = bench.lease(5);
            assertThat(texts(leases)).containsExactly("b", "c");
            assertThat(leases).allMatch(lease -> lease.attempt() == 1);
        }

        @Test
        void whoWaitsWhileTheStoreFailsIsServedOnceItDoesNot() {
            CompletableFuture<Leased> answer = bench.ask(waiting);
            send("a");
            bench.log.failsOnce = true;
            bench.settleDown();
            assertThat(answer).isNotDone();
            bench.pass(Duration.ofSeconds(1));
            assertThat(texts(now(answer).leases())).containsExactly("a");
        }

        @Test
        void waitersAreBoundedInNumber() {
            for (int i = 0; i < 100; i++) {
                bench.ask(waiting);
            }
            assertRefused(() -> now(bench.ask(waiting)), Refusal.OVERLOADED);
            send("a");
            bench.settleDown();
            assertThat(bench.ask(waiting)).as("one has left").isNotDone();
        }

        @Test
        void closingRefusesWhoWaits() {
            CompletableFuture<Leased> answer = bench.ask(waiting);
            bench.service.close();
            bench.service.close();
            assertRefused(() -> now(answer), Refusal.UNAVAILABLE);
            assertRefused(() -> bench.lease(1), Refusal.UNAVAILABLE);
            assertRefused(() -> bench.settle(new Ack(new Receipt("x"))), Refusal.UNAVAILABLE);
        }

        @Test
        void nobodyWaitingAndNothingLentCostsNothing() {
            send("a");
            bench.ack(bench.lease(1).get(0));
            bench.pass(Duration.ofDays(1));
            long looked = bench.log.entriesLooked;
            bench.clock.pass(Duration.ofDays(1));
            send("b");
            assertThat(bench.service.keeper().work() + bench.service.journal().work())
                    .isZero();
            assertThat(bench.log.entriesLooked).isEqualTo(looked);
            assertThat(bench.service.keeper().idleNanos()).isEqualTo(1_000_000_000L);
        }
    }

    @Nested
    class Settling {
        @Test
        void anAcknowledgedMessageIsNeverSeenAgainAndARepeatSaysSo() {
            send("a");
            Lease lease = bench.lease(1).get(0);
            assertThat(bench.ack(lease)).isEqualTo(Result.DONE);
            assertThat(bench.ack(lease)).isEqualTo(Result.DONE);
            bench.pass(Duration.ofHours(1));
            assertThat(bench.lease(1)).isEmpty();
        }

        @Test
        void messagesSettleInAnyOrderAndTheMarkFollowsTheOldestOpenOne() {
            send("a", "b", "c", "d");
            List<Lease> leases = bench.lease(4);
            bench.ack(leases.get(2));
            bench.ack(leases.get(1));
            assertThat(status().low()).isZero();
            bench.ack(leases.get(0));
            assertThat(status().low()).isEqualTo(3);
            assertThat(bench.offsets).containsEntry(new CursorKey(CREW, JOBS, 0), 3L);
        }

        @Test
        void aBatchAnswersInTheOrderAskedAndOneBadReceiptDoesNotStopTheOthers() {
            send("a", "b", "c");
            List<Lease> leases = bench.lease(3);
            bench.settle(new Release(leases.get(1).receipt(), Duration.ZERO));
            assertThat(bench.settleAll(List.of(
                            new Ack(new Receipt("nonsense")),
                            new Ack(leases.get(2).receipt()),
                            new Ack(leases.get(1).receipt()),
                            new Ack(leases.get(0).receipt()),
                            new Ack(leases.get(0).receipt()))))
                    .containsExactly(Result.NOT_A_RECEIPT, Result.DONE, Result.LEASE_OVER, Result.DONE, Result.DONE);
            assertThat(texts(bench.lease(3))).containsExactly("b");
        }

        @Test
        void anAcknowledgementIsAnsweredWhenItIsInTheLogAndNotBefore() {
            send("a");
            Lease lease = bench.lease(1).get(0);
            bench.log.manual = true;
            CompletableFuture<List<Settled>> first =
                    bench.service.settle(List.of(new Ack(lease.receipt()))).toCompletableFuture();
            CompletableFuture<List<Settled>> repeat =
                    bench.service.settle(List.of(new Ack(lease.receipt()))).toCompletableFuture();
            bench.settleDown();
            assertThat(first).isNotDone();
            assertThat(repeat).as("a repeat waits for the same record").isNotDone();
            bench.pass(LEASE.multipliedBy(2));
            assertThat(bench.lease(1)).as("the lease does not end meanwhile").isEmpty();
            bench.log.confirm();
            bench.settleDown();
            assertThat(now(first).get(0).result()).isEqualTo(Result.DONE);
            assertThat(now(repeat).get(0).result()).isEqualTo(Result.DONE);
        }

        @Test
        void manySettlementsShareOneRecord() {
            IntStream.range(0, 500).forEach(i -> send("m" + i));
            List<Lease> leases = bench.lease(500);
            int before = bench.log.count(CursorJournal.TOPIC, 0);
            leases.forEach(lease -> bench.service.settle(List.of(new Ack(lease.receipt()))));
            bench.settleDown();
            assertThat(status().low()).isEqualTo(500);
            assertThat(bench.log.count(CursorJournal.TOPIC, 0) - before).isEqualTo(1);
        }

        @Test
        void aSettlementThatCannotBeWrittenFailsAndTheLeaseGoesOn() {
            send("a");
            Lease lease = bench.lease(1).get(0);
            bench.log.refuse(CursorJournal.TOPIC, AppendResult.Reason.DISK_FULL);
            assertRefused(() -> bench.ack(lease), Refusal.DISK_FULL);
            assertThat(bench.lease(1)).as("still lent").isEmpty();
            bench.log.refuseNothing();
            assertThat(bench.ack(lease)).isEqualTo(Result.DONE);
        }

        @Test
        void messagesLentTogetherShareOneSignatureAndSettleInAnyOrderAndParts() {
            send(numbers(20));
            List<Lease> leases = bench.lease(20);
            assertThat(leases.stream().map(lease -> lease.receipt().run()).distinct())
                    .hasSize(1);
            assertThat(bench.settleAll(acks(leases.subList(5, 10)))).containsOnly(Result.DONE);
            assertThat(bench.ack(leases.get(7))).as("again").isEqualTo(Result.DONE);
            assertThat(bench.settleAll(acks(List.of(leases.get(19), leases.get(0), leases.get(12)))))
                    .containsOnly(Result.DONE);
            assertThat(status().low()).isEqualTo(1);
            assertThat(bench.settle(new Release(leases.get(3).receipt(), Duration.ZERO)))
                    .isEqualTo(Result.DONE);
            assertThat(bench.settle(new Extend(leases.get(4).receipt(), Duration.ofHours(1))))
                    .isEqualTo(Result.DONE);
            assertThat(texts(bench.lease(20))).containsExactly("3");
            assertThat(bench.settleAll(acks(leases)))
                    .as("all of them, of which one is with somebody else by now")
                    .containsExactly(IntStream.range(0, 20)
                            .mapToObj(i -> i == 3 ? Result.LEASE_OVER : Result.DONE)
                            .toArray(Result[]::new));
            assertThat(status().low()).isEqualTo(3);
            assertThat(status().lent()).isEqualTo(1);
        }

        @Test
        void aLeaseOfManyThatRunsOutBringsBackWhatIsLeftOfIt() {
            send(numbers(6));
            List<Lease> leases = bench.lease(6);
            bench.settleAll(acks(leases.subList(2, 4)));
            bench.settle(new Extend(leases.get(5).receipt(), Duration.ofHours(1)));
            bench.pass(LEASE);
            List<Lease> again = bench.lease(6);
            assertThat(texts(again)).containsExactly("0", "1", "4");
            assertThat(again.stream().map(Lease::attempt)).containsOnly(2);
            assertThat(bench.ack(leases.get(0))).isEqualTo(Result.LEASE_OVER);
            assertThat(bench.ack(leases.get(5))).isEqualTo(Result.DONE);
        }

        @Test
        void aPlaceThatARunDoesNotHaveIsNoReceipt() {
            send("a", "b", "c");
            List<Lease> two = bench.lease(2);
            Lease one = bench.lease(1).get(0);
            String run = two.get(0).receipt().run();
            assertThat(bench.settleAll(List.of(
                            new Ack(new Receipt(run, 2)),
                            new Ack(new Receipt(run)),
                            new Ack(new Receipt(run + "~01")),
                            new Ack(new Receipt(one.receipt().run(), 0)),
                            new Ack(new Receipt(two.get(1).receipt().handle())))))
                    .containsExactly(
                            Result.NOT_A_RECEIPT,
                            Result.NOT_A_RECEIPT,
                            Result.NOT_A_RECEIPT,
                            Result.NOT_A_RECEIPT,
                            Result.DONE);
        }

        @Test
        void aRunWhoseSettlementCannotBeWrittenStaysLent() {
            send(numbers(4));
            List<Lease> leases = bench.lease(4);
            bench.log.refuse(CursorJournal.TOPIC, AppendResult.Reason.DISK_FULL);
            assertRefused(() -> bench.settleAll(acks(leases.subList(1, 3))), Refusal.DISK_FULL);
            bench.log.refuseNothing();
            assertThat(bench.lease(4)).isEmpty();
            assertThat(bench.settleAll(acks(leases))).containsOnly(Result.DONE);
            assertThat(status().low()).isEqualTo(4);
        }

        private static String[] numbers(int count) {
            return IntStream.range(0, count).mapToObj(Integer::toString).toArray(String[]::new);
        }

        private static List<Settlement> acks(List<Lease> leases) {
            return leases.stream()
                    .<Settlement>map(lease -> new Ack(lease.receipt()))
                    .toList();
        }

        @Test
        void aStoreThatThrowsFailsOneSettlementAndStallsNone() {
            send("a", "b");
            List<Lease> leases = bench.lease(2);
            bench.log.throwsOnce = true;
            assertRefused(() -> bench.ack(leases.get(0)), Refusal.UNAVAILABLE);
            assertThat(bench.ack(leases.get(1))).isEqualTo(Result.DONE);
            assertThat(bench.ack(leases.get(0))).isEqualTo(Result.DONE);
            assertThat(status().low()).isEqualTo(2);
        }

        @Test
        void aMessageWhoseSettlementFailedAfterItsLeaseEndedComesBack() {
            send("a");
            Lease lease = bench.lease(1).get(0);
            bench.log.manual = true;
            CompletableFuture<List<Settled>> answer =
                    bench.service.settle(List.of(new Ack(lease.receipt()))).toCompletableFuture();
            bench.settleDown();
            bench.pass(LEASE);
            CompletableFuture<Leased> other = bench.ask(bench.request(1, LEASE, LONG_WAIT));
            bench.log.failUnconfirmed();
            bench.settleDown();
            assertRefused(() -> now(answer), Refusal.UNAVAILABLE);
            assertThat(now(other).leases().get(0).attempt()).isEqualTo(2);
        }

        @Test
        void whoseLeaseIsOverIsToldSo() {
            send("a");
            Lease first = bench.lease(1).get(0);
            bench.pass(LEASE);
            assertThat(bench.ack(first)).as("over, though nobody else has it").isEqualTo(Result.LEASE_OVER);
            Lease second = bench.lease(1).get(0);
            assertThat(second.attempt()).isEqualTo(2);
            assertThat(bench.ack(first)).isEqualTo(Result.LEASE_OVER);
            assertThat(bench.settle(new Extend(first.receipt(), LEASE))).isEqualTo(Result.LEASE_OVER);
            assertThat(bench.settle(new Release(first.receipt(), LEASE))).isEqualTo(Result.LEASE_OVER);
            assertThat(bench.settle(new Reject(first.receipt(), "x"))).isEqualTo(Result.LEASE_OVER);
            assertThat(bench.ack(second)).isEqualTo(Result.DONE);
        }

        @Test
        void anExtensionMovesTheEndAndBothReceiptsHold() {
            send("a");
            Lease lease = bench.lease(1).get(0);
            bench.pass(Duration.ofSeconds(29));
            Settled extended = now(bench.service.settle(List.of(new Extend(lease.receipt(), Duration.ofMinutes(5)))))
                    .get(0);
            assertThat(extended.result()).isEqualTo(Result.DONE);
            assertThat(extended.leaseUntilMs()).isEqualTo(bench.clock.millis() + 300_000);
            bench.pass(Duration.ofMinutes(4));
            assertThat(bench.lease(1)).isEmpty();
            assertThat(bench.settle(new Extend(lease.receipt(), LEASE))).isEqualTo(Result.DONE);
            assertThat(bench.settle(new Ack(extended.receipt()))).isEqualTo(Result.DONE);
        }

        @Test
        void aReleasedMessageComesBackAfterItsDelay() {
            send("a");
            Lease lease = bench.lease(1).get(0);
            assertThat(bench.settle(new Release(lease.receipt(), Duration.ofMinutes(1))))
                    .isEqualTo(Result.DONE);
            assertThat(bench.settle(new Release(lease.receipt(), Duration.ofMinutes(1))))
                    .as("a repeat says so")
                    .isEqualTo(Result.DONE);
            assertThat(bench.ack(lease)).isEqualTo(Result.LEASE_OVER);
            bench.pass(Duration.ofSeconds(59));
            assertThat(bench.lease(1)).isEmpty();
            bench.pass(Duration.ofSeconds(1));
            Lease again = bench.lease(1).get(0);
            assertThat(again.attempt()).isEqualTo(2);
            assertThat(bench.settle(new Release(lease.receipt(), Duration.ZERO)))
                    .as("a repeat when somebody else has it")
                    .isEqualTo(Result.DONE);
            assertThat(bench.ack(again)).isEqualTo(Result.DONE);
        }

        @Test
        void termsThatAreTooLongAreRefusedBeforeAnythingIsSettled() {
            send("a");
            Lease lease = bench.lease(1).get(0);
            assertRefused(
                    () -> bench.settleAll(
                            List.of(new Ack(lease.receipt()), new Release(lease.receipt(), Duration.ofDays(8)))),
                    Refusal.ILLEGAL_ARGUMENT);
            assertThat(status().low()).isZero();
        }

        @Test
        void openEntriesAreBoundedAndSettlingMakesRoom() {
            bench = new LeaseBench(LeaseBench.rules(3));
            send("a", "b", "c", "d");
            List<Lease> leases = bench.lease(10);
            assertThat(leases).hasSize(3);
            assertRefused(() -> bench.lease(1), Refusal.OVERLOADED);
            assertRefused(() -> now(bench.ask(bench.request(1, LEASE, LONG_WAIT))), Refusal.OVERLOADED);
            bench.settle(new Release(leases.get(0).receipt(), Duration.ZERO));
            assertThat(texts(bench.lease(10)))
                    .as("what was given back is lent again")
                    .containsExactly("a");
            bench.ack(leases.get(1));
            assertThat(texts(bench.lease(10))).containsExactly("d");
        }

        @Test
        void whoWaitsWhenTheBoundIsReachedIsAnsweredWhenThereIsRoom() {
            bench = new LeaseBench(LeaseBench.rules(1));
            CompletableFuture<Leased> first = bench.ask(bench.request(1, LEASE, LONG_WAIT));
            CompletableFuture<Leased> second = bench.ask(bench.request(1, LEASE, LONG_WAIT));
            send("a", "b");
            bench.settleDown();
            assertThat(second).isNotDone();
            bench.ack(now(first).leases().get(0));
            assertThat(texts(now(second).leases())).containsExactly("b");
        }
    }

    @Nested
    class Filtering {
        private final FilterExpression fruit = FilterExpression.tags("fruit");
        private final FilterExpression food = FilterExpression.tags("fruit || vegetable");

        @Test
        void whatTheGroupRejectsIsSettledAndWhatAConsumerRejectsStays() {
            sendTagged("stone", "mineral");
            sendTagged("leek", "vegetable");
            sendTagged("apple", "fruit");
            assertThat(texts(bench.lease(bench.request(food, fruit, 10)))).containsExactly("apple");
            assertThat(status().low()).as("the stone is settled").isEqualTo(1);
            assertThat(texts(bench.lease(bench.request(FilterExpression.ALL, FilterExpression.ALL, 10))))
                    .containsExactly("leek");
        }

        @Test
        void sqlFiltersSeeTheProperties() {
            bench.log.send("Jobs", 0, "cheap", MessageProperties.of(Map.of("price", "5")));
            bench.log.send("Jobs", 0, "dear", MessageProperties.of(Map.of("price", "50")));
            bench.log.send("Jobs", 0, "free", MessageProperties.NONE);
            assertThat(texts(bench.lease(bench.request(
                            FilterExpression.sql("price IS NOT NULL"), FilterExpression.sql("price > 10"), 10))))
                    .containsExactly("dear");
            assertThat(texts(bench.lease(bench.request(FilterExpression.ALL, FilterExpression.ALL, 10))))
                    .containsExactly("cheap");
        }

        @Test
        void aConsumerNeverLooksTwiceAtWhatItRejected() {
            for (int i = 0; i < 20_000; i++) {
                sendTagged("leek", "vegetable");
            }
            LeaseRequest picky = bench.request(FilterExpression.ALL, FilterExpression.sql("TAGS = 'fruit'"), 1);
            assertThat(bench.lease(picky)).isEmpty();
            assertThat(bench.log.recordsLooked).isEqualTo(20_000);
            sendTagged("apple", "fruit");
            assertThat(texts(bench.lease(picky))).containsExactly("apple");
            assertThat(bench.lease(picky)).isEmpty();
            assertThat(bench.log.recordsLooked).as("only the new one").isEqualTo(20_001);
        }

        @Test
        void aConsumerNeverLooksTwiceAtWhatCameBackAndItRejected() {
            for (int i = 0; i < 100; i++) {
                sendTagged("leek", "vegetable");
            }
            bench.lease(100);
            bench.pass(LEASE);
            LeaseRequest picky = bench.request(FilterExpression.ALL, FilterExpression.sql("TAGS = 'fruit'"), 1);
            assertThat(bench.lease(picky)).isEmpty();
            long looked = bench.log.recordsLooked;
            assertThat(bench.lease(picky)).isEmpty();
            assertThat(bench.log.recordsLooked).isEqualTo(looked);
            assertThat(bench.lease(100)).hasSize(100);
        }

        @Test
        void leasingDoesNotSlowWithTheBacklog() {
            for (int i = 0; i < 10_000; i++) {
                send("m" + i);
            }
            long looked = bench.log.entriesLooked;
            for (int i = 0; i < 100; i++) {
                bench.lease(10).forEach(bench::ack);
            }
            assertThat(bench.log.entriesLooked - looked).isLessThan(1_100);
        }

        @Test
        void rejectionsOfTheGroupSurviveWithoutCostingARecordEach() {
            for (int i = 0; i < 3_000; i++) {
                sendTagged("stone", "mineral");
            }
            sendTagged("apple", "fruit");
            int before = bench.log.count(CursorJournal.TOPIC, 0);
            bench.ack(bench.lease(bench.request(food, FilterExpression.ALL, 1)).get(0));
            assertThat(status().low()).isEqualTo(3_001);
            assertThat(bench.log.count(CursorJournal.TOPIC, 0) - before).isLessThan(8);
            bench.kill();
            assertThat(bench.lease(bench.request(food, FilterExpression.ALL, 1)))
                    .isEmpty();
            assertThat(status().low()).isEqualTo(3_001);
        }

        @Test
        void manyDifferentFiltersShareACursor() {
            for (int i = 0; i < 300; i++) {
                sendTagged("m" + i, "t" + i);
            }
            for (int i = 299; i >= 0; i--) {
                FilterExpression own = FilterExpression.tags("t" + i);
                assertThat(texts(bench.lease(bench.request(FilterExpression.ALL, own, 5))))
                        .containsExactly("m" + i);
            }
        }
    }

    @Nested
    class GivingUp {
        @Test
        void aRejectedMessageIsADeadLetterWithItsReasonAndOrigin() {
            bench.log.send("Jobs", 0, "bad", MessageProperties.of(Map.of("TAGS", "t", "KEYS", "k", "own", "value")));
            Lease lease = bench.lease(1).get(0);
            String origin = MessageView.of(lease.slice()).messageId().toString();
            assertThat(bench.settle(new Reject(lease.receipt(), "cannot be\u0002 read")))
                    .isEqualTo(Result.DONE);
            assertThat(bench.settle(new Reject(lease.receipt(), "again"))).isEqualTo(Result.DONE);
            assertThat(bench.topics).containsKey(DEAD);
            assertThat(bench.log.count(DEAD.value(), 0)).isEqualTo(1);
            MessageView dead = bench.log.message(DEAD.value(), 0, 0);
            assertThat(dead.body()).asString().isEqualTo("bad");
            assertThat(dead.reconsumeTimes()).isEqualTo(1);
            assertThat(dead.properties().asMap())
                    .containsEntry("TAGS", "t")
                    .containsEntry("KEYS", "k")
                    .containsEntry("own", "value")
                    .containsEntry("RETRY_TOPIC", "Jobs")
                    .containsEntry("DLQ_ORIGIN_TOPIC", "Jobs")
                    .containsEntry("DLQ_ORIGIN_MESSAGE_ID", origin)
                    .containsEntry("deadLetterReason", "cannot be  read");
            bench.pass(Duration.ofHours(1));
            assertThat(bench.lease(1)).isEmpty();
            assertThat(status().low()).isEqualTo(1);
        }

        @Test
        void aRejectionNeedsNoReason() {
            send("bad");
            bench.settle(new Reject(bench.lease(1).get(0).receipt(), null));
            assertThat(bench.log.message(DEAD.value(), 0, 0).property("deadLetterReason"))
                    .isEqualTo("rejected without a reason");
        }

        @Test
        void aRejectionThatTheStopOvertakesIsRefused() {
            send("bad");
            Lease lease = bench.lease(1).get(0);
            CompletableFuture<List<Settled>> answer = bench.service
                    .settle(List.of(new Reject(lease.receipt(), "x")))
                    .toCompletableFuture();
            bench.service.close();
            assertRefused(() -> now(answer), Refusal.UNAVAILABLE);
        }

        @Test
        void theDeadLetterIsStoredWithTheSettlementOrNotAtAll() {
            send("bad");
            Lease lease = bench.lease(1).get(0);
            bench.log.refuse(CursorJournal.TOPIC, AppendResult.Reason.DISK_FULL);
            assertRefused(() -> bench.settle(new Reject(lease.receipt(), "x")), Refusal.DISK_FULL);
            assertThat(bench.log.count(DEAD.value(), 0)).isZero();
            bench.log.refuseNothing();
            bench.kill();
            Lease again = bench.lease(1).get(0);
            assertThat(LeaseGround.text(again)).as("not settled").isEqualTo("bad");
            assertThat(bench.settle(new Reject(again.receipt(), "x"))).isEqualTo(Result.DONE);
            assertThat(bench.log.count(DEAD.value(), 0)).isEqualTo(1);
        }

        @Test
        void aDeadLetterThatCannotBeStoredLeavesTheLeaseAsItWas() {
            send("bad");
            Lease lease = bench.lease(1).get(0);
            bench.log.refuse(DEAD.value(), AppendResult.Reason.DISK_FULL);
            assertRefused(() -> bench.settle(new Reject(lease.receipt(), "x")), Refusal.DISK_FULL);
            assertThat(bench.lease(1)).isEmpty();
            bench.log.refuseNothing();
            assertThat(bench.settle(new Reject(lease.receipt(), "x"))).isEqualTo(Result.DONE);
        }

        @Test
        void aMessageWithoutAttemptsLeftIsADeadLetter() {
            bench.attemptsMax = 3;
            send("bad", "good");
            for (int attempt = 1; attempt <= 3; attempt++) {
                Lease lease = bench.lease(1).get(0);
                assertThat(lease.attempt()).isEqualTo(attempt);
                if (attempt == 2) {
                    bench.settle(new Release(lease.receipt(), Duration.ZERO));
                } else {
                    bench.pass(LEASE);
                }
            }
            assertThat(texts(bench.lease(10))).containsExactly("good");
            MessageView dead = bench.log.message(DEAD.value(), 0, 0);
            assertThat(dead.body()).asString().isEqualTo("bad");
            assertThat(dead.property("deadLetterReason")).isEqualTo("delivered 3 times without being acknowledged");
            assertThat(bench.log.count(DEAD.value(), 0)).isEqualTo(1);
        }

        @Test
        void aDeadLetterThatCannotBeStoredIsTriedAgainAndTheMessageIsNotLentMeanwhile() {
            bench.attemptsMax = 1;
            send("bad");
            bench.lease(1);
            bench.log.refuse(DEAD.value(), AppendResult.Reason.DISK_FULL);
            bench.pass(LEASE);
            bench.pass(Duration.ofSeconds(1));
            bench.pass(Duration.ofSeconds(2));
            assertThat(bench.lease(1)).isEmpty();
            bench.log.refuseNothing();
            bench.pass(Duration.ofSeconds(4));
            assertThat(bench.log.count(DEAD.value(), 0)).isEqualTo(1);
            assertThat(status().low()).isEqualTo(1);
        }

        @Test
        void aMessageWithoutAttemptsLeftIsBuriedAfterARestart() {
            bench.attemptsMax = 1;
            send("bad");
            bench.lease(1);
            bench.log.refuse(DEAD.value(), AppendResult.Reason.DISK_FULL);
            bench.pass(LEASE);
            bench.log.refuseNothing();
            bench.kill();
            bench.settleDown();
            assertThat(bench.log.count(DEAD.value(), 0)).isEqualTo(1);
            assertThat(bench.lease(1)).isEmpty();
        }
    }

    @Nested
    class Surviving {
        @Test
        void theReceiptsOfOneAnswerHoldAfterARestart() {
            send("a", "b", "c", "d");
            List<Lease> leases = bench.lease(4);
            bench.kill();
            assertThat(bench.settleAll(List.of(
                            new Ack(leases.get(1).receipt()),
                            new Ack(leases.get(2).receipt()))))
                    .containsExactly(Result.DONE, Result.DONE);
            assertThat(bench.settle(new Release(leases.get(3).receipt(), Duration.ZERO)))
                    .isEqualTo(Result.DONE);
            List<Lease> again = bench.lease(10);
            assertThat(texts(again)).containsExactly("a", "d");
            assertThat(again.stream().map(Lease::attempt)).containsExactly(1, 2);
        }

        @Test
        void theReceiptsOfOneAnswerAreOverWhenTheLogLostTheLastOfItsMessages() {
            bench.lease(1);
            send("a", "b", "c");
            int kept = bench.log.records() - 1;
            List<Lease> leases = bench.lease(3);
            bench.log.loseFrom(kept);
            bench.clock.pass(Duration.ofSeconds(1));
            bench.kill();
            send("other");
            for (Lease lease : leases) {
                assertThat(bench.ack(lease)).isEqualTo(Result.LEASE_OVER);
            }
            assertThat(texts(bench.lease(10))).containsExactly("a", "b", "other");
        }

        @Test
        void whatWasSettledIsNotDeliveredAgainAndWhatWasNotIs() {
            send("a", "b", "c", "d");
            List<Lease> leases = bench.lease(4);
            bench.ack(leases.get(1));
            bench.ack(leases.get(3));
            bench.kill();
            assertThat(texts(bench.lease(10))).containsExactly("a", "c");
            bench.closeAndReopen();
            assertThat(texts(bench.lease(10))).containsExactly("a", "c");
        }

        @Test
        void aReceiptHoldsAfterARestartUntilItsEnd() {
            send("a", "b", "c");
            List<Lease> leases = bench.lease(3);
            bench.kill();
            assertThat(bench.ack(leases.get(0))).isEqualTo(Result.DONE);
            assertThat(bench.settle(new Extend(leases.get(1).receipt(), Duration.ofMinutes(10))))
                    .isEqualTo(Result.DONE);
            bench.pass(LEASE);
            assertThat(bench.ack(leases.get(2))).isEqualTo(Result.LEASE_OVER);
            assertThat(texts(bench.lease(10))).containsExactly("c");
            assertThat(bench.ack(leases.get(1))).isEqualTo(Result.DONE);
        }

        @Test
        void aReceiptFromBeforeTheRestartIsOverOnceTheMessageIsWithSomebodyElse() {
            send("a");
            Lease before = bench.lease(1).get(0);
            bench.kill();
            Lease after = bench.lease(1).get(0);
            assertThat(bench.ack(before)).isEqualTo(Result.LEASE_OVER);
            assertThat(bench.ack(after)).isEqualTo(Result.DONE);
        }

        @Test
        void aReceiptDoesNotSettleTheMessageThatTookItsPlaceAfterThePowerFailed() {
            bench.lease(1);
            int kept = bench.log.records();
            send("lost");
            Lease lease = bench.lease(1).get(0);
            bench.log.loseFrom(kept);
            bench.clock.pass(Duration.ofSeconds(1));
            bench.kill();
            send("new");
            assertThat(bench.ack(lease)).isEqualTo(Result.LEASE_OVER);
            assertThat(texts(bench.lease(1))).containsExactly("new");
        }

        @Test
        void attemptsAndDelaysSurvive() {
            send("a", "b");
            List<Lease> leases = bench.lease(2);
            bench.settle(new Release(leases.get(0).receipt(), Duration.ofHours(1)));
            bench.pass(LEASE);
            bench.kill();
            Lease b = bench.lease(10).get(0);
            assertThat(LeaseGround.text(b)).isEqualTo("b");
            assertThat(b.attempt()).isEqualTo(2);
            bench.ack(b);
            bench.pass(Duration.ofHours(1));
            assertThat(bench.lease(10).get(0).attempt()).isEqualTo(2);
        }

        @Test
        void theSnapshotMakesTheJournalBehindItUnnecessary() {
            IntStream.range(0, 100).forEach(i -> send("m" + i));
            List<Lease> leases = bench.lease(100);
            IntStream.range(0, 100).filter(i -> i % 3 != 0).forEach(i -> bench.ack(leases.get(i)));
            bench.closeAndReopen();
            bench.log.retainFrom(CursorJournal.TOPIC, 0, bench.log.count(CursorJournal.TOPIC, 0));
            bench.kill();
            assertThat(bench.lease(100)).hasSize(34);
        }

        @Test
        void theSnapshotIsSavedWhenTheJournalHasGrownOrAgedAndNotOtherwise() {
            bench = new LeaseBench(
                    new LeaseRules("broker-a", 10_000, 100, 100, 1024, 1 << 20, Duration.ofDays(7), 2_000));
            SnapshotKeeper snapshots = bench.service.snapshots();
            assertThat(snapshots.work()).isZero();
            send("a");
            bench.ack(bench.lease(1).get(0));
            assertThat(snapshots.work()).as("little has grown").isZero();
            bench.clock.pass(Duration.ofMillis(SnapshotKeeper.AGE_MAX_MS));
            assertThat(snapshots.work()).isEqualTo(1);
            bench.clock.pass(Duration.ofMillis(SnapshotKeeper.AGE_MAX_MS));
            assertThat(snapshots.work()).as("nothing has grown").isZero();
            for (int i = 0; i < 100; i++) {
                send("m" + i);
                bench.ack(bench.lease(1).get(0));
            }
            assertThat(snapshots.work()).isEqualTo(1);
            assertThat(bench.snapshotFile.saves).isEqualTo(2);
        }

        @Test
        void aSnapshotIsNotSavedBeforeTheDiskHasTheLogThatItSpeaksOf() {
            send("a");
            bench.ack(bench.lease(1).get(0));
            bench.log.forcesFail = true;
            assertThatThrownBy(bench.service.snapshots()::save).isInstanceOf(SluiceException.class);
            assertThat(bench.snapshotFile.saves).isZero();
            bench.log.forcesFail = false;
            bench.service.snapshots().save();
            assertThat(bench.snapshotFile.saves).isEqualTo(1);
        }

        @Test
        void aGroupGetsNothingBeforeTheDiskKnowsWhereItBegins() {
            send("a");
            bench.log.forcesFail = true;
            assertRefused(() -> bench.lease(1), Refusal.UNAVAILABLE);
            bench.log.forcesFail = false;
            assertThat(texts(bench.lease(1))).containsExactly("a");
        }

        @Test
        void whatWasSettledOfMessagesThatThePowerTookDoesNotSettleTheirSuccessors() {
            send("a");
            bench.ack(bench.lease(1).get(0));
            int kept = bench.log.records();
            IntStream.range(0, 50).forEach(i -> send("lost" + i));
            List<Lease> leases = bench.lease(50);
            leases.subList(10, 50).forEach(bench::ack);
            bench.service.snapshots().save();
            bench.log.loseFrom(kept);
            bench.kill();
            bench.kill();
            IntStream.range(0, 50).forEach(i -> send("new" + i));
            bench.kill();
            List<Lease> again = bench.lease(100);
            assertThat(again).hasSize(50);
            assertThat(LeaseGround.text(again.get(30))).isEqualTo("new30");
        }

        @Test
        void anAdministratorsResetPutsTheGroupElsewhereForGood() {
            send("a", "b", "c");
            List<Lease> leases = bench.lease(3);
            leases.forEach(bench::ack);
            bench.service.reset(CREW, JOBS, 0, 1);
            bench.settleDown();
            assertThat(texts(bench.lease(10))).containsExactly("b", "c");
            bench.kill();
            assertThat(texts(bench.lease(10))).containsExactly("b", "c");
        }

        @Test
        void aSettlementOnItsWayDuringAResetDoesNotReachTheNewPlace() {
            send("a");
            Lease lease = bench.lease(1).get(0);
            bench.log.manual = true;
            bench.service.settle(List.of(new Ack(lease.receipt())));
            bench.service.reset(CREW, JOBS, 0, 0);
            bench.settleDown();
            bench.log.confirm();
            bench.settleDown();
            assertThat(texts(bench.lease(1))).containsExactly("a");
            bench.kill();
            assertThat(texts(bench.lease(1))).containsExactly("a");
        }

        @Test
        void aTopicThatWasDeletedBeginsAnewUnderItsName() {
            send("a", "b");
            bench.lease(2).forEach(bench::ack);
            CompletableFuture<Leased> waiting = bench.ask(bench.request(1, LEASE, LONG_WAIT));
            bench.log.deleteTopic("Jobs");
            bench.offsets.clear();
            bench.service.forgetTopic(JOBS);
            bench.settleDown();
            assertRefused(() -> now(waiting), Refusal.UNAVAILABLE);
            send("new");
            assertThat(texts(bench.lease(1))).containsExactly("new");
            bench.kill();
            assertThat(texts(bench.lease(1))).containsExactly("new");
        }

        @Test
        void aTopicThatIsDeletedWhileItsCursorsComeIntoBeingLeavesNone() {
            send("a", "b");
            bench.log.manual = true;
            LeaseRequest last = new LeaseRequest(
                    CREW, JOBS, FilterExpression.ALL, FilterExpression.ALL, 10, LEASE, NO_WAIT, Start.LAST);
            CompletableFuture<Leased> answer = bench.ask(last);
            bench.service.forgetTopic(JOBS);
            bench.settleDown();
            bench.log.confirm();
            bench.settleDown();
            assertRefused(() -> now(answer), Refusal.UNAVAILABLE);
            bench.log.manual = false;
            bench.kill();
            assertThat(bench.service.status(CREW, JOBS, 0)).isEmpty();
        }

        @Test
        void aGroupThatWasDeletedLeavesTheOthersAlone() {
            send("a");
            bench.lease(1).forEach(bench::ack);
            LeaseRequest other = new LeaseRequest(
                    new GroupName("other"),
                    JOBS,
                    FilterExpression.ALL,
                    FilterExpression.ALL,
                    1,
                    LEASE,
                    NO_WAIT,
                    Start.FIRST);
            bench.lease(other).forEach(bench::ack);
            bench.offsets.clear();
            bench.service.forgetGroup(CREW);
            bench.settleDown();
            bench.kill();
            assertThat(texts(bench.lease(1))).containsExactly("a");
            assertThat(bench.lease(other)).isEmpty();
        }

        @Test
        void aGapBetweenSnapshotAndJournalIsSurvivedWithRepeats() {
            send("a", "b");
            List<Lease> leases = bench.lease(2);
            bench.ack(leases.get(0));
            bench.closeAndReopen();
            bench.ack(bench.lease(1).get(0));
            bench.log.retainFrom(CursorJournal.TOPIC, 0, bench.log.count(CursorJournal.TOPIC, 0));
            bench.kill();
            assertThat(texts(bench.lease(10))).containsExactly("b");
        }
    }
}
