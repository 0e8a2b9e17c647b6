package io.sluice.port.contract;

import io.sluice.model.Message;
import io.sluice.model.PropertyNames;
import io.sluice.port.DecisionOutcome;
import io.sluice.port.LeaseReader.Receipt;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.Placement;
import io.sluice.port.PrepareOutcome;
import io.sluice.port.PreparedPage;
import io.sluice.port.PreparedUnit;
import io.sluice.port.PreparedUnit.State;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.SendOutcome;
import io.sluice.port.UnitOfWork;
import io.sluice.port.UnitOutcome;
import io.sluice.port.UnitsOfWork;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/** Units of work of a broker on the heap: everything is looked at first, then everything is done, under one lock. */
final class MemoryUnits implements UnitsOfWork {
    private final Steps steps;
    private final Map<String, Done> done = new HashMap<>();
    private final TreeMap<String, Prepared> prepared = new TreeMap<>();
    private final Set<String> rolledBack = new HashSet<>();
    private final Queue<MemoryBroker.UnitTrouble> troubles = new ConcurrentLinkedQueue<>();

    /** What a unit is made of. */
    interface Steps {
        /** While nobody else sees or changes anything. */
        <T> T together(Supplier<T> work);

        /** {@code null} when the message may be stored. */
        SendOutcome.Refused refusalOf(Message message, Placement placement);

        SendOutcome store(Message message, Placement placement);

        boolean isHeld(Receipt receipt);

        /** From now on no time ends the lease, and only a unit settles it. */
        void keep(Receipt receipt);

        void settle(Settlement settlement);
    }

    private record Done(int bodies, UnitOutcome.Committed committed) {}

    /** @param decided by hand; {@code null} while it is prepared */
    private record Prepared(int bodies, UnitOfWork unit, long sinceMs, Decision decided) {
        PreparedUnit told() {
            State state = decided == null
                    ? State.PREPARED
                    : decided == Decision.COMMIT ? State.HEURISTIC_COMMIT : State.HEURISTIC_ROLLBACK;
            long bytes = unit.sends().stream()
                    .mapToLong(send -> send.message().body().length)
                    .sum();
            return new PreparedUnit(
                    unit.id(),
                    MemoryBroker.NAME,
                    state,
                    sinceMs,
                    unit.sends().size(),
                    unit.settlements().size(),
                    bytes);
        }
    }

    MemoryUnits(Steps steps) {
        this.steps = steps;
    }

    @Override
    public CompletionStage<UnitOutcome> commit(UnitOfWork unit) {
        if (unit.sends().stream().anyMatch(send -> send.message().properties().has(PropertyNames.IDEMPOTENCY_KEY))) {
            return CompletableFuture.completedFuture(
                    new UnitOutcome.Refused(Refusal.ILLEGAL_ARGUMENT, "a message with a key is sent alone"));
        }
        MemoryBroker.UnitTrouble trouble = troubles.poll();
        if (trouble == MemoryBroker.UnitTrouble.OVERLOADED) {
            return CompletableFuture.completedFuture(new UnitOutcome.Refused(Refusal.OVERLOADED, "not even looked at"));
        }
        if (trouble == MemoryBroker.UnitTrouble.AWAY) {
            return lost();
        }
        UnitOutcome outcome = steps.together(() -> prepared.containsKey(unit.id()) || rolledBack.contains(unit.id())
                ? new UnitOutcome.Refused(Refusal.ILLEGAL_ARGUMENT, unit.id() + " is committed in two phases")
                : commit("unit:" + unit.id(), unit));
        return trouble == MemoryBroker.UnitTrouble.ANSWER_LOST ? lost() : CompletableFuture.completedFuture(outcome);
    }

    void meet(MemoryBroker.UnitTrouble trouble) {
        troubles.add(trouble);
    }

    private static int bodiesOf(UnitOfWork unit) {
        return unit.sends().stream()
                .mapToInt(send -> Arrays.hashCode(send.message().body()))
                .sum();
    }

