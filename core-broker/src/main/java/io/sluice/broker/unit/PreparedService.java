package io.sluice.broker.unit;

import io.sluice.broker.lease.JointSettlement;
import io.sluice.broker.lease.LeaseService;
import io.sluice.broker.send.NewMessage;
import io.sluice.broker.send.Outgoing;
import io.sluice.broker.send.SendService;
import io.sluice.broker.topic.SystemTopics;
import io.sluice.broker.unit.PreparedBook.Entry;
import io.sluice.broker.unit.PreparedPart.Target;
import io.sluice.broker.unit.UnitRecord.Kind;
import io.sluice.broker.unit.UnitWindow.Place;
import io.sluice.port.DecisionOutcome;
import io.sluice.port.PrepareOutcome;
import io.sluice.port.PreparedPage;
import io.sluice.port.PreparedUnit;
import io.sluice.port.PreparedUnit.State;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.SendOutcome;
import io.sluice.port.UnitOfWork;
import io.sluice.port.UnitsOfWork;
import io.sluice.port.UnitsOfWork.Decision;
import io.sluice.store.MessageStore;
import io.sluice.store.log.AppendResult;
import io.sluice.wire.message.NewRecord;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Units of work in two phases. Preparing one is a bundle of the log: a {@link UnitRecord}, and the messages in a topic that nobody
 * reads. Deciding is another: a record that says so, the messages where they belong, and what is settled. In between the entries
 * that it settles are held by the cursors, and again after a restart. So there is nothing to redo, whenever the process ends.
 *
 * <p>Safe for many threads. The work is done on the lane, since it may wait for the disk; answers come there, on the log-flusher
 * or the lease-journal.
 */
public final class PreparedService {
    private static final Logger log = LoggerFactory.getLogger(PreparedService.class);
    /** Units looked after in one call of {@link #lookAfter}. */
    private static final int SLICE_MAX = 64;

    private static final byte[] NOTHING_HELD = {};

    private final UnitRules rules;
    private final String brokerName;
    private final MessageStore store;
    private final SendService sends;
    private final LeaseService leases;
    private final Executor lane;
    private final InstantSource clock;
    private final UnitLedger ledger;
    /** Up to this id it was looked for units that are too old; by the one thread that {@link #lookAfter looks}. */
    private volatile String lookedTo = "";

    PreparedService(
            UnitRules rules,
            String brokerName,
            MessageStore store,
            SendService sends,
            LeaseService leases,
            Executor lane,
            InstantSource clock,
            UnitLedger ledger) {
        this.rules = rules;
        this.brokerName = brokerName;
        this.store = store;
        this.sends = sends;
        this.leases = leases;
        this.lane = lane;
        this.clock = clock;
        this.ledger = ledger;
    }

    /**
     * Takes the entries from everybody that prepared units settle, as it was before the broker was started. In the order in which they
     * were prepared: when the power took the rollback of one, a younger one may hold the same message, and holds it then.
     */
    void holdAgain() {
        ledger.book().all().stream()
                .filter(Entry::isPrepared)
                .sorted(Comparator.comparingLong(Entry::logOffset))
                .forEach(entry -> {
                    byte[] held = held(entry);
                    if (held.length > 0) {
                        leases.holdAgain(held, entry.logOffset());
                    }
                });
    }

    /** What the unit settles; nothing when its record cannot be read any more. */
    private byte[] held(Entry entry) {
        return StoredPrepared.part(store, entry.logOffset())
                .map(PreparedPart::held)
                .orElseGet(() -> {
                    log.error(
                            "the record of a prepared unit of work cannot be read; what it settles is held until the broker stops, and not after: id={} offset={}",
                            entry.id(),
                            entry.logOffset());
                    return NOTHING_HELD;
                });
    }

    /** @throws RefusedException when the disk does not have it yet, or it cannot be read any more */
    private StoredPrepared whole(Entry entry, String remedy) {
        requireConfirmed(entry, remedy);
        return StoredPrepared.read(store, entry.logOffset(), brokerName)
                .orElseThrow(() -> new RefusedException(
                        Refusal.ILLEGAL_ARGUMENT,
                        "'%s' is prepared at log offset %d, but a message of it is damaged, so that it can only be rolled back"
                                .formatted(entry.id(), entry.logOffset())));
    }

