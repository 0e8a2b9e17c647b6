package io.sluice.broker.lease;

/**
 * What a request wants of a topic; those who want the same wait in one line.
 *
 * @param queueId the only queue that will do; {@link #ANY_QUEUE} for all of them
 * @param ordered nothing of a queue while something of it is with a consumer of the group
 */
record Wanted(FilterPair filters, int queueId, boolean ordered) {
    static final int ANY_QUEUE = -1;

    static Wanted ofAnyQueue(FilterPair filters) {
        return new Wanted(filters, ANY_QUEUE, false);
    }

    boolean isOf(int queue) {
        return queueId == ANY_QUEUE || queueId == queue;
    }
}
