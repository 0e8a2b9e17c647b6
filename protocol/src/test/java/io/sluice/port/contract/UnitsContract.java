package io.sluice.port.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.sluice.model.FilterExpression;
import io.sluice.model.GroupName;
import io.sluice.model.Message;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.port.BrokerPort;
import io.sluice.port.DecisionOutcome;
import io.sluice.port.LeaseReader;
import io.sluice.port.LeaseReader.Lease;
import io.sluice.port.LeaseReader.LeaseRequest;
import io.sluice.port.LeaseReader.Leased;
import io.sluice.port.LeaseReader.Receipt;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.LeaseReader.Start;
import io.sluice.port.Placement;
import io.sluice.port.PrepareOutcome;
import io.sluice.port.PreparedPage;
import io.sluice.port.PreparedUnit;
import io.sluice.port.QueueReader.FetchRequest;
import io.sluice.port.QueueReader.Fetched;
import io.sluice.port.Refusal;
import io.sluice.port.SendOutcome;
import io.sluice.port.TopicCatalog.TopicSettings;
import io.sluice.port.UnitOfWork;
import io.sluice.port.UnitOutcome;
import io.sluice.port.UnitOutcome.Committed;
import io.sluice.port.UnitsOfWork.Decision;
import io.sluice.wire.message.MessageView;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every port promises of units of work and of messages that are stored once. Implementations extend it. */
public abstract class UnitsContract {
    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final Duration WAIT = Duration.ofSeconds(50);
    private static final long DEADLINE_SECONDS = 60;
    private static final String GROUP = "workers";

    private BrokerPort port;

    /** A port to a broker with no topics of applications, which creates topics when they are first sent to. */
    protected abstract BrokerPort open() throws Exception;

    /** Undoes {@link #open}; closes what stands behind the port as well. */
    protected abstract void shutDown(BrokerPort opened) throws Exception;

    @BeforeEach
    void openPort() throws Exception {
        port = open();
    }

    @AfterEach
    void closePort() throws Exception {
        shutDown(port);
    }

