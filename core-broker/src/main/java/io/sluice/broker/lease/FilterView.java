package io.sluice.broker.lease;

import java.util.HashMap;
import java.util.Map;

/**
 * How far requests with one pair of filters have looked at one cursor, so that they never look at the same entry twice. What
 * a filter says of an entry never changes. Confined to the cursor.
 */
final class FilterView {
    /** Entries below were rejected, or lent, or settled; none of those never lent is left for this view. */
    private long position;
    /** Of the entries that were lent and came back: those that the filter rejected. */
    private final OffsetBits rejected;

    /**
     * In a group that is ordered by key, for keys behind which much waits: those of its entries below that are not listed were
     * found to be rejected, or lent, or settled. As many as there are such keys.
     */
    private final Map<Long, Long> soughtTo = new HashMap<>(0);

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

    /** Where to look on for entries that wait behind a key and are not listed. */
    long soughtTo(long key) {
        return soughtTo.getOrDefault(key, 0L);
    }

    void seekFrom(long key, long offset) {
        soughtTo.put(key, offset);
    }

    /** Everything below is settled. */
    void dropBelow(long low) {
        moveTo(low);
        rejected.dropBelow(low);
        if (!soughtTo.isEmpty()) {
            soughtTo.values().removeIf(offset -> offset <= low);
        }
    }
}
