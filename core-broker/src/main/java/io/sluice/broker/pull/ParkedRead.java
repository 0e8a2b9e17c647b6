package io.sluice.broker.pull;

import java.util.Optional;
import java.util.concurrent.Executor;

/** A read that found nothing and waits. Its steps are called by one thread at a time. */
abstract class ParkedRead {
    /** The place last taken in the parking lot, in the order of coming. Guarded by the lot. */
    long place;

    abstract String topic();

    abstract int queueId();

    /** When it must answer, on the clock of the parking lot. */
    abstract long deadlineNanos();

    /** Where it is retried when its queue has grown; empty: on the thread of the lot. May reject, and never runs at once. */
    abstract Optional<Executor> home();

    /** Whether there is now something that was not there when it last read. */
    abstract boolean hasGrown();

    /** Its queue has grown: read again. Answers whether the read is over; if not, it is parked again. */
    abstract boolean retry();

    /** Its time is over: read a last time and answer. */
    abstract void expire();

    /** There is no place for it, or the lot closes: answer with a failure. */
    abstract void turnAway();
}
