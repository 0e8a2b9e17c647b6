package io.sluice.store.log;

/**
 * How long the pieces are in which room is made: large ones, which cost the writer few faults and few flushes of processors'
 * address caches, for one who fills many of them between two flushes; small ones for all others, because one changed byte
 * makes the system write the whole piece at the next flush. See docs/adr/0015. Guarded by the log's room lock.
 */
final class RoomPieces {
    private static final int LARGE_BYTES = 2 << 20;
    private static final int SMALL_BYTES = 32 << 10;
    /** Who fills so much in a second leaves little unchanged in the large pieces that a flush writes. */
    private static final long FAST_BYTES_PER_SECOND = 32 << 20;

    private static final long PACE_NANOS = 100_000_000L;

    /** Every append waits for a flush. */
    private volatile boolean flushedOften;
    /** The preparer found less room than it keeps, and has not made up for it yet. */
    private boolean hurrying;

    private boolean fast;
    /** When the pace was looked at last, and where the writer was then. */
    private long paceAtNanos;

    private long paceEnd;
    /** What was ahead of the writer at the opening ends here. */
    private long firstRoomEnd;

    /** The log was opened and ends here; {@code ahead} bytes are made ready in small pieces in any case. */
    void begin(long end, int ahead) {
        paceEnd = end;
        firstRoomEnd = end + ahead;
    }

    void willBeFlushedOften() {
        flushedOften = true;
    }

    /** @param low whether there is so little room ahead that the writer may come to its end */
    void hurry(boolean low) {
        hurrying |= low;
    }

    void enough() {
        hurrying = false;
    }

    void lookAtPace(long nowNanos, long end) {
        long took = nowNanos - paceAtNanos;
        if (took >= PACE_NANOS || took < 0) {
            fast = (end - paceEnd) / Math.max(1, took / 1_000_000) * 1_000 >= FAST_BYTES_PER_SECOND;
            paceAtNanos = nowNanos;
            paceEnd = end;
        }
    }

    int bytes(long end) {
        boolean large = !flushedOften && (fast || hurrying && end >= firstRoomEnd);
        return large ? LARGE_BYTES : SMALL_BYTES;
    }
}
