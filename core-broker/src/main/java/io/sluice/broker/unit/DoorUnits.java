package io.sluice.broker.unit;

import io.sluice.broker.send.DoorWriter;
import io.sluice.broker.send.NewMessage;
import io.sluice.model.PropertyNames;
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
    @Override
    public CompletionStage<UnitOutcome> commit(UnitOfWork unit) {
        boolean hasKeys = unit.sends().stream()
                .anyMatch(send -> send.message().properties().has(PropertyNames.IDEMPOTENCY_KEY));
        if (hasKeys) {
            return sendOnce(unit);
        }
        List<NewMessage> messages = new ArrayList<>();
        try {
            for (UnitOfWork.Send send : unit.sends()) {
                messages.add(writer.incoming(send.message(), send.placement()));
            }
        } catch (RefusedException refused) {
            return CompletableFuture.completedFuture(new UnitOutcome.Refused(refused.reason(), refused.getMessage()));
        }
        return units.commit(unit, messages);
    }

    /** A message with an idempotency key is a unit of its own, under an id of its own. */
    private CompletionStage<UnitOutcome> sendOnce(UnitOfWork unit) {
        boolean isAlone = unit.sends().size() == 1
                && unit.settlements().isEmpty()
                && unit.id().isEmpty();
        if (!isAlone) {
            return CompletableFuture.completedFuture(
                    new UnitOutcome.Refused(
                            Refusal.ILLEGAL_ARGUMENT,
                            "a message with an idempotency key is not sent together with others; give the unit of work an id instead"));
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
