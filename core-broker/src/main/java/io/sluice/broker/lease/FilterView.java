package io.sluice.broker.lease;

/**
 * How far requests with one pair of filters have looked at one cursor, so that they never look at the same entry twice. What
 * a filter says of an entry never changes. Confined to the cursor.
 */
final class FilterView {
    /** Entries below were rejected, or lent, or settled; none of those never lent is left for this view. */
    private long position;
    /** Of the entries that were lent and came back: those that the filter rejected. */
    private final OffsetBits rejected;

    FilterView(long position) {
        this.position = position;
        this.rejected = new OffsetBits(position);
    }

    long position() {
        return position;
    }

    void moveTo(long next) {
        position = Math.max(position, next);
    }

    boolean hasRejected(long offset) {
        return rejected.has(offset);
    }

    void reject(long offset) {
        rejected.add(offset);
    }

    /** Everything below is settled. */
    void dropBelow(long low) {
        moveTo(low);
        rejected.dropBelow(low);
    }
}
