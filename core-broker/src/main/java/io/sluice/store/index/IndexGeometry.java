package io.sluice.store.index;

import java.nio.ByteBuffer;

/**
 * How many slots and entries an index file has. The file does not say so itself, but its length leaves few possibilities,
 * and the entries fit only one of them.
 */
public record IndexGeometry(int slots, int entries) {
    /** Entries per slot that brokers use unless told otherwise. */
    private static final int ENTRIES_PER_SLOT = 4;

    public IndexGeometry {
        if (slots < 1 || entries < 2 || IndexLayout.fileBytes(slots, entries) > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "an index file with %d slots and %d entries is not possible; at least 1 and 2, together at most 2 GiB"
                            .formatted(slots, entries));
        }
    }

    public long fileBytes() {
        return IndexLayout.fileBytes(slots, entries);
    }

    int slotAt(int slot) {
        return IndexLayout.HEADER_BYTES + slot * IndexLayout.SLOT_BYTES;
    }

    int entryAt(int entry) {
        return IndexLayout.HEADER_BYTES + slots * IndexLayout.SLOT_BYTES + entry * IndexLayout.ENTRY_BYTES;
    }

    /**
     * The geometry that this file was written with. When its entries fit none, the usual one for its length, for the caller
     * to find the file damaged; {@code null} when the length is not the usual kind either.
     */
    static IndexGeometry detect(ByteBuffer file) {
        long rest = file.capacity() - (long) IndexLayout.HEADER_BYTES;
        int unit = IndexLayout.SLOT_BYTES + ENTRIES_PER_SLOT * IndexLayout.ENTRY_BYTES;
        IndexGeometry usual = null;
        if (rest % unit == 0 && rest / unit > 0) {
            usual = new IndexGeometry((int) (rest / unit), (int) (rest / unit * ENTRIES_PER_SLOT));
            if (usual.fits(file)) {
                return usual;
            }
        }
        for (int slots = 1; (long) slots * IndexLayout.SLOT_BYTES <= rest - 2 * IndexLayout.ENTRY_BYTES; slots++) {
            long left = rest - (long) slots * IndexLayout.SLOT_BYTES;
            if (left % IndexLayout.ENTRY_BYTES == 0) {
                IndexGeometry candidate = new IndexGeometry(slots, (int) (left / IndexLayout.ENTRY_BYTES));
                if (candidate.fits(file)) {
                    return candidate;
                }
            }
        }
        return usual;
    }

    /** Whether the first entries stand where this geometry puts them and are reached from their slots. */
    private boolean fits(ByteBuffer file) {
        int next = file.getInt(IndexLayout.NEXT_ENTRY);
        if (next < 2 || next > entries) {
            return false;
        }
        long begin = file.getLong(IndexLayout.BEGIN_LOG_OFFSET);
        long end = file.getLong(IndexLayout.END_LOG_OFFSET);
        long before = begin;
        for (int entry = 1; entry < Math.min(next, 16); entry++) {
            int at = entryAt(entry);
            int hash = file.getInt(at + IndexLayout.KEY_HASH);
            long offset = file.getLong(at + IndexLayout.LOG_OFFSET);
            int older = file.getInt(at + IndexLayout.OLDER_ENTRY);
            if (hash < 0 || offset < before || offset > end || older < 0 || older >= entry) {
                return false;
            }
            int newest = file.getInt(slotAt(hash % slots));
            if (newest < entry || newest >= next) {
                return false;
            }
            before = offset;
        }
        return file.getLong(entryAt(1) + IndexLayout.LOG_OFFSET) == begin;
    }
}
