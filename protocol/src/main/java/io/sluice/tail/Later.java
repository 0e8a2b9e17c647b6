package io.sluice.tail;

import java.time.Duration;

/** Runs a short step after a while, on a thread of the implementation's choice. Steps never block. */
@FunctionalInterface
public interface Later {

    /** Runs the step once, not earlier than the delay says; never when the implementation has been closed. */
    void run(Duration delay, Runnable step);
}
