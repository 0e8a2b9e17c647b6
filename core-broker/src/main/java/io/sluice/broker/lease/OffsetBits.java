package io.sluice.broker.lease;

import io.sluice.broker.lease.CursorFact.Settled;
import io.sluice.broker.lease.CursorFact.SettledBits;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * A set of queue offsets at or above a floor that only rises, as bits in segments of {@value #SEGMENT_OFFSETS}: 512 bytes
 * for a segment that is neither empty nor full, 4 or 8 for one that is. Confined to the owner.
 */
final class OffsetBits {
    static final int SEGMENT_OFFSETS = 4096;

    private static final int SEGMENT_WORDS = SEGMENT_OFFSETS / Long.SIZE;
    private static final long[] FULL = fullSegment();
    /** What a range takes in the journal, about. */
    private static final int RANGE_BYTES = 4;

    /** Of the first slot. Only {@link #dropBelow} raises it. */
    private long firstSegment;
    /** {@code null}: empty; {@link #FULL}: all set. */
    private long[][] segments = new long[0][];

    /** @param floor nothing below it will be asked for */
    OffsetBits(long floor) {
        dropBelow(floor);
    }

    private static long[] fullSegment() {
        long[] words = new long[SEGMENT_WORDS];
        Arrays.fill(words, -1L);
        return words;
    }

    boolean has(long offset) {
        long[] words = at(offset / SEGMENT_OFFSETS);
        return words != null && (words[wordOf(offset)] & bitOf(offset)) != 0;
    }

    /** The segment's words; {@code null} when it is empty, or below the floor. */
    private long[] at(long segment) {
        long slot = segment - firstSegment;
        return slot >= 0 && slot < segments.length ? segments[(int) slot] : null;
    }

    private static int wordOf(long offset) {
        return (int) (offset % SEGMENT_OFFSETS) / Long.SIZE;
    }

    private static long bitOf(long offset) {
        return 1L << (offset % Long.SIZE);
    }

    /** Puts the offset in; one in a segment below the floor's is left out. */
    void add(long offset) {
        long segment = offset / SEGMENT_OFFSETS;
        if (segment < firstSegment) {
            return;
        }
        long[] words = writable(segment);
        if (words == FULL) {
            return;
        }
        words[wordOf(offset)] |= bitOf(offset);
        foldIfFull(segment, words);
    }

    /** Puts all offsets from {@code from} up to but without {@code to} in. */
    void addRange(long from, long to) {
        long at = Math.max(from, firstSegment * SEGMENT_OFFSETS);
        while (at < to) {
            long segment = at / SEGMENT_OFFSETS;
            long segmentEnd = (segment + 1) * SEGMENT_OFFSETS;
            long end = Math.min(to, segmentEnd);
            long[] words = writable(segment);
            if (words != FULL) {
                addWithin(words, at, end);
                foldIfFull(segment, words);
            }
            at = end;
        }
    }

    private static void addWithin(long[] words, long from, long to) {
        for (long at = from; at < to; ) {
            long wordEnd = Math.min(to, (at / Long.SIZE + 1) * Long.SIZE);
            long width = wordEnd - at;
            long ones = width == Long.SIZE ? -1L : ((1L << width) - 1) << (at % Long.SIZE);
            words[wordOf(at)] |= ones;
            at = wordEnd;
        }
    }

    private long[] writable(long segment) {
        long slot = segment - firstSegment;
        if (slot >= segments.length) {
            segments =
                    Arrays.copyOf(segments, (int) Math.max(slot + 1, Math.min(segments.length * 3L / 2, slot + 256)));
        }
        long[] words = segments[(int) slot];
        if (words == null) {
            words = new long[SEGMENT_WORDS];
            segments[(int) slot] = words;
        }
        return words;
    }

    private void foldIfFull(long segment, long[] words) {
        for (long word : words) {
            if (word != -1L) {
                return;
            }
        }
        segments[(int) (segment - firstSegment)] = FULL;
    }

    /** The first offset at or above this one that is not in the set. */
    long nextAbsent(long from) {
        long at = from;
        while (true) {
            long segment = at / SEGMENT_OFFSETS;
            long[] words = at(segment);
            if (words == null) {
                return at;
            }
            if (words == FULL) {
                at = (segment + 1) * SEGMENT_OFFSETS;
                continue;
            }
            long absent = ~words[wordOf(at)] & (-1L << (at % Long.SIZE));
            if (absent != 0) {
                return at / Long.SIZE * Long.SIZE + Long.numberOfTrailingZeros(absent);
            }
            at = (at / Long.SIZE + 1) * Long.SIZE;
        }
    }

    /** The first offset at or above this one that is in the set; {@link Long#MAX_VALUE} when there is none. */
    long nextPresent(long from) {
        long at = Math.max(from, firstSegment * SEGMENT_OFFSETS);
        long end = (firstSegment + segments.length) * SEGMENT_OFFSETS;
        while (at < end) {
            long segment = at / SEGMENT_OFFSETS;
            long[] words = at(segment);
            if (words == null) {
                at = (segment + 1) * SEGMENT_OFFSETS;
                continue;
            }
            long present = words[wordOf(at)] & (-1L << (at % Long.SIZE));
            if (present != 0) {
                return at / Long.SIZE * Long.SIZE + Long.numberOfTrailingZeros(present);
            }
            at = (at / Long.SIZE + 1) * Long.SIZE;
        }
        return Long.MAX_VALUE;
    }

    /** Puts in what the bits say, see {@link CursorFact.SettledBits}. */
    void addBits(long from, long[] bits) {
        long segment = from / SEGMENT_OFFSETS;
        if (segment < firstSegment) {
            return;
        }
        long[] words = writable(segment);
        if (words == FULL) {
            return;
        }
        for (int i = 0; i < words.length; i++) {
            words[i] |= bits[i];
        }
        foldIfFull(segment, words);
    }

    /** Tells the set from the offset up, as ranges or, in a segment with many of them, as bits. */
    void forEachFact(long from, Consumer<CursorFact> each) {
        long at = nextPresent(from);
        while (at != Long.MAX_VALUE) {
            long segment = at / SEGMENT_OFFSETS;
            long[] words = at(segment);
            if (words != FULL && rangesIn(words) * RANGE_BYTES > SEGMENT_OFFSETS / Byte.SIZE) {
                each.accept(new SettledBits(segment * SEGMENT_OFFSETS, words.clone()));
                at = nextPresent((segment + 1) * SEGMENT_OFFSETS);
            } else {
                long end = nextAbsent(at);
                each.accept(new Settled(at, end));
                at = nextPresent(end);
            }
        }
    }

    private static int rangesIn(long[] words) {
        int starts = 0;
        long before = 0;
        for (long word : words) {
            starts += Long.bitCount(word & ~(word << 1 | before));
            before = word >>> (Long.SIZE - 1);
        }
        return starts;
    }

    /** Forgets offsets below this one, by whole segments: those in its own segment may stay. */
    void dropBelow(long floor) {
        long newFirst = floor / SEGMENT_OFFSETS;
        long dropped = newFirst - firstSegment;
        if (dropped <= 0) {
            return;
        }
        segments = dropped >= segments.length
                ? new long[0][]
                : Arrays.copyOfRange(segments, (int) dropped, segments.length);
        firstSegment = newFirst;
    }

    /** Memory held by arrays, bytes. */
    long bytesHeld() {
        long bytes = 16 + 8L * segments.length;
        for (long[] words : segments) {
            bytes += words == null || words == FULL ? 0 : 16 + 8L * words.length;
        }
        return bytes;
    }
}