    private UnitOutcome commit(String id, UnitOfWork unit) {
        int bodies = bodiesOf(unit);
        Done before = done.get(id);
        if (before != null) {
            return before.bodies == bodies
                    ? new UnitOutcome.Committed(before.committed.sent(), true)
                    : new UnitOutcome.Refused(Refusal.ILLEGAL_ARGUMENT, id + " was used for something else");
        }
        UnitOutcome trouble = troubleOf(unit);
        if (trouble != null) {
            return trouble;
        }
        UnitOutcome.Committed committed = carryOut(unit);
        if (!id.endsWith(":")) {
            done.put(id, new Done(bodies, committed));
        }
        return committed;
    }

    private UnitOutcome.Committed carryOut(UnitOfWork unit) {
        List<SendOutcome.Stored> sent = new ArrayList<>();
        unit.sends().forEach(send -> sent.add((SendOutcome.Stored) steps.store(send.message(), send.placement())));
        unit.settlements().forEach(steps::settle);
        return new UnitOutcome.Committed(sent, false);
    }

    /** Why the unit cannot be; {@code null} when it can. */
    private UnitOutcome troubleOf(UnitOfWork unit) {
        for (Settlement settlement : unit.settlements()) {
            if (settlement instanceof Settlement.Extend
                    || !settlement.receipt().handle().startsWith("r")) {
                return new UnitOutcome.Refused(Refusal.ILLEGAL_ARGUMENT, "not a settlement of a unit");
            }
        }
        List<Receipt> over = unit.settlements().stream()
                .map(Settlement::receipt)
                .filter(receipt -> !steps.isHeld(receipt))
                .toList();
        if (!over.isEmpty()) {
            return new UnitOutcome.LeasesOver(over);
        }
        for (UnitOfWork.Send send : unit.sends()) {
            SendOutcome.Refused refused = steps.refusalOf(send.message(), send.placement());
            if (refused != null) {
                return new UnitOutcome.Refused(refused.reason(), refused.remedy());
            }
        }
        return null;
    }

    // ---- in two phases

    @Override
    public CompletionStage<PrepareOutcome> prepare(UnitOfWork unit) {
        MemoryBroker.UnitTrouble trouble = troubles.poll();
        if (trouble == MemoryBroker.UnitTrouble.OVERLOADED) {
            return CompletableFuture.completedFuture(
                    new PrepareOutcome.Refused(Refusal.OVERLOADED, "not even looked at"));
        }
        if (trouble == MemoryBroker.UnitTrouble.AWAY) {
            return lost();
        }
        PrepareOutcome outcome = steps.together(() -> prepareNow(unit));
        return trouble == MemoryBroker.UnitTrouble.ANSWER_LOST ? lost() : CompletableFuture.completedFuture(outcome);
    }

    private static <T> CompletionStage<T> lost() {
        return CompletableFuture.failedFuture(new RefusedException(Refusal.UNAVAILABLE, "the answer is lost"));
    }

    private PrepareOutcome prepareNow(UnitOfWork unit) {
        Prepared before = prepared.get(unit.id());
        if (before != null && before.decided == null && before.bodies == bodiesOf(unit)) {
            return new PrepareOutcome.Prepared(true);
        }
        boolean isTaken = before != null || done.containsKey("unit:" + unit.id()) || rolledBack.contains(unit.id());
        boolean hasKeys = unit.sends().stream()
                .anyMatch(send -> send.message().properties().has(PropertyNames.IDEMPOTENCY_KEY));
        if (isTaken || hasKeys || unit.id().isEmpty()) {
            return new PrepareOutcome.Refused(Refusal.ILLEGAL_ARGUMENT, "'%s' cannot be prepared".formatted(unit.id()));
        }
        UnitOutcome trouble = troubleOf(unit);
        if (trouble instanceof UnitOutcome.LeasesOver over) {
            return new PrepareOutcome.LeasesOver(over.over());
        }
        if (trouble instanceof UnitOutcome.Refused refused) {
            return new PrepareOutcome.Refused(refused.reason(), refused.remedy());
        }
        unit.settlements().forEach(settlement -> steps.keep(settlement.receipt()));
        prepared.put(unit.id(), new Prepared(bodiesOf(unit), unit, System.currentTimeMillis(), null));
        return new PrepareOutcome.Prepared(false);
    }

