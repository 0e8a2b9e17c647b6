package io.sluice.store.dispatch;

/**
 * Told that a queue has grown, on the thread that made the entry readable (an appender, or the log-flusher). Must only
 * enqueue and return: every sender waits for it. An exception is logged and goes no further.
 */
@FunctionalInterface
public interface ArrivalListener {
    /**
     * @param nextOffset one behind the newest readable entry; calls of two threads may overtake each other, so a listener
     *                   keeps the highest
     */
    void arrived(String topic, int queueId, long nextOffset);
}
