package io.sluice.client.remote;

import io.sluice.client.link.ClusterLink;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.wire.body.Body;
import io.sluice.wire.body.UnitAnswerBody;
import io.sluice.wire.frame.Frame;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Asks brokers about units of work. */
record UnitAsking(ClusterLink link) {
    private static final int TRIES_MAX = 3;
    private static final Duration PAUSE = Duration.ofMillis(100);

    /** An answer that is lost is asked for again after a pause that grows: the broker knows what it has done. */
    CompletionStage<UnitAnswerBody> again(String what, String address, Frame request) {
        CompletableFuture<UnitAnswerBody> answered = new CompletableFuture<>();
        ask(what, address, request, TRIES_MAX, PAUSE, answered);
        return answered;
    }

    /** For what must not be done twice. */
    CompletionStage<UnitAnswerBody> once(String what, String address, Frame request) {
        CompletableFuture<UnitAnswerBody> answered = new CompletableFuture<>();
        ask(what, address, request, 1, PAUSE, answered);
        return answered;
    }

    private void ask(
            String what,
            String address,
            Frame request,
            int tries,
            Duration pause,
            CompletableFuture<UnitAnswerBody> answered) {
        link.ask(what, address, request, link.config().requestTimeout())
                .thenApply(answer -> Body.of(UnitAnswerBody.class, answer))
                .whenComplete((answer, failure) -> {
                    Throwable cause = failure == null ? null : ClusterLink.causeOf(failure);
                    boolean isLost =
                            cause instanceof RefusedException refused && refused.reason() == Refusal.UNAVAILABLE;
                    if (isLost && tries > 1) {
                        link.clock()
                                .after(
                                        pause,
                                        () -> ask(what, address, request, tries - 1, pause.multipliedBy(2), answered),
                                        () -> answered.completeExceptionally(cause));
                    } else if (cause == null) {
                        answered.complete(answer);
                    } else {
                        // A try before this one may hold: then a refusal of this one is not the answer.
                        boolean isFirst = pause.equals(PAUSE);
                        answered.completeExceptionally(
                                isLost || isFirst
                                        ? cause
                                        : new RefusedException(
                                                Refusal.UNAVAILABLE,
                                                "an answer was lost, and asked again the broker said: "
                                                        + cause.getMessage()));
                    }
                });
    }
}
