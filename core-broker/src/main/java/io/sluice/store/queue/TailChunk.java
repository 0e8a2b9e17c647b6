package io.sluice.store.queue;

import java.nio.ByteBuffer;

/**
 * Entries of one queue that are in memory: the newest, until they are in the file and newer ones have come. Filled by the
 * holder of the append lock; read by any thread below the queue's published end.
 */
final class TailChunk {
    static final int CAPACITY_MIN = 16;
    static final int CAPACITY_MAX = 1024;

    private final long first;
    private final ByteBuffer entries;
    private volatile TailChunk next;

    TailChunk(long first, int capacity) {
        this.first = first;
        this.entries = ByteBuffer.allocate(capacity * QueueEntryLayout.ENTRY_BYTES);
    }

    long first() {
        return first;
    }

    /** One behind the last entry that fits. */
    long limit() {
        return first + capacity();
    }

    int capacity() {
        return entries.capacity() / QueueEntryLayout.ENTRY_BYTES;
    }

    TailChunk next() {
        return next;
    }

    void next(TailChunk following) {
        next = following;
    }

    int at(long entry) {
        return (int) (entry - first) * QueueEntryLayout.ENTRY_BYTES;
    }

    ByteBuffer entries() {
        return entries;
    }
}
