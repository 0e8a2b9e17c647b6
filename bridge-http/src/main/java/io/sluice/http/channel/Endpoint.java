package io.sluice.http.channel;

import java.util.concurrent.CompletionStage;

/** Answers the calls of one route. */
@FunctionalInterface
public interface Endpoint {

    /**
     * Called on a worker thread; never blocks, waiting is in the stage. A thrown or failing {@link ProblemException},
     * {@code RefusedException} or {@code IllegalNameException} becomes its problem, anything else an incident.
     */
    CompletionStage<? extends Answer> answer(Call call);
}