    @Override
    public CompletionStage<DecisionOutcome> decide(String id, Decision decision) {
        MemoryBroker.UnitTrouble trouble = troubles.poll();
        if (trouble == MemoryBroker.UnitTrouble.OVERLOADED) {
            return CompletableFuture.completedFuture(
                    new DecisionOutcome.Refused(Refusal.OVERLOADED, "not even looked at"));
        }
        if (trouble == MemoryBroker.UnitTrouble.AWAY) {
            return lost();
        }
        DecisionOutcome outcome = steps.together(() -> decideNow(id, decision, false));
        return trouble == MemoryBroker.UnitTrouble.ANSWER_LOST ? lost() : CompletableFuture.completedFuture(outcome);
    }

    @Override
    public CompletionStage<DecisionOutcome> decideByHand(String id, Decision decision) {
        return CompletableFuture.completedFuture(steps.together(() -> decideNow(id, decision, true)));
    }

    private DecisionOutcome decideNow(String id, Decision decision, boolean byHand) {
        Prepared found = prepared.get(id);
        if (found == null) {
            return remembered(id, decision);
        }
        if (found.decided != null) {
            return new DecisionOutcome.Heuristic(found.decided);
        }
        prepared.remove(id);
        if (byHand) {
            prepared.put(id, new Prepared(found.bodies, found.unit, found.sinceMs, decision));
        }
        if (decision == Decision.COMMIT) {
            UnitOutcome.Committed committed = carryOut(found.unit);
            if (!byHand) {
                done.put("unit:" + id, new Done(found.bodies, committed));
            }
            return new DecisionOutcome.Committed(committed.sent(), false);
        }
        if (!byHand) {
            rolledBack.add(id);
        }
        found.unit
                .settlements()
                .forEach(settlement -> steps.settle(new Settlement.Release(settlement.receipt(), Duration.ZERO)));
        return new DecisionOutcome.RolledBack(false);
    }

    private DecisionOutcome remembered(String id, Decision decision) {
        Done before = done.get("unit:" + id);
        boolean isRolledBack = rolledBack.contains(id);
        if (before == null && !isRolledBack) {
            return new DecisionOutcome.Unknown();
        }
        if (isRolledBack != (decision == Decision.ROLLBACK)) {
            return new DecisionOutcome.Refused(Refusal.ILLEGAL_ARGUMENT, id + " was decided otherwise before");
        }
        return isRolledBack
                ? new DecisionOutcome.RolledBack(true)
                : new DecisionOutcome.Committed(before.committed.sent(), true);
    }

    @Override
    public CompletionStage<Boolean> forget(String id) {
        if (troubles.poll() != null) {
            return lost();
        }
        return steps.together(() -> {
            Prepared found = prepared.get(id);
            if (found != null && found.decided == null) {
                return CompletableFuture.failedFuture(
                        new RefusedException(Refusal.ILLEGAL_ARGUMENT, id + " is prepared; decide it first"));
            }
            return CompletableFuture.completedFuture(prepared.remove(id) != null);
        });
    }

    @Override
    public CompletionStage<PreparedPage> prepared(String after, int limit) {
        if (limit < 1 || limit > PAGE_MAX) {
            return CompletableFuture.failedFuture(
                    new RefusedException(Refusal.ILLEGAL_ARGUMENT, "limit %d".formatted(limit)));
        }
        return steps.together(() -> {
            List<PreparedUnit> behind = prepared.tailMap(after, false).values().stream()
                    .map(Prepared::told)
                    .toList();
            List<PreparedUnit> page = behind.stream().limit(limit).toList();
            return CompletableFuture.completedFuture(new PreparedPage(page, behind.size() > limit));
        });
    }

    SendOutcome sendOnce(Message message, Placement placement) {
        String key = message.properties().get(PropertyNames.IDEMPOTENCY_KEY);
        try {
            UnitOfWork.checkKey(key);
        } catch (IllegalArgumentException illegal) {
            return new SendOutcome.Refused(Refusal.ILLEGAL_ARGUMENT, illegal.getMessage());
        }
        UnitOfWork unit = new UnitOfWork("", List.of(new UnitOfWork.Send(message, placement)), List.of());
        UnitOutcome outcome = steps.together(() -> commit(message.topic() + "/" + key, unit));
        return outcome.fold(
                committed -> committed.sent().get(0),
                doubt -> doubt.committed().sent().get(0),
                over -> new SendOutcome.Refused(Refusal.UNAVAILABLE, "no lease was settled"),
                refused -> new SendOutcome.Refused(refused.reason(), refused.remedy()));
    }
}
