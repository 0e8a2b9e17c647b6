package io.sluice.runtime;

/** Work owned by exactly one thread. State inside a duty needs no lock because nobody else touches it. */
public interface Duty {

    /** One bounded slice of work; 0 means there was nothing to do. An exception is logged and counted; the duty goes on. */
    int work() throws Exception;

    /**
     * How long the thread may sleep after a slice that found nothing, in nanoseconds; {@link DutyThread#wake} ends the
     * sleep early.
     */
    default long idleNanos() {
        return 1_000_000L;
    }

    /** Names the thread and the log lines: {@code log-flusher}, {@code parking-lot}... */
    String role();
}
