package io.sluice.broker;

import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Questions asked through one port that wait for their answers; they fail when the port is closed. Any thread. */
final class OpenQuestions {
    private final Set<CompletableFuture<?>> waiting = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** Asks, unless the port is closed. A question that is answered at once costs nothing more. */
    <T> CompletionStage<T> ask(Supplier<CompletionStage<T>> question) {
        if (closed) {
            return CompletableFuture.failedFuture(over());
        }
        CompletionStage<T> stage = question.get();
        CompletableFuture<T> answer = stage.toCompletableFuture();
        if (answer.isDone()) {
            return stage;
        }
        waiting.add(answer);
        answer.whenComplete((value, failure) -> waiting.remove(answer));
        if (closed) {
            answer.completeExceptionally(over());
        }
        return answer;
    }

    private static RefusedException over() {
        return new RefusedException(Refusal.UNAVAILABLE, "this port to the broker is closed; open another one");
    }

    void close() {
        closed = true;
        List.copyOf(waiting).forEach(answer -> answer.completeExceptionally(over()));
    }
}
