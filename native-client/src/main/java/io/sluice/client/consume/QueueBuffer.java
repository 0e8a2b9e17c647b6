package io.sluice.client.consume;

import io.sluice.model.MessageQueue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What this member holds of one queue: messages pulled and not yet settled, and from where to pull next. Every method may
 * be called by any thread; the state is guarded by the object's lock, which is never held while anything else is called.
 *
 * <p>Messages come in the order of their offsets and are settled in any order: a ring holds them from the oldest that is
 * not settled, and the offset to store is that of its first entry.
 *
 * <p>Lives from the moment the queue is taken until it is given up or its offset is moved; then it is {@linkplain #drop
 * dropped} and a message of it that is still with a listener counts for nothing here.
 */
final class QueueBuffer {
    private static final int FIRST_CAPACITY = 64;

    private final MessageQueue queue;
    /** Entries in the order of their offsets. Invariant: the first one, if any, is not settled. */
    private Held[] ring = new Held[FIRST_CAPACITY];

    private int first;
    private int entries;
    /** Messages that are not settled. */
    private int open;
    /** Where the next pull begins; also past entries that a filter rejected. Above the offset of every entry. */
    private long nextOffset;
    /** Stored bytes of the messages held. */
    private long bytes;

    private volatile boolean dropped;
    /** Offset of the last message that may go to the listener; those that are there may still be settled. */
    private volatile long lastToDeliver = Long.MAX_VALUE;
    /** Highest offset that was given to the listener. */
    private long begunTo = -1;
    /** Completes when everything up to {@link #lastToDeliver} is settled. */
    private final CompletableFuture<Void> finished = new CompletableFuture<>();
    /** Grows whenever messages are taken back from the listener; written under the lock. */
    private volatile int takenBackTimes;

    QueueBuffer(MessageQueue queue, long startOffset) {
        this.queue = queue;
        this.nextOffset = startOffset;
    }

    MessageQueue queue() {
        return queue;
    }

    /**
     * Adds what a pull brought; false when the buffer was dropped meanwhile, and then nothing is added.
     *
     * @param messages in the order of their offsets, from {@link #nextOffset} on
     */
    synchronized boolean accept(List<ReceivedMessage> messages, long next) {
        if (dropped || isEnding()) {
            return false;
        }
        reserve(entries + messages.size());
        for (ReceivedMessage message : messages) {
            Held entry = new Held(message);
            ring[(first + entries++) & ring.length - 1] = entry;
            bytes += entry.bytes;
        }
        open += messages.size();
        nextOffset = next;
        return true;
    }

    private void reserve(int capacity) {
        if (capacity <= ring.length) {
            return;
        }
        Held[] larger = new Held[Integer.highestOneBit(capacity - 1) << 1];
        for (int i = 0; i < entries; i++) {
            larger[i] = at(i);
        }
        ring = larger;
        first = 0;
    }

    private Held at(int index) {
        return ring[(first + index) & ring.length - 1];
    }

    /** Index of the entry with the offset; negative when there is none. */
    private int indexOf(long offset) {
        int low = 0;
        int high = entries - 1;
        // Nearly always there are no gaps.
        int guess = entries == 0 ? 0 : (int) Math.min(high, Math.max(0, offset - at(0).offset));
        while (low <= high) {
            long found = at(guess).offset;
            if (found == offset) {
                return guess;
            }
            if (found < offset) {
                low = guess + 1;
            } else {
                high = guess - 1;
            }
            guess = (low + high) >>> 1;
        }
        return -1;
    }

    /** The entry of a message that is held and not settled; {@code null} when there is none. */
    private Held find(ReceivedMessage message) {
        int index = indexOf(message.queueOffset());
        Held entry = index < 0 ? null : at(index);
        return entry == null || entry.message != message ? null : entry;
    }

    /**
     * Marks the message as being with the listener; false when there is no need to deliver it any more: the queue was
     * given up, or the message was settled for taking too long in a queue of threads.
     */
    synchronized boolean begin(ReceivedMessage message, long nowNanos) {
        Held entry = find(message);
        if (dropped || entry == null || entry.offset > lastToDeliver) {
            return false;
        }
        begunTo = Math.max(begunTo, entry.offset);
        entry.sinceNanos = nowNanos;
        entry.inHand = true;
        return true;
    }

    /** As {@link #begin(ReceivedMessage, long)} for several; answers those to deliver. */
    synchronized List<ReceivedMessage> begin(List<ReceivedMessage> messages, long nowNanos) {
        List<ReceivedMessage> begun = new ArrayList<>(messages.size());
        for (ReceivedMessage message : messages) {
            if (begin(message, nowNanos)) {
                begun.add(message);
            }
        }
        return begun;
    }

