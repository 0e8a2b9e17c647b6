package io.sluice.store.index;

/**
 * One index file, big endian: header, hash slots, entries.
 *
 * <pre>
 *   header  0          8        16             24           32        36
 *           beginStore endStore beginLogOffset endLogOffset usedSlots nextEntry            40 bytes
 *   slot    newest entry of the chain, 0 for none                                           4 bytes each
 *   entry   0       4         12                16
 *           keyHash logOffset secondsAfterBegin olderEntry                                 20 bytes each
 * </pre>
 */
public final class IndexLayout {
    /** int64: store time of the first entry, epoch milliseconds. */
    public static final int BEGIN_STORED_AT = 0;

    public static final int END_STORED_AT = 8;
    /** int64: log offset of the first entry's record. */
    public static final int BEGIN_LOG_OFFSET = 16;

    public static final int END_LOG_OFFSET = 24;
    public static final int USED_SLOTS = 32;
    /** int32: number of the next entry; the first entry has number 1. */
    public static final int NEXT_ENTRY = 36;

    public static final int HEADER_BYTES = 40;
    public static final int SLOT_BYTES = 4;

    public static final int KEY_HASH = 0;
    public static final int LOG_OFFSET = 4;
    public static final int SECONDS = 12;
    /** int32: next older entry of the same slot, 0 at the end of the chain. */
    public static final int OLDER_ENTRY = 16;

    public static final int ENTRY_BYTES = 20;

    public static final int SLOTS_DEFAULT = 5_000_000;
    public static final int ENTRIES_DEFAULT = 20_000_000;

    private IndexLayout() {}

    public static long fileBytes(int slots, int entries) {
        return HEADER_BYTES + (long) slots * SLOT_BYTES + (long) entries * ENTRY_BYTES;
    }

    /** The hash as entries carry it. */
    static int keyHash(int stringHash) {
        int absolute = Math.abs(stringHash);
        return absolute < 0 ? 0 : absolute;
    }
}
