package io.sluice.broker.unit;

import io.sluice.broker.lease.JointSettlement;
import io.sluice.broker.lease.LeaseService;
import io.sluice.broker.send.NewMessage;
import io.sluice.broker.send.Outgoing;
import io.sluice.broker.send.SendService;
import io.sluice.broker.send.Sent;
import io.sluice.broker.unit.UnitRecord.Kind;
import io.sluice.broker.unit.UnitWindow.Place;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.SendOutcome;
import io.sluice.port.UnitOfWork;
import io.sluice.port.UnitOutcome;
import io.sluice.port.UnitOutcome.Committed;
import io.sluice.port.UnitOutcome.CommittedWithDoubt;
import io.sluice.store.MessageStore;
import io.sluice.store.log.AppendResult;
import io.sluice.wire.message.NewRecord;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits units of work. A commit is one bundle of the log: a {@link UnitRecord}, the messages, and what was settled; so it holds
 * as a whole or not at all, whenever the process is killed or the power fails, and there is nothing to redo. Ids that were
 * committed are remembered in a window; a repeat is answered from the log.
 *
 * <p>Safe for many threads. Works on the thread that asks; what may wait for the disk is handed to the lane. Without settlements
 * and without waiting for the disk the answer is there at once, else it comes on the thread of the log-flusher or of the
 * lease-journal.
 */
public final class UnitService implements SendService.Once {
    private static final Logger log = LoggerFactory.getLogger(UnitService.class);
    /** No topic has this in its name, so a unit is never taken for a message. */
    static final String UNIT_PREFIX = "unit:";

    private static final char KEY_MARK = '/';

    private final String brokerName;
    private final MessageStore store;
    private final SendService sends;
    private final LeaseService leases;
    private final Executor lane;
    private final InstantSource clock;
    private final UnitLedger ledger;
    private final PreparedService prepared;

    private UnitService(
            String brokerName,
            MessageStore store,
            SendService sends,
            LeaseService leases,
            Executor lane,
            InstantSource clock,
            UnitLedger ledger,
            PreparedService prepared) {
        this.brokerName = brokerName;
        this.store = store;
        this.sends = sends;
        this.leases = leases;
        this.lane = lane;
        this.clock = clock;
        this.ledger = ledger;
        this.prepared = prepared;
    }

    /**
     * Reads back the ids that are remembered still and what is prepared, and holds what that settles. The log is kept for it from
     * now on.
     *
     * @param brokerName as queues carry it
     * @param lane       for what may wait for the disk
     */
    public static UnitService open(
            UnitRules rules,
            String brokerName,
            MessageStore store,
            SendService sends,
            LeaseService leases,
            Executor lane,
            InstantSource clock) {
        UnitLedger ledger = UnitLedger.open(rules, store, clock);
        store.keepFrom(ledger.book()::oldestNeeded);
        PreparedService prepared = new PreparedService(rules, brokerName, store, sends, leases, lane, clock, ledger);
        prepared.holdAgain();
        return new UnitService(brokerName, store, sends, leases, lane, clock, ledger, prepared);
    }

    /** Units in two phases. */
    public PreparedService prepared() {
        return prepared;
    }

    // ---- what is asked

    /** @param messages of the unit, in its order */
    public CompletionStage<UnitOutcome> commit(UnitOfWork unit, List<NewMessage> messages) {
        String id = unit.id().isEmpty() ? "" : UNIT_PREFIX + unit.id();
        return once(UnitWork.of(id, messages, unit.settlements())).thenApply(UnitResult::outcome);
    }

    @Override
    public CompletionStage<Sent> send(String key, NewMessage message) {
        try {
            UnitOfWork.checkKey(key);
        } catch (IllegalArgumentException illegal) {
            return CompletableFuture.completedFuture(
                    new Sent(new SendOutcome.Refused(Refusal.ILLEGAL_ARGUMENT, illegal.getMessage()), ""));
        }
        List<NewMessage> messages = List.of(message);
        String id = message.topic() + KEY_MARK + key;
        return once(UnitWork.of(id, messages, List.of())).thenApply(UnitService::sent);
    }