    /** To be asked before it is read: what the disk confirms in between is not to be taken for damaged. */
    private void requireConfirmed(Entry entry, String remedy) {
        if (entry.logOffset() >= store.health().confirmedTo()) {
            throw unconfirmed("prepared", remedy);
        }
    }

    // ---- prepare

    /** See {@link UnitsOfWork#prepare}. @param messages of the unit, in its order */
    public CompletionStage<PrepareOutcome> prepare(UnitOfWork unit, List<NewMessage> messages) {
        if (unit.id().isEmpty()) {
            return CompletableFuture.completedFuture(new PrepareOutcome.Refused(
                    Refusal.ILLEGAL_ARGUMENT,
                    "a unit of work without an id cannot be prepared: nobody could decide it; give it one"));
        }
        UnitWork work = UnitWork.of(UnitService.UNIT_PREFIX + unit.id(), messages, unit.settlements());
        long bytes = work.bytes();
        try {
            ledger.traffic().enter(bytes);
        } catch (RefusedException full) {
            return CompletableFuture.completedFuture(refusedToPrepare(full));
        }
        return prepareOnce(work.kept())
                .whenComplete((done, failed) -> ledger.traffic().leave(bytes));
    }

    private CompletionStage<PrepareOutcome> prepareOnce(UnitWork work) {
        CompletableFuture<PrepareOutcome> result = new CompletableFuture<>();
        // Whoever is answered finds the id free for the next step.
        CompletableFuture<PrepareOutcome> answer = result.whenComplete((done, failed) -> {
            ledger.book().giveUp(work.id());
            ledger.underway().remove(work.id());
        });
        Underway first = ledger.underway().putIfAbsent(work.id(), new Underway.Preparing(work.fingerprint(), answer));
        if (first != null) {
            return first instanceof Underway.Preparing same && same.fingerprint() == work.fingerprint()
                    ? same.answer().thenApply(PreparedService::asRepeat)
                    : CompletableFuture.completedFuture(refusedToPrepare(busy(work.id())));
        }
        onLane(result, PreparedService::refusedToPrepare, () -> prepare(work, result));
        return answer;
    }

    private static PrepareOutcome asRepeat(PrepareOutcome first) {
        return first instanceof PrepareOutcome.Prepared ? new PrepareOutcome.Prepared(true) : first;
    }

    private static PrepareOutcome refusedToPrepare(RefusedException refused) {
        return new PrepareOutcome.Refused(refused.reason(), refused.getMessage());
    }

    private static RefusedException busy(String id) {
        return new RefusedException(
                Refusal.UNAVAILABLE, "something else is being done about '%s' at the moment; ask again".formatted(id));
    }

    private void prepare(UnitWork work, CompletableFuture<PrepareOutcome> result) {
        Optional<Entry> known = ledger.book().find(work.id());
        if (known.isPresent()) {
            result.complete(repeat(known.get(), work));
            return;
        }
        if (ledger.window().find(work.id(), clock.millis()).isPresent()) {
            throw new RefusedException(
                    Refusal.ILLEGAL_ARGUMENT, "'%s' was decided before; choose another id".formatted(work.id()));
        }
        work.checkSize();
        List<Outgoing> planned = work.messages().stream().map(sends::plan).toList();
        Optional<JointSettlement> joint =
                work.settlements().isEmpty() ? Optional.empty() : Optional.of(leases.jointly(work.settlements()));
        UnitSummary summary = new UnitSummary(clock.millis(), work.settlements().size(), work.bytes());
        PreparedPart part = new PreparedPart(
                summary,
                joint.map(JointSettlement::oldestNeeded).orElse(Long.MAX_VALUE),
                planned.stream()
                        .map(one ->
                                new Target(one.record().topic(), one.record().queueId()))
                        .toList(),
                joint.map(JointSettlement::encoded).orElse(NOTHING_HELD));
        ledger.book().expect(work.id(), summary, part.oldestNeeded(), ledger.nextRecord());
        List<NewRecord> records = new ArrayList<>();
        records.add(
                new UnitRecord(Kind.PREPARED, work.id(), work.fingerprint(), planned.size(), part.encode()).encode());
        planned.forEach(one -> records.add(parked(one.record())));
        CompletionStage<JointSettlement.Outcome> appended = joint.isPresent()
                ? joint.get().hold(records)
                : store.appendBundle(records).thenApply(JointSettlement.Outcome.Tried::new);
        appended.thenCombine(sends.saved(planned), (outcome, saved) -> outcome)
                .whenComplete((outcome, failed) -> result.complete(
                        failed == null ? prepared(work, part, outcome) : refusedToPrepare(refusalOf(failed))));
    }

