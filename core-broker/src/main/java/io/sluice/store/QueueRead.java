package io.sluice.store;

import io.sluice.port.Hold;
import io.sluice.port.OffsetRange;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * What a read of a queue found.
 *
 * @param slices       the stored messages, read only, in queue order; valid until {@link #close}. One each, or, when runs
 *                     were asked for, as many as lie next to each other in the log
 * @param queueOffsets entry number of (the first message of) each slice; differs from that in the record for fan-out queues
 * @param hold         keeps the memory of the slices in place
 * @param nextOffset   where to go on: behind the last entry looked at, or the correction when the offset was out of range
 * @param range        of the queue at the time of the answer
 */
public record QueueRead(
        Status status, List<ByteBuffer> slices, long[] queueOffsets, Hold hold, long nextOffset, OffsetRange range)
        implements AutoCloseable {
    private static final long[] NO_OFFSETS = {};

    static QueueRead nothing(Status status, long nextOffset, OffsetRange range) {
        return new QueueRead(status, List.of(), NO_OFFSETS, Hold.NONE, nextOffset, range);
    }

    @Override
    public void close() {
        hold.release();
    }

    /** How the read ended. */
    public enum Status {
        /** At least one message. */
        FOUND,
        /** No message was ever stored in this queue; {@code nextOffset} is 0. */
        NO_SUCH_QUEUE,
        /** The queue holds no entry and its end is 0; {@code nextOffset} is 0. */
        EMPTY_QUEUE,
        /** The offset is older than what is kept; {@code nextOffset} is the first kept. */
        OFFSET_TOO_SMALL,
        /** The offset is the end of the queue: nothing yet. */
        OFFSET_AT_END,
        /** The offset is beyond the end; {@code nextOffset} is the end. */
        OFFSET_BEYOND_END,
        /** Entries were looked at, the filter took none; go on at {@code nextOffset}. */
        NONE_MATCHED,
        /** The entries looked at point at messages that are gone or damaged; go on at {@code nextOffset}. */
        REMOVED,
        /** The queue's file is being rebuilt from the log here; ask again with the same offset. */
        REBUILDING
    }
}