    private static Sent sent(UnitResult result) {
        return result.outcome()
                .fold(
                        committed -> new Sent(
                                committed.sent().get(0), result.uniqueKeys().get(0)),
                        doubt -> new Sent(
                                new SendOutcome.StoredWithDoubt(
                                        doubt.committed().sent().get(0), doubt.doubt()),
                                result.uniqueKeys().get(0)),
                        over -> new Sent(
                                new SendOutcome.Refused(Refusal.UNAVAILABLE, "a send without leases found some over"),
                                ""),
                        refused -> new Sent(new SendOutcome.Refused(refused.reason(), refused.remedy()), ""));
    }

    // ---- once

    private CompletionStage<UnitResult> once(UnitWork work) {
        long bytes = work.bytes();
        try {
            ledger.traffic().enter(bytes);
        } catch (RefusedException full) {
            return CompletableFuture.completedFuture(UnitResult.refused(full.reason(), full.getMessage()));
        }
        CompletionStage<UnitResult> answer = work.id().isEmpty() ? runNow(work) : onceById(work);
        return answer.whenComplete((done, failed) -> ledger.traffic().leave(bytes));
    }

    private CompletionStage<UnitResult> runNow(UnitWork work) {
        CompletableFuture<UnitResult> result = new CompletableFuture<>();
        run(work, result);
        return result;
    }

    private CompletionStage<UnitResult> onceById(UnitWork work) {
        CompletableFuture<UnitResult> result = new CompletableFuture<>();
        // Whoever is answered finds the id free for the next step.
        CompletableFuture<UnitResult> answer =
                result.whenComplete((done, failed) -> ledger.underway().remove(work.id()));
        Underway first = ledger.underway().putIfAbsent(work.id(), new Underway.Committing(work.fingerprint(), answer));
        if (first != null) {
            return waitFor(first, work);
        }
        Optional<Place> known = ledger.window().find(work.id(), clock.millis());
        if (ledger.book().find(work.id()).isPresent()) {
            result.complete(inTwoPhases(work));
        } else if (known.isPresent()) {
            UnitWork kept = work.kept();
            onLane(result, () -> repeat(kept, known.get(), result));
        } else {
            run(work, result);
        }
        return answer;
    }

    private static CompletionStage<UnitResult> waitFor(Underway first, UnitWork work) {
        return first instanceof Underway.Committing same
                ? same.answer()
                        .thenApply(told -> same.fingerprint() == work.fingerprint() ? asRepeat(told) : otherWork(work))
                : CompletableFuture.completedFuture(inTwoPhases(work));
    }

    private static UnitResult inTwoPhases(UnitWork work) {
        return UnitResult.refused(
                Refusal.ILLEGAL_ARGUMENT,
                "'%s' is committed in two phases; decide it, or choose another id".formatted(work.id()));
    }

    private static UnitResult asRepeat(UnitResult first) {
        return first.outcome() instanceof Committed committed
                ? new UnitResult(new Committed(committed.sent(), true), first.uniqueKeys())
                : first;
    }

    private static UnitResult otherWork(UnitWork work) {
        return UnitResult.refused(
                Refusal.ILLEGAL_ARGUMENT,
                "'%s' was used for something else before; choose another id".formatted(work.id()));
    }

    private void onLane(CompletableFuture<UnitResult> result, Runnable task) {
        try {
            lane.execute(() -> {
                try {
                    task.run();
                } catch (RuntimeException failed) {
                    result.complete(failed(failed));
                }
            });
        } catch (RejectedExecutionException full) {
            result.complete(UnitResult.refused(Refusal.OVERLOADED, full.getMessage() + "; try again later"));
        }
    }

    private static UnitResult failed(Throwable failed) {
        Throwable cause = failed instanceof CompletionException wrapped ? wrapped.getCause() : failed;
        if (cause instanceof RefusedException refused) {
            return UnitResult.refused(refused.reason(), refused.getMessage());
        }
        log.error("a unit of work failed", cause);
        return UnitResult.refused(
                Refusal.UNAVAILABLE, "the unit of work failed inside the broker, see its log: " + cause.getMessage());
    }

