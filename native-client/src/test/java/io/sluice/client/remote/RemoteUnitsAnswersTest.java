package io.sluice.client.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.client.script.ScriptedCluster;
import io.sluice.model.Message;
import io.sluice.port.BrokerPort;
import io.sluice.port.BrokerPortFactory;
import io.sluice.port.DecisionOutcome;
import io.sluice.port.LeaseReader.Receipt;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.Placement;
import io.sluice.port.PreparedPage;
import io.sluice.port.PreparedUnit;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.SendOutcome;
import io.sluice.port.UnitOfWork;
import io.sluice.port.UnitOutcome;
import io.sluice.port.UnitsOfWork.Decision;
import io.sluice.wire.body.PreparedUnitsBody;
import io.sluice.wire.body.UnitAnswerBody;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.frame.Frame;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Units of work over the wire, to brokers that answer as a test likes. */
class RemoteUnitsAnswersTest {
    private ScriptedCluster cluster;
    private BrokerPort port;

    @BeforeEach
    void open() {
        cluster = new ScriptedCluster("broker-a", "broker-b").topic("Orders", 2);
        port = BrokerPortFactory.open(
                URI.create("sluice://" + cluster.nameServer().address()));
    }

    @AfterEach
    void close() {
        port.close();
        cluster.close();
    }

    private static <T> T result(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }

    private static RefusedException refusal(CompletionStage<?> stage) {
        Throwable failed = stage.toCompletableFuture()
                .orTimeout(60, TimeUnit.SECONDS)
                .handle((done, failure) -> failure)
                .join();
        Throwable cause = failed != null && failed.getCause() != null ? failed.getCause() : failed;
        assertThat(cause).isInstanceOf(RefusedException.class);
        return (RefusedException) cause;
    }

    private static UnitOfWork unit(String id) {
        return new UnitOfWork(id, List.of(new UnitOfWork.Send(Message.of("Orders", "x"), Placement.ANY)), List.of());
    }

    private void answer(AtomicInteger asked, int failures, boolean repeat) {
        for (String name : List.of("broker-a", "broker-b")) {
            cluster.broker(name)
                    .on(
                            RequestCode.COMMIT_UNIT,
                            request -> asked.incrementAndGet() <= failures
                                    ? Frame.answer(ResponseCode.SERVICE_NOT_AVAILABLE, "not now")
                                    : ScriptedCluster.answer(new UnitAnswerBody(
                                                    UnitAnswerBody.Outcome.COMMITTED,
                                                    repeat,
                                                    "",
                                                    name,
                                                    List.of(new UnitAnswerBody.Sent("Orders", 1, 64, 7, "id", "")),
                                                    List.of())
                                            .toFrameBody()));
        }
    }

    @Test
    void aClusterWithoutUnitsIsToldByName() {
        RefusedException refused = refusal(port.units().commit(unit("u")));
        assertThat(refused.reason()).isEqualTo(Refusal.NOT_SUPPORTED);
        assertThat(refused).hasMessageStartingWith("not supported by this cluster: units of work");
    }

    @Test
    void aClusterThatKnowsNoKeysIsNotSentAMessageWithOne() {
        SendOutcome outcome =
                result(port.writer().send(Message.of("Orders", "x").withIdempotencyKey("k"), Placement.ANY));
        assertThat(outcome).isInstanceOfSatisfying(SendOutcome.Refused.class, refused -> {
            assertThat(refused.reason()).isEqualTo(Refusal.NOT_SUPPORTED);
            assertThat(refused.remedy()).startsWith("not supported by this cluster: idempotency keys");
        });
        assertThat(cluster.broker("broker-a").heard(RequestCode.SEND_MESSAGE_V2))
                .isEmpty();
        assertThat(cluster.broker("broker-b").heard(RequestCode.SEND_MESSAGE_V2))
                .isEmpty();
    }

    @Test
    void aUnitWithAnIdIsAskedForAgainOfTheSameBroker() {
        AtomicInteger asked = new AtomicInteger();
        answer(asked, 2, true);
        UnitOutcome outcome = result(port.units().commit(unit("u1")));
        assertThat(outcome).isInstanceOfSatisfying(UnitOutcome.Committed.class, committed -> {
            assertThat(committed.isRepeat()).isTrue();
            assertThat(committed.sent().get(0).queueOffset()).isEqualTo(7);
        });
        int ofA = cluster.broker("broker-a").heard(RequestCode.COMMIT_UNIT).size();
        int ofB = cluster.broker("broker-b").heard(RequestCode.COMMIT_UNIT).size();
        assertThat(List.of(ofA, ofB)).containsExactlyInAnyOrder(0, 3);
    }