    /** The record of a message while its unit is prepared. */
    private static NewRecord parked(NewRecord record) {
        return new NewRecord(
                SystemTopics.PREPARED,
                UnitRecord.QUEUE_ID,
                record.flag(),
                record.sysFlag(),
                record.bornAtMs(),
                record.bornHost(),
                record.reconsumeTimes(),
                0,
                record.body(),
                record.properties(),
                true);
    }

    private PrepareOutcome repeat(Entry known, UnitWork work) {
        if (!known.isPrepared() || known.fingerprint() != work.fingerprint()) {
            return new PrepareOutcome.Refused(
                    Refusal.ILLEGAL_ARGUMENT,
                    "'%s' was prepared before with something else, or is decided and not forgotten; choose another id"
                            .formatted(work.id()));
        }
        whole(known, "prepare it again");
        return new PrepareOutcome.Prepared(true);
    }

    private static RefusedException unconfirmed(String what, String remedy) {
        return new RefusedException(
                Refusal.UNAVAILABLE,
                "it is %s in the log, but the disk did not confirm it in time; %s".formatted(what, remedy));
    }

    private PrepareOutcome prepared(UnitWork work, PreparedPart part, JointSettlement.Outcome outcome) {
        if (outcome instanceof JointSettlement.Outcome.Over over) {
            return new PrepareOutcome.LeasesOver(over.receipts());
        }
        AppendResult head = ((JointSettlement.Outcome.Tried) outcome).results().get(0);
        if (head instanceof AppendResult.Refused refused) {
            SendOutcome.Refused told = sends.refused(refused);
            return new PrepareOutcome.Refused(told.reason(), told.remedy());
        }
        AppendResult.Stored stored = UnitService.storedOf(head);
        UnitSummary summary = new UnitSummary(
                stored.storedAtMs(),
                part.summary().settlements(),
                part.summary().bytes());
        ledger.book()
                .put(new Entry(
                        work.id(),
                        State.PREPARED,
                        work.fingerprint(),
                        work.messages().size(),
                        summary,
                        stored.logOffset(),
                        stored.queueOffset(),
                        stored.storedAtMs(),
                        part.oldestNeeded()));
        return head instanceof AppendResult.StoredWithDoubt
                ? refusedToPrepare(unconfirmed("prepared", "prepare it again"))
                : new PrepareOutcome.Prepared(false);
    }

    // ---- decide

    /**
     * See {@link UnitsOfWork#decide}.
     *
     * @param byHand whether somebody else than the owner decides, so that the outcome is kept until it is forgotten
     */
    public CompletionStage<DecisionOutcome> decide(String id, Decision decision, boolean byHand) {
        String key = UnitService.UNIT_PREFIX + id;
        CompletableFuture<DecisionOutcome> result = new CompletableFuture<>();
        CompletableFuture<DecisionOutcome> answer =
                result.whenComplete((done, failed) -> ledger.underway().remove(key));
        Underway first = ledger.underway().putIfAbsent(key, new Underway.Deciding(decision, byHand, answer));
        if (first != null) {
            return first instanceof Underway.Deciding same && same.decision() == decision && same.byHand() == byHand
                    ? same.answer().thenApply(PreparedService::asRepeat)
                    : CompletableFuture.completedFuture(refusedToDecide(busy(id)));
        }
        onLane(result, PreparedService::refusedToDecide, () -> decide(key, decision, byHand, result));
        return answer;
    }