    /** Answers what the log says of the first time. On the lane. */
    private void repeat(UnitWork work, Place place, CompletableFuture<UnitResult> result) {
        if (place.isRolledBack()) {
            result.complete(UnitResult.refused(
                    Refusal.ILLEGAL_ARGUMENT,
                    "'%s' was prepared and rolled back before; choose another id".formatted(work.id())));
            return;
        }
        if (place.logOffset() >= store.health().confirmedTo()) {
            result.complete(UnitResult.refused(
                    Refusal.UNAVAILABLE, "the first is in the log, but not confirmed by the disk; repeat it later"));
            return;
        }
        StoredUnit first = StoredUnit.read(store, place.logOffset(), brokerName).orElse(null);
        if (first == null && place.logOffset() >= store.logRange().min()) {
            result.complete(UnitResult.refused(
                    Refusal.ILLEGAL_ARGUMENT,
                    "'%s' was committed before, at log offset %d, but the log is damaged there, so that it cannot be told where its messages are; if they are to be sent again, choose another id"
                            .formatted(work.id(), place.logOffset())));
        } else if (first == null) {
            run(work, result);
        } else if (first.unit().fingerprint() != work.fingerprint()) {
            result.complete(otherWork(work));
        } else {
            result.complete(new UnitResult(new Committed(first.sent(), true), first.uniqueKeys()));
        }
    }

    // ---- the commit

    private void run(UnitWork work, CompletableFuture<UnitResult> result) {
        boolean hasLetters = work.settlements().stream().anyMatch(Settlement.Reject.class::isInstance);
        if (hasLetters) {
            UnitWork kept = work.kept();
            onLane(result, () -> commit(kept, result));
        } else {
            commit(work, result);
        }
    }

    private void commit(UnitWork work, CompletableFuture<UnitResult> result) {
        try {
            work.checkSize();
            List<Outgoing> planned = new ArrayList<>();
            List<NewRecord> records = new ArrayList<>();
            records.add(UnitRecord.of(
                            Kind.COMMITTED,
                            work.id(),
                            work.fingerprint(),
                            work.messages().size())
                    .encode());
            for (NewMessage message : work.messages()) {
                Outgoing one = sends.plan(message);
                planned.add(one);
                records.add(one.record());
            }
            append(work, records)
                    .thenCombine(sends.saved(planned), (outcome, saved) -> outcome)
                    .whenComplete((outcome, failed) ->
                            result.complete(failed == null ? ended(work, planned, outcome) : failed(failed)));
        } catch (RuntimeException refused) {
            result.complete(failed(refused));
        }
    }

    private CompletionStage<JointSettlement.Outcome> append(UnitWork work, List<NewRecord> records) {
        return work.settlements().isEmpty()
                ? store.appendBundle(records).thenApply(JointSettlement.Outcome.Tried::new)
                : leases.jointly(work.settlements()).append(records);
    }

    private UnitResult ended(UnitWork work, List<Outgoing> planned, JointSettlement.Outcome outcome) {
        if (outcome instanceof JointSettlement.Outcome.Over over) {
            return new UnitResult(new UnitOutcome.LeasesOver(over.receipts()), List.of());
        }
        List<AppendResult> results = ((JointSettlement.Outcome.Tried) outcome).results();
        if (results.get(0) instanceof AppendResult.Refused refused) {
            SendOutcome.Refused told = sends.refused(refused);
            return UnitResult.refused(told.reason(), told.remedy());
        }
        AppendResult.Stored head = storedOf(results.get(0));
        if (!work.id().isEmpty()) {
            ledger.window().add(work.id(), new Place(head.logOffset(), head.storedAtMs(), false));
        }
        List<SendOutcome.Stored> sent = new ArrayList<>();
        for (int i = 0; i < planned.size(); i++) {
            sent.add(sends.stored(planned.get(i), storedOf(results.get(i + 1))));
        }
        Committed committed = new Committed(sent, false);
        List<String> keys = planned.stream().map(Outgoing::uniqueKey).toList();
        return new UnitResult(
                results.get(0) instanceof AppendResult.StoredWithDoubt
                        ? new CommittedWithDoubt(committed, SendOutcome.Doubt.FLUSH_TIMEOUT)
                        : committed,
                keys);
    }

    static AppendResult.Stored storedOf(AppendResult result) {
        return result.fold(stored -> stored, AppendResult.StoredWithDoubt::stored, refused -> {
            throw new IllegalStateException("a bundle was taken in part: " + refused.sentence());
        });
    }

    /** Byte of the log from which on it is needed; {@link Long#MAX_VALUE} for none. */
    long oldestNeeded() {
        return ledger.book().oldestNeeded();
    }

    /** How many ids are remembered. */
    public int remembered() {
        return ledger.window().size();
    }
}
