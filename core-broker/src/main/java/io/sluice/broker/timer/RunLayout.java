package io.sluice.broker.timer;

import java.nio.ByteBuffer;

/**
 * A run: a file of entries in their order, big endian.
 * <pre>
 *   0       8       16             24        28      32
 *   | magic | count | minLogOffset | checksum | zero | entries...
 *
 *   entry:  0          8           16     20          24
 *           | wakeAtMs | logOffset | size | topicHash |
 * </pre>
 */
final class RunLayout {
    static final int HEADER_BYTES = 32;
    /** "SLTIMER1". */
    static final long MAGIC_VALUE = 0x534C_5449_4D45_5231L;

    static final int MAGIC = 0;
    static final int COUNT = 8; // int64: entries
    static final int MIN_LOG_OFFSET = 16; // int64: of all entries that wait, Long.MAX_VALUE when none does
    static final int CHECKSUM = 24; // int32: CRC-32 of all entries

    static final int ENTRY_BYTES = 24;
    static final int WAKE_AT_MS = 0; // int64: epoch milliseconds
    static final int LOG_OFFSET = 8; // int64: byte position of the record in the CommitLog
    static final int SIZE = 16; // int32: bytes of the record, 0: the message is gone
    static final int TOPIC_HASH = 20; // int32: String.hashCode of the topic

    private RunLayout() {}

    static void put(ByteBuffer into, TimerEntry entry) {
        into.putLong(entry.wakeAtMs())
                .putLong(entry.logOffset())
                .putInt(entry.size())
                .putInt(entry.topicHash());
    }

    static TimerEntry get(ByteBuffer from, int at) {
        return new TimerEntry(
                from.getLong(at + WAKE_AT_MS),
                from.getLong(at + LOG_OFFSET),
                from.getInt(at + SIZE),
                from.getInt(at + TOPIC_HASH));
    }

    static ByteBuffer header(long count, long minLogOffset, int checksum) {
        return ByteBuffer.allocate(HEADER_BYTES)
                .putLong(MAGIC, MAGIC_VALUE)
                .putLong(COUNT, count)
                .putLong(MIN_LOG_OFFSET, minLogOffset)
                .putInt(CHECKSUM, checksum);
    }

    static long positionOf(long index) {
        return HEADER_BYTES + index * ENTRY_BYTES;
    }
}
