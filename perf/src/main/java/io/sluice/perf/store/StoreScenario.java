package io.sluice.perf.store;

/** What can be measured of the store. */
public enum StoreScenario {
    /** Appends without waiting for the disk, against plain writing through the same kind of mapping. */
    APPEND,
    /** The same where neither side gets memory that was freed just before. */
    FRESH,
    /** Appends that wait for the disk, against bare forces of as many bytes. */
    SYNC,
    /** Appends and reads above a large backlog. */
    BACKLOG,
    /** Opening after kill -9 and after a power cut. */
    RECOVERY,
    /** Queues and index made again from the log alone. */
    REBUILD,
    /** Very many queues. */
    QUEUES
}