    @Test
    void aUnitWhoseEndIsUnknownIsAskedForWhereItWasWhateverBrokersCome() {
        AtomicInteger asked = new AtomicInteger();
        answer(asked, 3, true);
        assertThat(refusal(port.units().commit(unit("u1"))).reason()).isEqualTo(Refusal.UNAVAILABLE);
        String first = cluster.broker("broker-a").heard(RequestCode.COMMIT_UNIT).isEmpty() ? "broker-b" : "broker-a";
        int before = cluster.broker(first).heard(RequestCode.COMMIT_UNIT).size();

        cluster.topic("Elsewhere", 1).onlyOn("Elsewhere", first.equals("broker-a") ? "broker-b" : "broker-a");
        assertThat(result(port.units()
                        .commit(new UnitOfWork(
                                "u1",
                                List.of(new UnitOfWork.Send(Message.of("Elsewhere", "x"), Placement.ANY)),
                                List.of()))))
                .isInstanceOf(UnitOutcome.Committed.class);
        assertThat(cluster.broker(first).heard(RequestCode.COMMIT_UNIT)).hasSize(before + 1);
    }

    @Test
    void aKeyWhoseEndIsUnknownStaysAtItsBrokerWhateverQueueItWouldTakeNow() {
        AtomicInteger asked = new AtomicInteger();
        answer(asked, 3, true);
        Message message = Message.of("Orders", "x").withIdempotencyKey("k");
        // Two queues on each broker, sorted by broker.
        Placement atA = new Placement.Queue(1);
        Placement atB = new Placement.Queue(2);
        assertThat(refusal(port.writer().send(message, atA)).reason()).isEqualTo(Refusal.UNAVAILABLE);

        assertThat(result(port.writer().send(message, atB))).isInstanceOf(SendOutcome.Stored.class);
        assertThat(cluster.broker("broker-a").heard(RequestCode.COMMIT_UNIT)).hasSize(4);
        assertThat(cluster.broker("broker-b").heard(RequestCode.COMMIT_UNIT)).isEmpty();

        result(port.writer().send(message, atB));
        assertThat(cluster.broker("broker-b").heard(RequestCode.COMMIT_UNIT)).hasSize(1);
    }

    @Test
    void aRefusalOfARepeatDoesNotSayThatTheFirstDoesNotHold() {
        AtomicInteger asked = new AtomicInteger();
        for (String name : List.of("broker-a", "broker-b")) {
            cluster.broker(name)
                    .on(
                            RequestCode.COMMIT_UNIT,
                            request -> Frame.answer(
                                    asked.incrementAndGet() == 1
                                            ? ResponseCode.SERVICE_NOT_AVAILABLE
                                            : ResponseCode.SYSTEM_BUSY,
                                    "not now"));
        }
        assertThat(refusal(port.units().commit(unit("u1"))).reason()).isEqualTo(Refusal.UNAVAILABLE);
        assertThat(asked).hasValue(2);
    }

    @Test
    void aMessageWithAKeyGoesToTheQueueThatItWouldGoToWithoutOne() {
        answer(new AtomicInteger(), 0, false);
        for (int i = 0; i < 8; i++) {
            // Two queues on each broker, sorted by broker.
            String shard = Integer.toString(i);
            String broker = Placement.queueFor(shard, 4) < 2 ? "broker-a" : "broker-b";
            int before = cluster.broker(broker).heard(RequestCode.COMMIT_UNIT).size();
            result(port.writer()
                    .send(Message.of("Orders", "x").withIdempotencyKey("k" + i), new Placement.ByShardingKey(shard)));
            assertThat(cluster.broker(broker).heard(RequestCode.COMMIT_UNIT)).hasSize(before + 1);
        }
    }

    @Test
    void aUnitWithoutAnIdIsAskedForOnceAndItsEndIsNotKnown() {
        AtomicInteger asked = new AtomicInteger();
        answer(asked, 1, false);
        assertThat(refusal(port.units().commit(unit(""))).reason()).isEqualTo(Refusal.UNAVAILABLE);
        assertThat(asked).hasValue(1);
    }

