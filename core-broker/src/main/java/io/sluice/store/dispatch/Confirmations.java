package io.sluice.store.dispatch;

import io.sluice.store.log.AppendResult.Refused;
import io.sluice.store.queue.ConsumeQueue;
import java.util.concurrent.locks.Lock;

/**
 * Records that are in the log and not yet on the disk, in log order. A record becomes readable, and its sender gets the
 * answer, when it is. Bounded: when {@link #WAITING_MAX} records wait, appends are refused.
 *
 * <p>{@link #add} belongs to the holder of the append lock; {@link #confirm} and {@link #fail} to whoever flushes.
 */
final class Confirmations {
    static final int WAITING_MAX = 65_536;

    private final Lock appendLock;
    private final Arrivals arrivals;
    // guarded by the append lock
    private Waiting oldest;
    private Waiting newest;
    private int count;
    /** Every record below is readable. */
    private volatile long confirmedTo;

    /** What a sender waits for. */
    interface Answer {
        void stored();

        /** The disk took longer than allowed. Comes before {@link #stored}, if at all. */
        void doubtful();

        void refused(Refused refusal);
    }

    private static final class Waiting {
        private final ConsumeQueue queue;
        private final long queueEnd;
        private final long logEnd;
        private final long deadlineNanos;
        private final Answer answer;
        private Waiting next;

        Waiting(ConsumeQueue queue, long queueEnd, long logEnd, long deadlineNanos, Answer answer) {
            this.queue = queue;
            this.queueEnd = queueEnd;
            this.logEnd = logEnd;
            this.deadlineNanos = deadlineNanos;
            this.answer = answer;
        }
    }

    Confirmations(Lock appendLock, Arrivals arrivals, long confirmedTo) {
        this.appendLock = appendLock;
        this.arrivals = arrivals;
        this.confirmedTo = confirmedTo;
    }

    long confirmedTo() {
        return confirmedTo;
    }

    boolean isFull(int more) {
        return count + more > WAITING_MAX;
    }

    /**
     * @param queue  {@code null} for a record that is in no queue
     * @param answer {@code null} when nobody waits
     */
    void add(ConsumeQueue queue, long queueEnd, long logEnd, long deadlineNanos, Answer answer) {
        Waiting waiting = new Waiting(queue, queueEnd, logEnd, deadlineNanos, answer);
        if (newest == null) {
            oldest = waiting;
        } else {
            newest.next = waiting;
        }
        newest = waiting;
        count++;
    }

    /** Everything below is on the disk. */
    void confirm(long flushedTo) {
        Waiting first;
        Waiting behind;
        appendLock.lock();
        try {
            first = oldest;
            behind = oldest;
            while (behind != null && behind.logEnd <= flushedTo) {
                behind = behind.next;
                count--;
            }
            oldest = behind;
            if (behind == null) {
                newest = null;
            }
        } finally {
            appendLock.unlock();
        }
        for (Waiting waiting = first; waiting != behind; waiting = waiting.next) {
            if (waiting.queue != null) {
                waiting.queue.publish(waiting.queueEnd);
            }
        }
        confirmedTo = Math.max(confirmedTo, flushedTo);
        for (Waiting waiting = first; waiting != behind; waiting = waiting.next) {
            if (waiting.queue != null) {
                arrivals.arrived(
                        waiting.queue.key().topic(), waiting.queue.key().queueId(), waiting.queueEnd);
            }
            if (waiting.answer != null) {
                waiting.answer.stored();
            }
        }
    }

    /** Nothing that waits will be confirmed any more. */
    void fail(Refused refusal) {
        Waiting waiting;
        appendLock.lock();
        try {
            waiting = oldest;
            oldest = null;
            newest = null;
            count = 0;
        } finally {
            appendLock.unlock();
        }
        for (; waiting != null; waiting = waiting.next) {
            if (waiting.answer != null) {
                waiting.answer.refused(refusal);
            }
        }
    }

    /** Answers with doubt whoever waits longer than allowed; the records stay in line. */
    int expire(long nowNanos) {
        Waiting last;
        Waiting waiting;
        appendLock.lock();
        try {
            waiting = oldest;
            last = newest;
        } finally {
            appendLock.unlock();
        }
        int expired = 0;
        while (waiting != null && nowNanos - waiting.deadlineNanos >= 0) {
            if (waiting.answer != null) {
                waiting.answer.doubtful();
                expired++;
            }
            waiting = waiting == last ? null : waiting.next;
        }
        return expired;
    }
}
