package io.sluice.port.contract;

import io.sluice.model.Message;
import io.sluice.model.PropertyNames;
import io.sluice.port.LeaseReader.Receipt;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.Placement;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.SendOutcome;
import io.sluice.port.UnitOfWork;
import io.sluice.port.UnitOutcome;
import io.sluice.port.UnitsOfWork;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/** Units of work of a broker on the heap: everything is looked at first, then everything is done, under one lock. */
final class MemoryUnits implements UnitsOfWork {
    private final Steps steps;
    private final Map<String, Done> done = new HashMap<>();
    private final Queue<MemoryBroker.UnitTrouble> troubles = new ConcurrentLinkedQueue<>();

    /** What a unit is made of. */
    interface Steps {
        /** While nobody else sees or changes anything. */
        <T> T together(Supplier<T> work);

        /** {@code null} when the message may be stored. */
        SendOutcome.Refused refusalOf(Message message, Placement placement);

        SendOutcome store(Message message, Placement placement);

        boolean isHeld(Receipt receipt);

        void settle(Settlement settlement);
    }

    private record Done(int bodies, UnitOutcome.Committed committed) {}

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
        UnitOutcome outcome = steps.together(() -> commit("unit:" + unit.id(), unit));
        return trouble == MemoryBroker.UnitTrouble.ANSWER_LOST
                ? CompletableFuture.failedFuture(new RefusedException(Refusal.UNAVAILABLE, "the answer is lost"))
                : CompletableFuture.completedFuture(outcome);
    }

    void meet(MemoryBroker.UnitTrouble trouble) {
        troubles.add(trouble);
    }

    private UnitOutcome commit(String id, UnitOfWork unit) {
        int bodies = unit.sends().stream()
                .mapToInt(send -> Arrays.hashCode(send.message().body()))
                .sum();
        Done before = done.get(id);
        if (before != null) {
            return before.bodies == bodies
                    ? new UnitOutcome.Committed(before.committed.sent(), true)
                    : new UnitOutcome.Refused(Refusal.ILLEGAL_ARGUMENT, id + " was used for something else");
        }
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
        List<SendOutcome.Stored> sent = new ArrayList<>();
        unit.sends().forEach(send -> sent.add((SendOutcome.Stored) steps.store(send.message(), send.placement())));
        unit.settlements().forEach(steps::settle);
        UnitOutcome.Committed committed = new UnitOutcome.Committed(sent, false);
        if (!id.endsWith(":")) {
            done.put(id, new Done(bodies, committed));
        }
        return committed;
    }

    SendOutcome sendOnce(Message message, Placement placement) {
        String key = message.properties().get(PropertyNames.IDEMPOTENCY_KEY);
        try {
            UnitOfWork.checkId(key);
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
