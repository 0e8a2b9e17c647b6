package io.sluice.perf.measure;

/**
 * Told how a load goes, on the thread that runs it unless said otherwise. Between {@link #measuring} and {@link #measured}
 * messages count.
 */
public interface LoadWatch {
    LoadWatch SILENT = new LoadWatch() {};

    /** A second of the warm-up is over; {@code number} counts from 1. */
    default void warmingUp(int number, long messages) {}

    /** The warm-up is over. */
    default void measuring() {}

    /** A measured second is over; {@code number} counts from 1. */
    default void second(int number, long messages) {}

    /** The first step of the load that failed, warm-up included; on any thread. */
    default void failed(Throwable failure) {}

    /** The measured time is over; steps may still be open. */
    default void measured() {}
}