    private static DecisionOutcome asRepeat(DecisionOutcome first) {
        if (first instanceof DecisionOutcome.Committed committed) {
            return new DecisionOutcome.Committed(committed.sent(), true);
        }
        return first instanceof DecisionOutcome.RolledBack ? new DecisionOutcome.RolledBack(true) : first;
    }

    private static DecisionOutcome refusedToDecide(RefusedException refused) {
        return new DecisionOutcome.Refused(refused.reason(), refused.getMessage());
    }

    private void decide(String key, Decision decision, boolean byHand, CompletableFuture<DecisionOutcome> result) {
        Optional<Entry> known = ledger.book().find(key);
        if (known.isEmpty()) {
            result.complete(remembered(key, decision));
        } else if (!known.get().isPrepared()) {
            boolean isCommitted = known.get().state() == State.HEURISTIC_COMMIT;
            result.complete(new DecisionOutcome.Heuristic(isCommitted ? Decision.COMMIT : Decision.ROLLBACK));
        } else {
            carryOut(known.get(), decision, byHand, result);
        }
    }

    /** What was decided lately holds whether or not its record can be read still: then only where the messages are is not told. */
    private DecisionOutcome remembered(String key, Decision decision) {
        Optional<Place> place = ledger.window().find(key, clock.millis());
        if (place.isEmpty() || place.get().logOffset() < store.logRange().min()) {
            return new DecisionOutcome.Unknown();
        }
        boolean isRolledBack = place.get().isRolledBack();
        if (isRolledBack != (decision == Decision.ROLLBACK)) {
            throw new RefusedException(
                    Refusal.ILLEGAL_ARGUMENT,
                    "'%s' was %s before".formatted(key, isRolledBack ? "rolled back" : "committed"));
        }
        if (place.get().logOffset() >= store.health().confirmedTo()) {
            throw unconfirmed("decided", "decide it again");
        }
        return isRolledBack
                ? new DecisionOutcome.RolledBack(true)
                : new DecisionOutcome.Committed(
                        StoredUnit.read(store, place.get().logOffset(), brokerName)
                                .map(StoredUnit::sent)
                                .orElseGet(List::of),
                        true);
    }

    private void carryOut(Entry entry, Decision decision, boolean byHand, CompletableFuture<DecisionOutcome> result) {
        boolean commits = decision == Decision.COMMIT;
        List<Outgoing> messages = List.of();
        byte[] held;
        if (commits) {
            StoredPrepared stored = whole(entry, "decide it later");
            messages = stored.messages();
            held = stored.part().held();
        } else {
            requireConfirmed(entry, "decide it later");
            held = held(entry);
        }
        List<NewRecord> records = new ArrayList<>();
        records.add(headOf(entry, decision, byHand).encode());
        messages.forEach(message -> records.add(message.record()));
        List<Outgoing> sent = messages;
        CompletionStage<JointSettlement.Outcome> appended = held.length > 0
                ? leases.held(held, !commits).append(records)
                : (commits ? store.appendBundle(records) : store.appendFreeing(records))
                        .thenApply(JointSettlement.Outcome.Tried::new);
        appended.whenComplete((outcome, failed) -> result.complete(
                failed == null
                        ? decided(entry, decision, byHand, sent, (JointSettlement.Outcome.Tried) outcome)
                        : refusedToDecide(refusalOf(failed))));
    }

    private static UnitRecord headOf(Entry entry, Decision decision, boolean byHand) {
        boolean commits = decision == Decision.COMMIT;
        return byHand
                ? heuristic(entry, commits)
                : UnitRecord.of(
                        commits ? Kind.COMMITTED : Kind.ROLLED_BACK,
                        entry.id(),
                        entry.fingerprint(),
                        commits ? entry.messages() : 0);
    }

