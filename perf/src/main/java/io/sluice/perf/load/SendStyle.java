package io.sluice.perf.load;

/** How a load thread sends. */
public enum SendStyle {
    /** One message, the thread waits for the answer. */
    SYNC,
    /** One message, the answer comes on another thread. */
    ASYNC,
    /** Several messages in one request, the thread waits for the answer. */
    BATCH,
    /** One message that is not answered. */
    ONE_WAY
}
