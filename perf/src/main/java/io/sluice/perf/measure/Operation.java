package io.sluice.perf.measure;

import java.util.concurrent.CompletionStage;

/** One step of a load: send, fetch, echo. */
@FunctionalInterface
public interface Operation {

    /**
     * Starts the step.
     *
     * @param number counts from 0 over the whole load
     * @return completes with the number of messages that the step moved; a failed stage counts as an error
     */
    CompletionStage<Integer> start(long number) throws Exception;
}