    /** Whether the message, which was begun when the mark was taken, is still to be given to the listener. */
    boolean isWanted(ReceivedMessage message, int mark) {
        return !dropped
                && (!isEnding() || message.queueOffset() <= lastToDeliver)
                && (takenBackTimes == mark || isWithListener(message));
    }

    private synchronized boolean isWithListener(ReceivedMessage message) {
        Held entry = find(message);
        return entry != null && !entry.takenBack;
    }

    /** To be taken before messages begin, for {@link #isWanted}. */
    int mark() {
        return takenBackTimes;
    }

    /** Forgets the message, whatever became of it; false when it was forgotten before or the buffer was dropped. */
    boolean settle(ReceivedMessage message) {
        boolean counts = forget(message);
        tellIfFinished();
        return counts;
    }

    private synchronized boolean forget(ReceivedMessage message) {
        Held entry = find(message);
        if (entry == null) {
            return false;
        }
        remove(entry);
        return !dropped;
    }

    private void remove(Held entry) {
        entry.message = null;
        open--;
        bytes -= entry.bytes;
        while (entries > 0 && at(0).message == null) {
            ring[first] = null;
            first = (first + 1) & ring.length - 1;
            entries--;
        }
    }

    /**
     * The listener has spoken on the message; false when that counts for nothing, because the queue was given up or the
     * message was {@linkplain #takeOverdue taken back} from the listener.
     */
    synchronized boolean end(ReceivedMessage message) {
        Held entry = find(message);
        if (entry == null) {
            return false;
        }
        entry.inHand = false;
        return !dropped && !entry.takenBack;
    }

    /** The listener is done with these messages: ends each, and forgets it if that counts. */
    void endDone(Collection<ReceivedMessage> messages) {
        forgetDone(messages);
        tellIfFinished();
    }

    private synchronized void forgetDone(Collection<ReceivedMessage> messages) {
        for (ReceivedMessage message : messages) {
            Held entry = find(message);
            if (entry != null) {
                entry.inHand = false;
                if (!dropped && !entry.takenBack) {
                    remove(entry);
                }
            }
        }
    }

    /** Takes back messages that have been with the listener for longer than the timeout, oldest first. */
    synchronized List<ReceivedMessage> takeOverdue(long nowNanos, long timeoutNanos, int max) {
        List<ReceivedMessage> overdue = new ArrayList<>();
        for (int i = 0; i < entries && overdue.size() < max && !dropped; i++) {
            Held entry = at(i);
            if (entry.message != null
                    && entry.inHand
                    && !entry.takenBack
                    && nowNanos - entry.sinceNanos > timeoutNanos) {
                entry.takenBack = true;
                overdue.add(entry.message);
            }
        }
        if (!overdue.isEmpty()) {
            takenBackTimes++;
        }
        return overdue;
    }

    /** A message that was taken back could not be put anywhere else; true when it must be delivered here once more. */
    synchronized boolean keepOverdue(ReceivedMessage message, long nowNanos) {
        Held entry = find(message);
        if (dropped || entry == null) {
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
        return entries == 0 ? nextOffset : at(0).offset;
    }

    /** Whether another pull may be added under the limits. */
    synchronized boolean hasRoom(int messagesMax, long bytesMax, long spanMax) {
        return open == 0 || open < messagesMax && bytes < bytesMax && at(entries - 1).offset - at(0).offset < spanMax;
    }

    synchronized int messagesHeld() {
        return open;
    }

    /** No further message goes to the listener. */
    synchronized void stopDelivery() {
        lastToDeliver = -1;
    }

    /**
     * Messages behind the last one that was given to the listener are not delivered here any more; those before it are, so
     * that nothing done lies behind something that is not. Completes when they are settled.
     */
    CompletionStage<Void> finishBegun() {
        synchronized (this) {
            lastToDeliver = Math.min(lastToDeliver, begunTo);
        }
        tellIfFinished();
        return finished;
    }

    private boolean isEnding() {
        return lastToDeliver != Long.MAX_VALUE;
    }

    private void tellIfFinished() {
        if (isEnding() && (dropped || settledTo() > lastToDeliver)) {
            finished.complete(null);
        }
    }

    void drop() {
        synchronized (this) {
            dropped = true;
        }
        tellIfFinished();
    }

    boolean isDropped() {
        return dropped;
    }

    /** Mutable, guarded by the buffer. */
    private static final class Held {
        private final long offset;
        private final int bytes;
        /** {@code null} once it is settled. */
        private ReceivedMessage message;

        private boolean inHand;
        private boolean takenBack;
        private long sinceNanos;

        private Held(ReceivedMessage message) {
            this.message = message;
            this.offset = message.queueOffset();
            this.bytes = message.storedBytes();
        }
    }
}
