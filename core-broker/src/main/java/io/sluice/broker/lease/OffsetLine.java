package io.sluice.broker.lease;

import java.util.Arrays;

/** Offsets in order, each once; cheap when they come in order and leave at the front. Confined to the owner. */
final class OffsetLine {
    private static final int ROOM_MIN = 4;

    private long[] offsets = new long[ROOM_MIN];
    private int first;
    private int end;

    int size() {
        return end - first;
    }

    boolean isEmpty() {
        return first == end;
    }

    /** @param index from 0 up to but without {@link #size} */
    long at(int index) {
        return offsets[first + index];
    }

    /** Answers whether it was not there. */
    boolean add(long offset) {
        int place = end;
        if (!isEmpty() && offsets[end - 1] >= offset) {
            int found = Arrays.binarySearch(offsets, first, end, offset);
            if (found >= 0) {
                return false;
            }
            place = -found - 1;
        }
        int before = place - first;
        makeRoom();
        place = first + before;
        System.arraycopy(offsets, place, offsets, place + 1, end - place);
        offsets[place] = offset;
        end++;
        return true;
    }

    private void makeRoom() {
        if (end < offsets.length) {
            return;
        }
        int size = size();
        long[] target = size > offsets.length / 2 ? new long[offsets.length * 2] : offsets;
        System.arraycopy(offsets, first, target, 0, size);
        offsets = target;
        first = 0;
        end = size;
    }

    void removeAt(int index) {
        if (index == 0) {
            first++;
        } else {
            System.arraycopy(offsets, first + index + 1, offsets, first + index, end - first - index - 1);
            end--;
        }
    }

    /** Keeps the first so many; answers the first of the others. */
    long cutTo(int size) {
        long firstCut = offsets[first + size];
        end = first + size;
        return firstCut;
    }
}