    @Test
    void leasesOfTwoBrokersAreNotSettledTogether() {
        UnitOfWork unit = new UnitOfWork(
                "u",
                List.of(),
                List.of(new Settlement.Ack(receipt("broker-a")), new Settlement.Ack(receipt("broker-b"))));
        assertThat(result(port.units().commit(unit)))
                .isInstanceOfSatisfying(UnitOutcome.Refused.class, refused -> assertThat(refused.remedy())
                        .contains("broker-a", "broker-b"));
    }

    private void answerDecisions(String broker, UnitAnswerBody.Outcome outcome) {
        cluster.broker(broker)
                .on(
                        RequestCode.DECIDE_UNIT,
                        request -> ScriptedCluster.answer(
                                new UnitAnswerBody(outcome, false, "", broker, List.of(), List.of()).toFrameBody()));
    }

    private void silence(String broker, int code) {
        cluster.broker(broker).on(code, request -> Frame.answer(ResponseCode.SERVICE_NOT_AVAILABLE, "not now"));
    }

    @Test
    void aClusterWithoutUnitsInTwoPhasesIsToldByName() {
        List<CompletionStage<?>> questions = List.of(
                port.units().prepare(unit("u")),
                port.units().decide("u", Decision.COMMIT),
                port.units().decideByHand("u", Decision.COMMIT),
                port.units().forget("u"),
                port.units().prepared("", 10));
        questions.forEach(question -> {
            RefusedException refused = refusal(question);
            assertThat(refused.reason()).isEqualTo(Refusal.NOT_SUPPORTED);
            assertThat(refused).hasMessageStartingWith("not supported by this cluster: units of work in two phases");
        });
    }

    @Test
    void aDecisionAboutAUnitOfNobodyHereAsksEveryBroker() {
        answerDecisions("broker-a", UnitAnswerBody.Outcome.UNKNOWN);
        answerDecisions("broker-b", UnitAnswerBody.Outcome.ROLLED_BACK);
        assertThat(result(port.units().decide("u", Decision.ROLLBACK)))
                .isEqualTo(new DecisionOutcome.RolledBack(false));
        answerDecisions("broker-b", UnitAnswerBody.Outcome.UNKNOWN);
        assertThat(result(port.units().decide("u", Decision.ROLLBACK))).isEqualTo(new DecisionOutcome.Unknown());
    }

    @Test
    void aUnitIsUnknownOnlyWhenEveryBrokerSaysSo() {
        answerDecisions("broker-a", UnitAnswerBody.Outcome.UNKNOWN);
        silence("broker-b", RequestCode.DECIDE_UNIT);
        assertThat(refusal(port.units().decide("u", Decision.COMMIT)).reason()).isEqualTo(Refusal.UNAVAILABLE);
        answerDecisions("broker-a", UnitAnswerBody.Outcome.HEURISTIC_COMMIT);
        assertThat(result(port.units().decide("u", Decision.COMMIT)))
                .isEqualTo(new DecisionOutcome.Heuristic(Decision.COMMIT));
    }

    private Refusal reasonOfCommitting(String id) {
        return refusal(port.units().decide(id, Decision.COMMIT)).reason();
    }

    @Test
    void aBrokerThatWasSeenMayHaveTheUnitWhenNameServersListItNoMore() {
        answerDecisions("broker-a", UnitAnswerBody.Outcome.UNKNOWN);
        answerDecisions("broker-b", UnitAnswerBody.Outcome.UNKNOWN);
        assertThat(result(port.units().decide("u", Decision.COMMIT))).isEqualTo(new DecisionOutcome.Unknown());
        cluster.unlist("broker-b");
        silence("broker-b", RequestCode.DECIDE_UNIT);
        assertThat(reasonOfCommitting("u")).isEqualTo(Refusal.UNAVAILABLE);
        answerDecisions("broker-b", UnitAnswerBody.Outcome.COMMITTED);
        assertThat(result(port.units().decide("u", Decision.COMMIT)))
                .isEqualTo(new DecisionOutcome.Committed(List.of(), false));
    }

