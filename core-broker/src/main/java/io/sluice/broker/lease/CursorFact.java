package io.sluice.broker.lease;

/**
 * What is known for good about one shared cursor. Facts of one cursor are told in order; telling one again, or a settled one
 * late, changes nothing.
 */
sealed interface CursorFact {

    /** The cursor begins here, or was put here: everything below is settled, nothing is known above. */
    record Began(long at) implements CursorFact {
        public Began {
            checkOffset(at);
        }
    }

    /** The group never sees the entries from {@code from} up to but without {@code to} again. */
    record Settled(long from, long to) implements CursorFact {
        public Settled {
            checkOffset(from);
            if (to <= from) {
                throw new IllegalArgumentException("settled range %d..%d is empty".formatted(from, to));
            }
        }
    }

    /**
     * Which offsets of one segment are settled, where ranges would take more room.
     *
     * @param from a multiple of {@link OffsetBits#SEGMENT_OFFSETS}
     * @param words bit {@code i % 64} of word {@code i / 64} stands for {@code from + i}; shared, not to be changed
     */
    record SettledBits(long from, long[] words) implements CursorFact {
        public SettledBits {
            checkOffset(from);
            if (from % OffsetBits.SEGMENT_OFFSETS != 0 || words.length * Long.SIZE != OffsetBits.SEGMENT_OFFSETS) {
                throw new IllegalArgumentException(
                        "settled bits at %d with %d words are not a segment".formatted(from, words.length));
            }
        }
    }

    /**
     * A lease ended without the entry being settled.
     *
     * @param attempts deliveries so far
     * @param freeAtMs when it may be lent again, epoch milliseconds; 0: at once
     */
    record Returned(long offset, int attempts, long freeAtMs) implements CursorFact {
        public Returned {
            checkOffset(offset);
            if (attempts < 0 || freeAtMs < 0) {
                throw new IllegalArgumentException(
                        "entry %d with %d attempts, free at %d".formatted(offset, attempts, freeAtMs));
            }
        }
    }

    /** The cursor is no more: its group or topic was deleted. */
    record Forgotten() implements CursorFact {}

    private static void checkOffset(long offset) {
        if (offset < 0) {
            throw new IllegalArgumentException("queue offset %d is negative".formatted(offset));
        }
    }
}
