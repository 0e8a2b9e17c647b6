package io.sluice.broker.lease;

import io.sluice.broker.lease.CursorFact.Settled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Entries of one cursor that are settled together, as ranges: one for entries that come in order, however many. None is put in
 * twice. Confined to the owner.
 */
final class SettledRanges {
    private static final int ROOM_MIN = 4;

    private long[] from = new long[ROOM_MIN];
    private long[] to = new long[ROOM_MIN];
    private int count;
    private boolean inOrder = true;

    /** Told each range. */
    @FunctionalInterface
    interface Visitor {
        void range(long from, long to);
    }

    static SettledRanges of(long offset) {
        SettledRanges one = new SettledRanges();
        one.add(offset, offset + 1);
        return one;
    }

    boolean isEmpty() {
        return count == 0;
    }

    void add(long first, long end) {
        if (count > 0 && to[count - 1] == first) {
            to[count - 1] = end;
            return;
        }
        inOrder &= count == 0 || to[count - 1] < first;
        if (count == from.length) {
            from = Arrays.copyOf(from, 2 * count);
            to = Arrays.copyOf(to, 2 * count);
        }
        from[count] = first;
        to[count++] = end;
    }

    void forEach(Visitor each) {
        putInOrder();
        for (int i = 0; i < count; i++) {
            each.range(from[i], to[i]);
        }
    }

    List<CursorFact> facts() {
        List<CursorFact> facts = new ArrayList<>(count);
        forEach((first, end) -> facts.add(new Settled(first, end)));
        return facts;
    }

    private void putInOrder() {
        if (inOrder) {
            return;
        }
        long[][] ranges = new long[count][];
        for (int i = 0; i < count; i++) {
            ranges[i] = new long[] {from[i], to[i]};
        }
        Arrays.sort(ranges, Comparator.comparingLong(range -> range[0]));
        count = 0;
        inOrder = true;
        for (long[] range : ranges) {
            add(range[0], range[1]);
        }
    }
}
