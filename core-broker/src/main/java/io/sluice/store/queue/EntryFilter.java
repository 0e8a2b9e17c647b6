package io.sluice.store.queue;

import java.nio.ByteBuffer;

/** Which messages of a queue a reader wants, asked in two steps so that most rejections never touch the log. */
public interface EntryFilter {
    /** Everything. */
    EntryFilter ALL = new EntryFilter() {
        @Override
        public boolean looksAtRecords() {
            return false;
        }
    };

    /** Whether the second step can say no: without it no slice need be made for it. */
    default boolean looksAtRecords() {
        return true;
    }

    /**
     * First step, on the queue entry alone.
     *
     * @param queueOffset number of the entry
     * @param tagHash     {@code String.hashCode()} of the tag, 0 without one; the due time for the delay topic;
     *                    different tags may share a hash
     * @return {@code false} to skip the entry
     */
    default boolean acceptsEntry(long queueOffset, long tagHash) {
        return true;
    }

    /**
     * Second step, on the stored message, see {@link io.sluice.wire.message.MessageView}; not called when the first
     * step said no. The slice is only valid during the call.
     */
    default boolean acceptsRecord(long queueOffset, ByteBuffer record) {
        return true;
    }
}
