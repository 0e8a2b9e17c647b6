package io.sluice.store.log;

import java.util.function.Function;

/** What became of an append. */
public sealed interface AppendResult {

    /**
     * In the log, with the durability asked for.
     *
     * @param logOffset   byte position of the record in the log
     * @param queueOffset entry number in the queue
     * @param size        bytes of the record
     * @param storedAtMs  the store's clock, epoch milliseconds
     */
    record Stored(long logOffset, long queueOffset, int size, long storedAtMs) implements AppendResult {}

    /** In the log, but not known to be on the disk in time; a retry may duplicate. */
    record StoredWithDoubt(Stored stored, Doubt doubt) implements AppendResult {}

    /**
     * Not acknowledged. Nothing was written, except for {@link Reason#FLUSH_FAILED}, where nobody knows.
     *
     * @param sentence what was refused, the limit, and the remedy
     */
    record Refused(Reason reason, String sentence) implements AppendResult {}

    /** Which promise is open. */
    enum Doubt {
        /** The disk did not confirm within the time allowed. */
        FLUSH_TIMEOUT
    }

    /** Why nothing was acknowledged. */
    enum Reason {
        /** Body or whole record over the configured limit. */
        TOO_LARGE,
        /** Encoded properties over 32767 bytes. */
        PROPERTIES_TOO_LARGE,
        /** A field that the format cannot carry, such as a topic name of more than 255 bytes. */
        ILLEGAL,
        /** No room on the disk; resumes by itself when space returns. */
        DISK_FULL,
        /** The background work is behind by as much as it may; try again later. */
        OVERLOADED,
        /** The disk refused to make the record durable; it may or may not survive. */
        FLUSH_FAILED,
        /** The store takes no more records until it is opened again. */
        READ_ONLY,
        /** The store is closed or closing. */
        CLOSED
    }

    /** Exhaustive by construction: a new variant does not compile until every caller handles it. */
    default <T> T fold(Function<Stored, T> stored, Function<StoredWithDoubt, T> doubt, Function<Refused, T> refused) {
        if (this instanceof Stored s) {
            return stored.apply(s);
        }
        if (this instanceof StoredWithDoubt d) {
            return doubt.apply(d);
        }
        return refused.apply((Refused) this);
    }
}
