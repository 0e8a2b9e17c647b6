package io.sluice.store;

/** Which entry a question for a time means. */
public enum Boundary {
    /** The first entry stored at or after the time; the end of the queue when all are older. */
    LOWER,
    /** The last entry stored at or before the time; the first of the queue when all are newer. */
    UPPER
}
