package io.sluice.broker.unit;

import io.sluice.broker.send.DoorWriter;
import io.sluice.broker.send.NewMessage;
import io.sluice.model.PropertyNames;
import io.sluice.port.DecisionOutcome;
import io.sluice.port.PrepareOutcome;
import io.sluice.port.PreparedPage;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.UnitOfWork;
import io.sluice.port.UnitOutcome;
import io.sluice.port.UnitsOfWork;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Units of doors in the same process. */
public record DoorUnits(UnitService units, DoorWriter writer) implements UnitsOfWork {
    private static final String ALONE =
            "a message with an idempotency key is not sent together with others; give the unit of work an id instead";

    private static boolean hasKeys(UnitOfWork unit) {
        return unit.sends().stream()
                .anyMatch(send -> send.message().properties().has(PropertyNames.IDEMPOTENCY_KEY));
    }

    @Override
    public CompletionStage<UnitOutcome> commit(UnitOfWork unit) {
        if (hasKeys(unit)) {
            return sendOnce(unit);
        }
        try {
            return units.commit(unit, incoming(unit));
        } catch (RefusedException refused) {
            return CompletableFuture.completedFuture(new UnitOutcome.Refused(refused.reason(), refused.getMessage()));
        }
    }

    private List<NewMessage> incoming(UnitOfWork unit) {
        List<NewMessage> messages = new ArrayList<>();
        for (UnitOfWork.Send send : unit.sends()) {
            messages.add(writer.incoming(send.message(), send.placement()));
        }
        return messages;
    }

    @Override
    public CompletionStage<PrepareOutcome> prepare(UnitOfWork unit) {
        if (hasKeys(unit)) {
            return CompletableFuture.completedFuture(new PrepareOutcome.Refused(Refusal.ILLEGAL_ARGUMENT, ALONE));
        }
        try {
            return units.prepared().prepare(unit, incoming(unit));
        } catch (RefusedException refused) {
            return CompletableFuture.completedFuture(
                    new PrepareOutcome.Refused(refused.reason(), refused.getMessage()));
        }
    }

    @Override
    public CompletionStage<DecisionOutcome> decide(String id, Decision decision) {
        return units.prepared().decide(id, decision, false);
    }

    @Override
    public CompletionStage<DecisionOutcome> decideByHand(String id, Decision decision) {
        return units.prepared().decide(id, decision, true);
    }

    @Override
    public CompletionStage<Boolean> forget(String id) {
        return units.prepared().forget(id);
    }

    @Override
    public CompletionStage<PreparedPage> prepared(String after, int limit) {
        try {
            return CompletableFuture.completedFuture(units.prepared().page(after, limit));
        } catch (RefusedException refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }

    /** A message with an idempotency key is a unit of its own, under an id of its own. */
    private CompletionStage<UnitOutcome> sendOnce(UnitOfWork unit) {
        boolean isAlone = unit.sends().size() == 1
                && unit.settlements().isEmpty()
                && unit.id().isEmpty();
        if (!isAlone) {
            return CompletableFuture.completedFuture(new UnitOutcome.Refused(Refusal.ILLEGAL_ARGUMENT, ALONE));
        }
        UnitOfWork.Send send = unit.sends().get(0);
        return writer.send(send.message(), send.placement())
                .thenApply(outcome -> outcome.fold(
                        stored -> new UnitOutcome.Committed(List.of(stored), false),
                        doubt -> new UnitOutcome.CommittedWithDoubt(
                                new UnitOutcome.Committed(List.of(doubt.stored()), false), doubt.doubt()),
                        refused -> new UnitOutcome.Refused(refused.reason(), refused.remedy())));
    }
}