    private static UnitRecord heuristic(Entry entry, boolean isCommitted) {
        return new UnitRecord(
                isCommitted ? Kind.HEURISTIC_COMMIT : Kind.HEURISTIC_ROLLBACK,
                entry.id(),
                entry.fingerprint(),
                entry.messages(),
                entry.summary().encode());
    }

    private DecisionOutcome decided(
            Entry entry,
            Decision decision,
            boolean byHand,
            List<Outgoing> messages,
            JointSettlement.Outcome.Tried tried) {
        AppendResult head = tried.results().get(0);
        if (head instanceof AppendResult.Refused refused) {
            SendOutcome.Refused told = sends.refused(refused);
            return new DecisionOutcome.Refused(told.reason(), told.remedy());
        }
        AppendResult.Stored stored = UnitService.storedOf(head);
        boolean commits = decision == Decision.COMMIT;
        if (byHand) {
            keep(entry, commits, stored);
        } else {
            ledger.window().add(entry.id(), new Place(stored.logOffset(), stored.storedAtMs(), !commits));
            ledger.book().remove(entry.id());
        }
        List<SendOutcome.Stored> sent = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            sent.add(sends.stored(
                    messages.get(i), UnitService.storedOf(tried.results().get(i + 1))));
        }
        if (head instanceof AppendResult.StoredWithDoubt) {
            return refusedToDecide(unconfirmed("decided", "decide it again"));
        }
        return commits ? new DecisionOutcome.Committed(sent, false) : new DecisionOutcome.RolledBack(false);
    }

    private void keep(Entry entry, boolean isCommitted, AppendResult.Stored stored) {
        ledger.book()
                .put(new Entry(
                        entry.id(),
                        isCommitted ? State.HEURISTIC_COMMIT : State.HEURISTIC_ROLLBACK,
                        entry.fingerprint(),
                        entry.messages(),
                        entry.summary(),
                        stored.logOffset(),
                        stored.queueOffset(),
                        stored.storedAtMs(),
                        Long.MAX_VALUE));
    }

    // ---- heuristic outcomes

    /** See {@link UnitsOfWork#forget}. */
    public CompletionStage<Boolean> forget(String id) {
        String key = UnitService.UNIT_PREFIX + id;
        return write(key, entry -> UnitRecord.of(Kind.FORGOTTEN, key, entry.fingerprint(), 0), (entry, result) -> {
            if (!(result instanceof AppendResult.Stored)) {
                throw failureOf(result);
            }
            ledger.book().remove(key);
        });
    }

    private RefusedException failureOf(AppendResult result) {
        if (result instanceof AppendResult.Refused refused) {
            SendOutcome.Refused told = sends.refused(refused);
            return new RefusedException(told.reason(), told.remedy());
        }
        return unconfirmed("forgotten", "forget it again");
    }

    /**
     * Appends a record about a heuristic outcome.
     *
     * @param taken takes in what became of the record, before anything else is done about the id
     * @return whether there is such an outcome
     */
    private CompletionStage<Boolean> write(
            String key, Function<Entry, UnitRecord> record, BiConsumer<Entry, AppendResult> taken) {
        Underway mine = new Underway.Keeping();
        if (ledger.underway().putIfAbsent(key, mine) != null) {
            return CompletableFuture.failedFuture(busy(key));
        }
        // Not before: somebody else may have been about to forget it.
        Optional<Entry> known = ledger.book().find(key);
        CompletionStage<Boolean> written;
        if (known.isEmpty()) {
            written = CompletableFuture.completedFuture(false);
        } else if (known.get().isPrepared()) {
            written = CompletableFuture.failedFuture(new RefusedException(
                    Refusal.ILLEGAL_ARGUMENT, "'%s' is prepared and not decided; decide it first".formatted(key)));
        } else {
            written = store.appendFreeing(List.of(record.apply(known.get()).encode()))
                    .thenApply(results -> {
                        taken.accept(known.get(), results.get(0));
                        return true;
                    });
        }
        return written.whenComplete((done, failed) -> ledger.underway().remove(key, mine));
    }

    /** See {@link UnitsOfWork#prepared}. */
    public PreparedPage page(String after, int limit) {
        if (limit < 1 || limit > UnitsOfWork.PAGE_MAX) {
            throw new RefusedException(
                    Refusal.ILLEGAL_ARGUMENT,
                    "a limit of %d is out of range; expected 1 to %d".formatted(limit, UnitsOfWork.PAGE_MAX));
        }
        List<Entry> found = ledger.book().behind(UnitService.UNIT_PREFIX + after, limit + 1);
        List<PreparedUnit> units = found.stream().limit(limit).map(this::told).toList();
        return new PreparedPage(units, found.size() > limit);
    }

    private PreparedUnit told(Entry entry) {
        return new PreparedUnit(
                entry.id().substring(UnitService.UNIT_PREFIX.length()),
                brokerName,
                entry.state(),
                entry.summary().sinceMs(),
                entry.messages(),
                entry.summary().settlements(),
                entry.summary().bytes());
    }

    /** Whether anything is prepared, or on its way to be, or was decided heuristically and is not forgotten. */
    public boolean isAnyKept() {
        return !ledger.book().isEmpty() || !ledger.underway().isEmpty();
    }

    // ---- as time passes

    /**
     * Rolls back what has been prepared too long, writes heuristic outcomes again before the log may forget them, and notes where
     * the next run of the broker begins to read. Called now and then, by one thread at a time.
     *
     * @param rewriteAfter age of a heuristic outcome's record; shorter than the log is kept
     */
    public void lookAfter(Duration rewriteAfter) {
        long now = clock.millis();
        List<Entry> tooOld =
                ledger.book().preparedBefore(now - rules.preparedAge().toMillis(), lookedTo, SLICE_MAX);
        // Some that cannot be rolled back do not keep it from the others.
        lookedTo = tooOld.size() < SLICE_MAX ? "" : tooOld.get(SLICE_MAX - 1).id();
        for (Entry entry : tooOld) {
            decide(entry.id().substring(UnitService.UNIT_PREFIX.length()), Decision.ROLLBACK, true)
                    .thenAccept(outcome -> tellRolledBack(entry, outcome));
        }
        for (Entry entry : ledger.book().heuristicStoredBefore(now - rewriteAfter.toMillis(), SLICE_MAX)) {
            write(entry.id(), PreparedService::again, (known, result) -> {
                if (!(result instanceof AppendResult.Refused)) {
                    keep(known, known.state() == State.HEURISTIC_COMMIT, UnitService.storedOf(result));
                }
            });
        }
        ledger.saveProgress();
    }

    private static UnitRecord again(Entry entry) {
        return heuristic(entry, entry.state() == State.HEURISTIC_COMMIT);
    }

    private void tellRolledBack(Entry entry, DecisionOutcome outcome) {
        if (outcome instanceof DecisionOutcome.RolledBack) {
            log.warn(
                    "a unit of work was rolled back, nobody decided it within {} s (preparedUnitMaxSeconds): id={} messages={} settlements={}",
                    rules.preparedAge().toSeconds(),
                    entry.id(),
                    entry.messages(),
                    entry.summary().settlements());
        } else {
            log.warn("a unit of work that is too old could not be rolled back: id={} {}", entry.id(), outcome);
        }
    }

    // ---- on the lane

    private <T> void onLane(CompletableFuture<T> result, Function<RefusedException, T> refused, Runnable task) {
        try {
            lane.execute(() -> {
                try {
                    task.run();
                } catch (RuntimeException failed) {
                    result.complete(refused.apply(refusalOf(failed)));
                }
            });
        } catch (RejectedExecutionException full) {
            result.complete(
                    refused.apply(new RefusedException(Refusal.OVERLOADED, full.getMessage() + "; try again later")));
        }
    }

    private static RefusedException refusalOf(Throwable failed) {
        Throwable cause = failed instanceof CompletionException wrapped ? wrapped.getCause() : failed;
        if (cause instanceof RefusedException refused) {
            return refused;
        }
        log.error("a unit of work in two phases failed", cause);
        return new RefusedException(
                Refusal.UNAVAILABLE, "the unit of work failed inside the broker, see its log: " + cause.getMessage());
    }
}
