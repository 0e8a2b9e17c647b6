package io.sluice.store;

/**
 * How the store is, at one moment.
 *
 * @param state           whether appends are taken
 * @param sentence        why not, and the remedy; empty when writable
 * @param logMin          first byte kept
 * @param logEnd          next byte to be written
 * @param flushedTo       every byte below survives a power cut
 * @param confirmedTo     every record below is readable
 * @param queuesWrittenTo every record below has its queue entry in a file
 * @param indexedTo       every record below has its keys in the index
 * @param queues          number of queues
 * @param diskFreeBytes   what the file system would still give
 * @param diskUsedRatio   0..1
 */
public record StoreHealth(
        State state,
        String sentence,
        long logMin,
        long logEnd,
        long flushedTo,
        long confirmedTo,
        long queuesWrittenTo,
        long indexedTo,
        int queues,
        long diskFreeBytes,
        double diskUsedRatio) {

    /** Whether appends are taken. */
    public enum State {
        WRITABLE,
        /** Refuses until space returns. */
        DISK_FULL,
        /** A flush failed: refuses until the store is opened again. */
        READ_ONLY,
        CLOSED
    }

    public boolean writable() {
        return state == State.WRITABLE;
    }
}
