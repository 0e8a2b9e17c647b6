package io.sluice.perf.measure;

/** One step of a load: send, fetch, echo. */
@FunctionalInterface
public interface Operation {

    /**
     * Starts the step, which ends when its completion is told. A step that throws has failed.
     *
     * @param number counts from 0 over the whole load
     * @param thread number of the calling load thread, from 0
     */
    void start(long number, int thread, Completion completion) throws Exception;
}