    private static <T> T result(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    private void topic(String name) {
        result(port.topics().put(new TopicName(name), TopicSettings.ofQueues(1)));
    }

    private static UnitOfWork.Send to(String topic, String text) {
        return new UnitOfWork.Send(Message.of(topic, text), new Placement.Queue(0));
    }

    private static UnitOfWork unit(List<UnitOfWork.Send> sends, List<Settlement> settlements) {
        return new UnitOfWork(UUID.randomUUID().toString(), sends, settlements);
    }

    private UnitOutcome commit(UnitOfWork unit) {
        return result(port.units().commit(unit));
    }

    private Committed committed(UnitOfWork unit) {
        UnitOutcome outcome = commit(unit);
        assertThat(outcome).isInstanceOf(Committed.class);
        return (Committed) outcome;
    }

    private static Refusal reasonOf(UnitOutcome outcome) {
        assertThat(outcome).isInstanceOf(UnitOutcome.Refused.class);
        assertThat(((UnitOutcome.Refused) outcome).remedy()).isNotBlank();
        return ((UnitOutcome.Refused) outcome).reason();
    }

    private SendOutcome send(Message message) {
        return result(port.writer().send(message, new Placement.Queue(0)));
    }

    private List<String> texts(String topic) {
        List<MessageQueue> queues = result(port.topics().describe(new TopicName(topic)))
                .orElseThrow()
                .readable();
        List<String> texts = new ArrayList<>();
        for (MessageQueue queue : queues) {
            try (Fetched fetched = result(port.reader()
                    .fetch(new FetchRequest(queue, 0, 32, 1 << 20, FilterExpression.ALL, Duration.ZERO)))) {
                fetched.records()
                        .slices()
                        .forEach(slice ->
                                texts.add(new String(MessageView.of(slice).body(), StandardCharsets.UTF_8)));
            }
        }
        return texts;
    }

    private List<Lease> lease(String topic, int max, Duration wait) {
        return lease(topic, max, wait, LEASE);
    }

    private List<Lease> lease(String topic, int max, Duration wait, Duration leaseFor) {
        LeaseRequest request = new LeaseRequest(
                new GroupName(GROUP),
                new TopicName(topic),
                FilterExpression.ALL,
                FilterExpression.ALL,
                max,
                leaseFor,
                wait,
                Start.FIRST);
        try (Leased leased = result(port.leases().lease(request))) {
            return leased.leases();
        }
    }

    @Test
    void sendsAndSettlementsHoldTogether() {
        topic("In");
        topic("Out");
        topic("Log");
        send(Message.of("In", "a"));
        send(Message.of("In", "b"));
        send(Message.of("In", "c"));
        List<Lease> leases = lease("In", 3, WAIT);
        Committed committed = committed(unit(
                List.of(to("Out", "1"), to("Log", "2"), to("Out", "3")),
                List.of(
                        new Settlement.Ack(leases.get(0).receipt()),
                        new Settlement.Release(leases.get(1).receipt(), Duration.ZERO),
                        new Settlement.Reject(leases.get(2).receipt(), "spoilt"))));
        assertThat(committed.isRepeat()).isFalse();
        assertThat(committed.sent())
                .extracting(stored -> stored.queue().topic().value(), SendOutcome.Stored::queueOffset)
                .containsExactly(tuple("Out", 0L), tuple("Log", 0L), tuple("Out", 1L));
        assertThat(texts("Out")).containsExactly("1", "3");
        assertThat(texts("Log")).containsExactly("2");
        List<Lease> again = lease("In", 3, WAIT);
        assertThat(again).hasSize(1);
        assertThat(again.get(0).attempt()).isEqualTo(2);
        assertThat(new String(MessageView.of(again.get(0).slice()).body(), StandardCharsets.UTF_8))
                .isEqualTo("b");
        assertThat(lease(TopicName.deadLetterOf(new GroupName(GROUP)).value(), 1, WAIT))
                .hasSize(1);
    }

    @Test
    void aUnitWhoseLeaseIsOverDoesNothingAndLeavesTheOtherLeases() {
        topic("In");
        topic("Out");
        send(Message.of("In", "a"));
        send(Message.of("In", "b"));
        List<Lease> leases = lease("In", 2, WAIT);
        Receipt over = leases.get(0).receipt();
        result(port.leases().settle(List.of(new Settlement.Ack(over))));
        List<Settlement> acks = leases.stream()
                .<Settlement>map(lease -> new Settlement.Ack(lease.receipt()))
                .toList();
        UnitOutcome outcome = commit(unit(List.of(to("Out", "1")), acks));
        assertThat(outcome).isEqualTo(new UnitOutcome.LeasesOver(List.of(over)));
        assertThat(texts("Out")).isEmpty();
        assertThat(lease("In", 2, Duration.ZERO)).isEmpty();
        committed(unit(List.of(), List.of(acks.get(1))));
    }

    @Test
    void aUnitThatCannotSendSettlesNothing() {
        topic("In");
        topic("Out");
        send(Message.of("In", "a"));
        Receipt receipt = lease("In", 1, WAIT).get(0).receipt();
        UnitOfWork.Send nowhere = new UnitOfWork.Send(Message.of("Out", "x"), new Placement.Queue(7));
        UnitOutcome outcome = commit(unit(List.of(to("Out", "1"), nowhere), List.of(new Settlement.Ack(receipt))));
        assertThat(reasonOf(outcome)).isEqualTo(Refusal.NO_SUCH_QUEUE);
        assertThat(texts("Out")).isEmpty();
        result(port.leases().settle(List.of(new Settlement.Release(receipt, Duration.ZERO))));
        assertThat(lease("In", 1, WAIT)).hasSize(1);
    }

    @Test
    void whatIsNoReceiptAndWhatDoesNotBelongIntoAUnitIsRefused() {
        topic("In");
        send(Message.of("In", "a"));
        Receipt receipt = lease("In", 1, WAIT).get(0).receipt();
        assertThat(reasonOf(commit(unit(List.of(), List.of(new Settlement.Ack(new Receipt("nonsense")))))))
                .isEqualTo(Refusal.ILLEGAL_ARGUMENT);
        assertThat(reasonOf(commit(unit(List.of(), List.of(new Settlement.Extend(receipt, Duration.ofSeconds(10)))))))
                .isEqualTo(Refusal.ILLEGAL_ARGUMENT);
    }

    @Test
    void aRepeatAnswersWithTheFirstResult() {
        topic("In");
        topic("Out");
        send(Message.of("In", "a"));
        Receipt receipt = lease("In", 1, WAIT).get(0).receipt();
        UnitOfWork unit = unit(List.of(to("Out", "1"), to("Out", "2")), List.of(new Settlement.Ack(receipt)));
        Committed first = committed(unit);
        Committed second = committed(unit);
        assertThat(second.isRepeat()).isTrue();
        assertThat(second.sent()).isEqualTo(first.sent());
        assertThat(texts("Out")).containsExactly("1", "2");
        UnitOutcome other = commit(new UnitOfWork(unit.id(), List.of(to("Out", "other")), List.of()));
        assertThat(reasonOf(other)).isEqualTo(Refusal.ILLEGAL_ARGUMENT);
    }

    @Test
    void aUnitWithoutAnIdIsDoneAgain() {
        topic("Out");
        UnitOfWork unit = new UnitOfWork("", List.of(to("Out", "1"), to("Out", "2")), List.of());
        committed(unit);
        committed(unit);
        assertThat(texts("Out")).containsExactly("1", "2", "1", "2");
    }

    @Test
    void aMessageWithAnIdempotencyKeyIsStoredOnce() {
        topic("Once");
        topic("Else");
        SendOutcome first = send(Message.of("Once", "a").withIdempotencyKey("order-1"));
        assertThat(first).isInstanceOf(SendOutcome.Stored.class);
        assertThat(send(Message.of("Once", "a").withIdempotencyKey("order-1"))).isEqualTo(first);
        assertThat(send(Message.of("Once", "b").withIdempotencyKey("order-2"))).isNotEqualTo(first);
        send(Message.of("Else", "a").withIdempotencyKey("order-1"));
        assertThat(texts("Once")).containsExactly("a", "b");
        assertThat(texts("Else")).containsExactly("a");
        SendOutcome other = send(Message.of("Once", "c").withIdempotencyKey("order-1"));
        assertThat(other).isInstanceOfSatisfying(SendOutcome.Refused.class, refused -> assertThat(refused.reason())
                .isEqualTo(Refusal.ILLEGAL_ARGUMENT));
        SendOutcome blank = send(Message.of("Once", "d").withIdempotencyKey("with blank"));
        assertThat(blank).isInstanceOfSatisfying(SendOutcome.Refused.class, refused -> assertThat(refused.reason())
                .isEqualTo(Refusal.ILLEGAL_ARGUMENT));
        assertThat(texts("Once")).containsExactly("a", "b");
    }

    @Test
    void aMessageWithAKeyOfItsOwnIsNoPartOfAUnit() {
        topic("Once");
        UnitOfWork.Send keyed =
                new UnitOfWork.Send(Message.of("Once", "a").withIdempotencyKey("k"), new Placement.Queue(0));
        assertThat(reasonOf(commit(unit(List.of(to("Once", "b"), keyed), List.of()))))
                .isEqualTo(Refusal.ILLEGAL_ARGUMENT);
        assertThat(texts("Once")).isEmpty();
    }

    @Test
    void aTimedMessageOfAUnitWaitsForItsTime() {
        topic("Later");
        long due = System.currentTimeMillis() + 2_000;
        Message timed = Message.of("Later", "later").deliverAt(due);
        UnitOfWork unit =
                unit(List.of(new UnitOfWork.Send(timed, new Placement.Queue(0)), to("Later", "now")), List.of());
        Committed first = committed(unit);
        assertThat(first.sent().get(0).recallHandle()).isNotEmpty();
        assertThat(committed(unit).sent()).isEqualTo(first.sent());
        List<Lease> now = lease("Later", 1, WAIT);
        assertThat(new String(MessageView.of(now.get(0).slice()).body(), StandardCharsets.UTF_8))
                .isEqualTo("now");
        List<Lease> later = lease("Later", 1, WAIT);
        assertThat(later).hasSize(1);
        assertThat(MessageView.of(later.get(0).slice()).storedAtMs()).isGreaterThanOrEqualTo(due);
    }

    // ---- in two phases

    private PrepareOutcome prepare(UnitOfWork unit) {
        return result(port.units().prepare(unit));
    }

    private void prepared(UnitOfWork unit) {
        assertThat(prepare(unit)).isEqualTo(new PrepareOutcome.Prepared(false));
    }

    private DecisionOutcome decide(UnitOfWork unit, Decision decision) {
        return result(port.units().decide(unit.id(), decision));
    }

    private static Refusal reasonOf(DecisionOutcome outcome) {
        assertThat(outcome).isInstanceOf(DecisionOutcome.Refused.class);
        return ((DecisionOutcome.Refused) outcome).reason();
    }

    private static Refusal reasonOf(PrepareOutcome outcome) {
        assertThat(outcome).isInstanceOf(PrepareOutcome.Refused.class);
        return ((PrepareOutcome.Refused) outcome).reason();
    }

    private List<PreparedUnit> undecided() {
        return result(port.units().prepared("", 1000)).units();
    }

    @Test
    void whatIsPreparedIsSeenWhenItIsCommittedAndNotBefore() {
        topic("In");
        topic("Out");
        topic("Log");
        send(Message.of("In", "a"));
        send(Message.of("In", "b"));
        List<Lease> leases = lease("In", 2, WAIT);
        UnitOfWork unit = unit(
                List.of(to("Out", "1"), to("Log", "2")),
                List.of(
                        new Settlement.Ack(leases.get(0).receipt()),
                        new Settlement.Reject(leases.get(1).receipt(), "no")));
        prepared(unit);
        assertThat(texts("Out")).isEmpty();
        assertThat(texts("Log")).isEmpty();
        assertThat(lease("In", 2, Duration.ZERO)).isEmpty();
        DecisionOutcome.Committed committed = (DecisionOutcome.Committed) decide(unit, Decision.COMMIT);
        assertThat(committed.sent())
                .extracting(stored -> stored.queue().topic().value(), SendOutcome.Stored::queueOffset)
                .containsExactly(tuple("Out", 0L), tuple("Log", 0L));
        assertThat(texts("Out")).containsExactly("1");
        assertThat(texts("Log")).containsExactly("2");
        assertThat(lease(TopicName.deadLetterOf(new GroupName(GROUP)).value(), 1, WAIT))
                .hasSize(1);
        assertThat(lease("In", 2, Duration.ZERO)).isEmpty();
        assertThat(undecided()).isEmpty();
    }

    @Test
    void aRollbackSendsNothingAndGivesTheLeasesBackAsFailedDeliveries() {
        topic("In");
        topic("Out");
        send(Message.of("In", "a"));
        Receipt receipt = lease("In", 1, WAIT).get(0).receipt();
        UnitOfWork unit = unit(List.of(to("Out", "1")), List.of(new Settlement.Ack(receipt)));
        prepared(unit);
        assertThat(decide(unit, Decision.ROLLBACK)).isEqualTo(new DecisionOutcome.RolledBack(false));
        List<Lease> again = lease("In", 1, WAIT);
        assertThat(again).hasSize(1);
        assertThat(again.get(0).attempt()).isEqualTo(2);
        assertThat(texts("Out")).isEmpty();
    }

    @Test
    void aLeaseThatIsPreparedDoesNotEndAndNobodyElseSettlesIt() {
        topic("In");
        send(Message.of("In", "a"));
        Receipt receipt = lease("In", 1, WAIT, Duration.ofMillis(1_500)).get(0).receipt();
        UnitOfWork unit = unit(List.of(), List.of(new Settlement.Ack(receipt)));
        prepared(unit);
        assertThat(lease("In", 1, Duration.ofMillis(1_800))).isEmpty();
        assertThat(result(port.leases().settle(List.of(new Settlement.Ack(receipt))))
                        .get(0)
                        .result())
                .isEqualTo(LeaseReader.Result.LEASE_OVER);
        assertThat(prepare(unit(List.of(), List.of(new Settlement.Ack(receipt)))))
                .isEqualTo(new PrepareOutcome.LeasesOver(List.of(receipt)));
        assertThat(decide(unit, Decision.COMMIT)).isEqualTo(new DecisionOutcome.Committed(List.of(), false));
    }

    @Test
    void preparingAndDecidingCanBeRepeated() {
        topic("Out");
        UnitOfWork first = unit(List.of(to("Out", "1")), List.of());
        UnitOfWork second = unit(List.of(to("Out", "2")), List.of());
        prepared(first);
        prepared(second);
        assertThat(prepare(first)).isEqualTo(new PrepareOutcome.Prepared(true));
        DecisionOutcome.Committed committed = (DecisionOutcome.Committed) decide(first, Decision.COMMIT);
        assertThat(decide(first, Decision.COMMIT)).isEqualTo(new DecisionOutcome.Committed(committed.sent(), true));
        assertThat(decide(second, Decision.ROLLBACK)).isEqualTo(new DecisionOutcome.RolledBack(false));
        assertThat(decide(second, Decision.ROLLBACK)).isEqualTo(new DecisionOutcome.RolledBack(true));
        assertThat(reasonOf(decide(first, Decision.ROLLBACK))).isEqualTo(Refusal.ILLEGAL_ARGUMENT);
        assertThat(reasonOf(decide(second, Decision.COMMIT))).isEqualTo(Refusal.ILLEGAL_ARGUMENT);
        assertThat(texts("Out")).containsExactly("1");
    }

    @Test
    void anIdIsOfOneUnitInOnePhaseOrInTwo() {
        topic("Out");
        UnitOfWork unit = unit(List.of(to("Out", "1")), List.of());
        UnitOfWork other = new UnitOfWork(unit.id(), List.of(to("Out", "2")), List.of());
        assertThat(reasonOf(prepare(new UnitOfWork("", List.of(to("Out", "1")), List.of()))))
                .isEqualTo(Refusal.ILLEGAL_ARGUMENT);
        prepared(unit);
        assertThat(reasonOf(prepare(other))).isEqualTo(Refusal.ILLEGAL_ARGUMENT);
        assertThat(reasonOf(commit(unit))).isEqualTo(Refusal.ILLEGAL_ARGUMENT);
        decide(unit, Decision.ROLLBACK);
        assertThat(reasonOf(prepare(unit))).isEqualTo(Refusal.ILLEGAL_ARGUMENT);
        assertThat(reasonOf(commit(unit))).isEqualTo(Refusal.ILLEGAL_ARGUMENT);
        UnitOfWork inOne = unit(List.of(to("Out", "3")), List.of());
        Committed committed = committed(inOne);
        assertThat(decide(inOne, Decision.COMMIT)).isEqualTo(new DecisionOutcome.Committed(committed.sent(), true));
        assertThat(reasonOf(prepare(inOne))).isEqualTo(Refusal.ILLEGAL_ARGUMENT);
        assertThat(texts("Out")).containsExactly("3");
    }

    @Test
    void whatWasNeverPreparedIsUnknown() {
        UnitOfWork unit = unit(List.of(), List.of());
        assertThat(decide(unit, Decision.COMMIT)).isEqualTo(new DecisionOutcome.Unknown());
        assertThat(decide(unit, Decision.ROLLBACK)).isEqualTo(new DecisionOutcome.Unknown());
        assertThat(result(port.units().decideByHand(unit.id(), Decision.ROLLBACK)))
                .isEqualTo(new DecisionOutcome.Unknown());
        assertThat(result(port.units().forget(unit.id()))).isFalse();
    }

    @Test
    void whatCannotBePreparedChangesNothing() {
        topic("In");
        topic("Out");
        send(Message.of("In", "a"));
        Receipt receipt = lease("In", 1, WAIT).get(0).receipt();
        UnitOfWork.Send nowhere = new UnitOfWork.Send(Message.of("Out", "x"), new Placement.Queue(7));
        UnitOfWork unit = unit(List.of(to("Out", "1"), nowhere), List.of(new Settlement.Ack(receipt)));
        assertThat(reasonOf(prepare(unit))).isEqualTo(Refusal.NO_SUCH_QUEUE);
        assertThat(undecided()).isEmpty();
        committed(unit(List.of(), List.of(new Settlement.Ack(receipt))));
    }

    @Test
    void aDecisionByHandIsToldToTheOwnerUntilItIsForgotten() {
        topic("Out");
        UnitOfWork committed = new UnitOfWork("by-hand-1", List.of(to("Out", "1")), List.of());
        UnitOfWork rolledBack = new UnitOfWork("by-hand-2", List.of(to("Out", "2")), List.of());
        prepared(committed);
        prepared(rolledBack);
        assertThat(result(port.units().decideByHand(committed.id(), Decision.COMMIT)))
                .isInstanceOf(DecisionOutcome.Committed.class);
        assertThat(result(port.units().decideByHand(rolledBack.id(), Decision.ROLLBACK)))
                .isEqualTo(new DecisionOutcome.RolledBack(false));
        assertThat(decide(committed, Decision.ROLLBACK)).isEqualTo(new DecisionOutcome.Heuristic(Decision.COMMIT));
        assertThat(decide(rolledBack, Decision.COMMIT)).isEqualTo(new DecisionOutcome.Heuristic(Decision.ROLLBACK));
        assertThat(undecided())
                .extracting(PreparedUnit::id, PreparedUnit::state)
                .containsExactly(
                        tuple("by-hand-1", PreparedUnit.State.HEURISTIC_COMMIT),
                        tuple("by-hand-2", PreparedUnit.State.HEURISTIC_ROLLBACK));
        assertThat(result(port.units().forget(committed.id()))).isTrue();
        assertThat(result(port.units().forget(committed.id()))).isFalse();
        assertThat(decide(committed, Decision.COMMIT)).isEqualTo(new DecisionOutcome.Unknown());
        assertThat(undecided()).extracting(PreparedUnit::id).containsExactly("by-hand-2");
        assertThat(texts("Out")).containsExactly("1");
    }

    @Test
    void whatIsPreparedIsListedInPagesInTheOrderOfTheIds() {
        topic("Out");
        for (String id : List.of("c", "a", "e", "b", "d")) {
            prepared(new UnitOfWork(id, List.of(to("Out", id), to("Out", id)), List.of()));
        }
        PreparedPage first = result(port.units().prepared("", 2));
        assertThat(first.more()).isTrue();
        assertThat(first.units()).extracting(PreparedUnit::id).containsExactly("a", "b");
        assertThat(first.units().get(0).state()).isEqualTo(PreparedUnit.State.PREPARED);
        assertThat(first.units().get(0).messages()).isEqualTo(2);
        assertThat(first.units().get(0).sinceMs()).isPositive();
        PreparedPage last = result(port.units().prepared("c", 2));
        assertThat(last.more()).isFalse();
        assertThat(last.units()).extracting(PreparedUnit::id).containsExactly("d", "e");
        CompletionStage<Boolean> early = port.units().forget("a");
        assertThat(early.toCompletableFuture()
                        .handle((done, failure) -> failure)
                        .join())
                .isNotNull();
        CompletionStage<PreparedPage> none = port.units().prepared("", 0);
        assertThat(none.toCompletableFuture().handle((done, failure) -> failure).join())
                .isNotNull();
    }

    @Test
    void aTimedMessageThatIsCommittedTooLateIsDeliveredAtOnce() {
        topic("Later");
        Message timed = Message.of("Later", "later").deliverAt(System.currentTimeMillis() + 300);
        UnitOfWork unit =
                unit(List.of(new UnitOfWork.Send(timed, new Placement.Queue(0)), to("Later", "now")), List.of());
        prepared(unit);
        assertThat(lease("Later", 1, Duration.ofMillis(500))).isEmpty();
        DecisionOutcome.Committed committed = (DecisionOutcome.Committed) decide(unit, Decision.COMMIT);
        assertThat(committed.sent()).hasSize(2);
        assertThat(lease("Later", 1, WAIT)).hasSize(1);
        assertThat(lease("Later", 1, WAIT)).hasSize(1);
    }
}
