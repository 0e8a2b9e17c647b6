package io.sluice.store.queue;

import java.nio.ByteBuffer;

/**
 * One ConsumeQueue entry, 20 bytes, big endian.
 *
 * <pre>
 *   0         8    12      20
 *   logOffset size tagHash
 * </pre>
 */
public final class QueueEntryLayout {
    /** int64: byte position of the message in the log. */
    public static final int LOG_OFFSET = 0;
    /** int32: stored size, bytes; 0 where nothing was written. */
    public static final int SIZE = 8;
    /** int64: hash of the tag; the due time in the delay topic; an address in the queue's extension file. */
    public static final int TAG_HASH = 12;

    public static final int ENTRY_BYTES = 20;

    /** Size of an entry that stands for no message: what is before the first one of a queue, or what was lost. */
    public static final int NO_MESSAGE_SIZE = Integer.MAX_VALUE;

    /** Values at or below this are addresses in the extension file, counted from {@link Long#MIN_VALUE}. */
    public static final long EXTENSION_ADDRESS_MAX = (long) Integer.MIN_VALUE - 1;

    private QueueEntryLayout() {}

    public static void put(ByteBuffer into, int at, long logOffset, int size, long tagHash) {
        into.putLong(at + LOG_OFFSET, logOffset);
        into.putInt(at + SIZE, size);
        into.putLong(at + TAG_HASH, tagHash);
    }

    public static void putNoMessage(ByteBuffer into, int at) {
        put(into, at, 0L, NO_MESSAGE_SIZE, 0L);
    }

    public static boolean isNoMessage(long logOffset, int size) {
        return logOffset == 0 && size == NO_MESSAGE_SIZE;
    }
}
