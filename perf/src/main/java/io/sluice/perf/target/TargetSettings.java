package io.sluice.perf.target;

import java.nio.file.Path;

/**
 * What all targets share.
 *
 * @param root      source tree, with the built peers
 * @param home      Sluice's distribution
 * @param java      the program
 * @param directory for data and logs of one target; deleted with it
 * @param heapMb    of the broker, minimum and maximum, or {@link #HEAP_OF_LAUNCHER}
 * @param syncFlush whether an acknowledged message is on disk; if not, the log is flushed every half second
 */
public record TargetSettings(Path root, Path home, Path java, Path directory, int heapMb, boolean syncFlush) {
    /** Leaves the heap as Sluice's launcher sets it. */
    public static final int HEAP_OF_LAUNCHER = 0;

    /** Longest time between two flushes when sends do not wait for them. */
    static final int FLUSH_MS = 500;

    /** Queues or partitions of the topics that loads create. */
    static final int QUEUES = 4;
}
