package io.sluice.broker.timer;

import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.store.MessageStore;
import io.sluice.store.log.AppendResult;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;

/**
 * Recalls whose facts are on their way into the log: who asked is answered when the fact has the durability of the store.
 * Confined to the timer thread; as many at a time as questions may wait.
 */
final class Recalls {
    private final MessageStore store;
    private final Runnable wake;
    private final List<Recall> underWay = new ArrayList<>();

    private record Recall(CompletableFuture<AppendResult> stored, CompletableFuture<Boolean> answer) {}

    /** @param wake ends the sleep of the timer thread */
    Recalls(MessageStore store, Runnable wake) {
        this.store = store;
        this.wake = wake;
    }

    /** Writes that messages were called back; answers whether it is in the log, so that they do not wait any more. */
    boolean begin(TimerFacts facts, CompletableFuture<Boolean> answer) {
        CompletableFuture<AppendResult> stored =
                store.append(TimerRecords.facts(facts, true)).toCompletableFuture();
        underWay.add(new Recall(stored, answer));
        if (stored.isDone() && stored.join() instanceof AppendResult.Refused) {
            return false;
        }
        stored.whenComplete((result, failed) -> wake.run());
        return true;
    }

    boolean isEmpty() {
        return underWay.isEmpty();
    }

    /**
     * Answers those whose fact has arrived; how many.
     *
     * @param factNext told the offset behind each fact that is in the log
     */
    int land(LongConsumer factNext) {
        int landed = 0;
        for (int i = underWay.size() - 1; i >= 0; i--) {
            Recall recall = underWay.get(i);
            if (recall.stored.isDone()) {
                underWay.remove(i);
                land(recall, factNext);
                landed++;
            }
        }
        return landed;
    }

    private static void land(Recall recall, LongConsumer factNext) {
        recall.stored
                .join()
                .fold(
                        stored -> {
                            factNext.accept(stored.queueOffset() + 1);
                            return recall.answer.complete(true);
                        },
                        doubt -> {
                            factNext.accept(doubt.stored().queueOffset() + 1);
                            return recall.answer.completeExceptionally(new RefusedException(
                                    Refusal.UNAVAILABLE,
                                    "the recall is in the log, but the disk did not confirm it in time; recall again"));
                        },
                        refused -> recall.answer.completeExceptionally(new RefusedException(
                                Refusal.UNAVAILABLE, "the recall was not stored: " + refused.sentence())));
    }

    /** The broker stops: nobody is told any more what became of a recall. */
    void abandon() {
        underWay.forEach(recall -> recall.answer.completeExceptionally(TimerQuestions.stopping()));
        underWay.clear();
    }
}
