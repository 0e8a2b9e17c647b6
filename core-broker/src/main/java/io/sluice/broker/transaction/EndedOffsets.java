package io.sluice.broker.transaction;

import java.util.BitSet;

/**
 * Which entries of the half queue have ended: all below a low-water mark, and some above it, one bit each. Confined to its
 * owner's lock.
 */
final class EndedOffsets {
    private static final int SHIFT_BITS = 1 << 16;

    private long base;
    private BitSet above = new BitSet();
    private long low;

    EndedOffsets(long low) {
        this.low = low;
        this.base = low;
    }

    /** Every entry below has ended. */
    long low() {
        return low;
    }

    boolean contains(long offset) {
        return offset < low || above.get(Math.toIntExact(offset - base));
    }

    /** Answers whether it had not ended before. */
    boolean add(long offset) {
        if (contains(offset)) {
            return false;
        }
        above.set(Math.toIntExact(offset - base));
        if (offset == low) {
            low = base + above.nextClearBit(Math.toIntExact(low - base));
            shift();
        }
        return true;
    }

    private void shift() {
        int done = Math.toIntExact(low - base);
        if (done >= SHIFT_BITS) {
            above = above.get(done, Math.max(done, above.length()));
            base = low;
        }
    }
}