    @Test
    void anotherBrokerAtTheLastAddressDoesNotSpeakForTheOneBefore() {
        answerDecisions("broker-a", UnitAnswerBody.Outcome.UNKNOWN);
        answerDecisions("broker-b", UnitAnswerBody.Outcome.UNKNOWN);
        result(port.units().decide("u", Decision.COMMIT));
        cluster.unlist("broker-b");
        cluster.broker("broker-b")
                .on(
                        RequestCode.DECIDE_UNIT,
                        request -> ScriptedCluster.answer(new UnitAnswerBody(
                                        UnitAnswerBody.Outcome.UNKNOWN, false, "", "broker-c", List.of(), List.of())
                                .toFrameBody()));
        assertThat(reasonOfCommitting("u")).isEqualTo(Refusal.UNAVAILABLE);
    }

    @Test
    void aBrokerThatNameServersSayIsAwayMayHaveTheUnit() {
        cluster.unlist("broker-b");
        answerDecisions("broker-a", UnitAnswerBody.Outcome.UNKNOWN);
        cluster.away("broker-b");
        assertThat(reasonOfCommitting("u")).isEqualTo(Refusal.UNAVAILABLE);
        assertThat(refusal(port.units().prepared("", 10)).reason()).isEqualTo(Refusal.UNAVAILABLE);
    }

    @Test
    void aCommitWhoseAnswerIsLostIsDecidedWhereItWas() {
        answer(new AtomicInteger(), 3, false);
        assertThat(refusal(port.units().commit(unit("u1"))).reason()).isEqualTo(Refusal.UNAVAILABLE);
        String first = cluster.broker("broker-a").heard(RequestCode.COMMIT_UNIT).isEmpty() ? "broker-b" : "broker-a";
        String other = first.equals("broker-a") ? "broker-b" : "broker-a";
        answerDecisions(other, UnitAnswerBody.Outcome.UNKNOWN);
        silence(first, RequestCode.DECIDE_UNIT);
        cluster.unlist(first);
        assertThat(refusal(port.units().decide("u1", Decision.ROLLBACK)).reason())
                .isEqualTo(Refusal.UNAVAILABLE);
        assertThat(cluster.broker(other).heard(RequestCode.DECIDE_UNIT)).isEmpty();
    }

    @Test
    void theBrokerThatHasTheUnitAnswersForItWhileAnotherIsSilent() {
        cluster.broker("broker-a").onAsync(RequestCode.DECIDE_UNIT, request -> new CompletableFuture<>());
        answerDecisions("broker-b", UnitAnswerBody.Outcome.ROLLED_BACK);
        String patient = "sluice://" + cluster.nameServer().address() + "?requestTimeout=10m";
        try (BrokerPort waiting = BrokerPortFactory.open(URI.create(patient))) {
            assertThat(waiting.units().decide("u", Decision.ROLLBACK))
                    .succeedsWithin(Duration.ofMinutes(1))
                    .isEqualTo(new DecisionOutcome.RolledBack(false));
        }
    }

    @Test
    void whatIsPreparedIsToldOfAllBrokersOrNotAtAll() {
        for (String name : List.of("broker-a", "broker-b")) {
            cluster.broker(name)
                    .on(
                            RequestCode.LIST_UNITS,
                            request -> ScriptedCluster.answer(new PreparedUnitsBody(
                                            name,
                                            false,
                                            List.of(new PreparedUnitsBody.Unit("of-" + name, "PREPARED", 7, 1, 2, 3)))
                                    .toFrameBody()));
        }
        PreparedPage page = result(port.units().prepared("", 10));
        assertThat(page.more()).isFalse();
        assertThat(page.units())
                .containsExactly(
                        new PreparedUnit("of-broker-a", "broker-a", PreparedUnit.State.PREPARED, 7, 1, 2, 3),
                        new PreparedUnit("of-broker-b", "broker-b", PreparedUnit.State.PREPARED, 7, 1, 2, 3));
        assertThat(result(port.units().prepared("", 1)).more()).isTrue();
        answerDecisions("broker-b", UnitAnswerBody.Outcome.ROLLED_BACK);
        assertThat(result(port.units().decide("of-broker-b", Decision.ROLLBACK)))
                .isEqualTo(new DecisionOutcome.RolledBack(false));
        assertThat(cluster.broker("broker-a").heard(RequestCode.DECIDE_UNIT)).isEmpty();
        silence("broker-b", RequestCode.LIST_UNITS);
        assertThat(refusal(port.units().prepared("", 10)).reason()).isEqualTo(Refusal.UNAVAILABLE);
    }

    private static Receipt receipt(String broker) {
        return new ReceiptAddress(broker, new Receipt("r")).toReceipt();
    }
}
