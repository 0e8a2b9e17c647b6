package io.sluice.client.consume;

import io.sluice.model.MessageQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * What this member holds of one queue: messages pulled and not yet settled, and from where to pull next. Every method may
 * be called by any thread; the state is guarded by the object's lock, which is never held while anything else is called.
 *
 * <p>Lives from the moment the queue is taken until it is given up or its offset is moved; then it is {@linkplain #drop
 * dropped} and a message of it that is still with a listener counts for nothing here.
 */
final class QueueBuffer {
    private final MessageQueue queue;
    /** By queue offset. Invariant: every key is below {@link #nextOffset}. */
    private final TreeMap<Long, Held> held = new TreeMap<>();
    /** Where the next pull begins; also past entries that a filter rejected. */
    private long nextOffset;
    /** Stored bytes of the messages held. */
    private long bytes;

    private boolean dropped;
    /** Whether no further message goes to the listener; those that are there may still be settled. */
    private boolean closing;

    QueueBuffer(MessageQueue queue, long startOffset) {
        this.queue = queue;
        this.nextOffset = startOffset;
    }

    MessageQueue queue() {
        return queue;
    }

    /** Adds what a pull brought; false when the buffer was dropped meanwhile, and then nothing is added. */
    synchronized boolean accept(List<ReceivedMessage> messages, long next) {
        if (dropped || closing) {
            return false;
        }
        for (ReceivedMessage message : messages) {
            held.put(message.queueOffset(), new Held(message));
            bytes += message.storedBytes();
        }
        nextOffset = next;
        return true;
    }

    /**
     * Marks the message as being with the listener; false when there is no need to deliver it any more: the queue was
     * given up, or the message was settled for taking too long in a queue of threads.
     */
    synchronized boolean begin(ReceivedMessage message, long nowNanos) {
        Held entry = held.get(message.queueOffset());
        if (dropped || closing || entry == null || entry.message != message) {
            return false;
        }
        entry.sinceNanos = nowNanos;
        entry.inHand = true;
        return true;
    }

    /** Forgets the message, whatever became of it; false when it was forgotten before or the buffer was dropped. */
    synchronized boolean settle(ReceivedMessage message) {
        Held entry = held.get(message.queueOffset());
        if (entry == null || entry.message != message) {
            return false;
        }
        held.remove(message.queueOffset());
        bytes -= message.storedBytes();
        return !dropped;
    }

    /**
     * The listener has spoken on the message; false when that counts for nothing, because the queue was given up or the
     * message was {@linkplain #takeOverdue taken back} from the listener.
     */
    synchronized boolean end(ReceivedMessage message) {
        Held entry = held.get(message.queueOffset());
        if (entry == null || entry.message != message) {
            return false;
        }
        entry.inHand = false;
        return !dropped && !entry.takenBack;
    }

    /** Takes back messages that have been with the listener for longer than the timeout, oldest first. */
    synchronized List<ReceivedMessage> takeOverdue(long nowNanos, long timeoutNanos, int max) {
        List<ReceivedMessage> overdue = new ArrayList<>();
        for (Held entry : held.values()) {
            if (overdue.size() == max || dropped) {
                break;
            }
            if (entry.inHand && !entry.takenBack && nowNanos - entry.sinceNanos > timeoutNanos) {
                entry.takenBack = true;
                overdue.add(entry.message);
            }
        }
        return overdue;
    }

    /** A message that was taken back could not be put anywhere else; true when it must be delivered here once more. */
    synchronized boolean keepOverdue(ReceivedMessage message, long nowNanos) {
        Held entry = held.get(message.queueOffset());
        if (dropped || entry == null || entry.message != message) {
            return false;
        }
        entry.takenBack = false;
        entry.sinceNanos = nowNanos;
        return !entry.inHand;
    }

    synchronized long nextOffset() {
        return nextOffset;
    }

    /** Every message below this offset is settled: what may be stored as the group's offset. */
    synchronized long settledTo() {
        return held.isEmpty() ? nextOffset : held.firstKey();
    }

    /** Whether another pull may be added under the limits. */
    synchronized boolean hasRoom(int messagesMax, long bytesMax, long spanMax) {
        return held.isEmpty()
                || held.size() < messagesMax && bytes < bytesMax && held.lastKey() - held.firstKey() < spanMax;
    }

    synchronized int messagesHeld() {
        return held.size();
    }

    /** No further message goes to the listener. */
    synchronized void stopDelivery() {
        closing = true;
    }

    synchronized void drop() {
        dropped = true;
    }

    synchronized boolean isDropped() {
        return dropped;
    }

    /** Mutable, guarded by the buffer. */
    private static final class Held {
        private final ReceivedMessage message;
        private boolean inHand;
        private boolean takenBack;
        private long sinceNanos;

        private Held(ReceivedMessage message) {
            this.message = message;
        }
    }
}
