package io.sluice.store.index;

import io.sluice.store.file.SharedMapping;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * One index file, mapped. Written by the holder of the index lock; chains may be followed by any thread that holds the
 * mapping: an entry is complete before its slot points at it.
 */
final class IndexFile {
    /** Entries get real blocks in steps of this many bytes, so that a full disk is met before memory is written. */
    private static final int ROOM_STEP_BYTES = 1 << 20;
    /** The file is written all over and flushed seldom. */
    private static final int PIECE_BYTES = 256 << 10;

    private static final long SUM_SEED = 0xCBF29CE484222325L;
    private static final long SUM_FACTOR = 0x100000001B3L;

    private final Path path;
    private final IndexGeometry geometry;
    private final SharedMapping mapping;
    private final ByteBuffer bytes;
    /** Bytes below have real blocks. */
    private int roomTo;

    private int nextEntry;
    private int usedSlots;
    private long beginStoredAt;
    private long endStoredAt;
    private long beginLogOffset;
    private long endLogOffset;
    /** Over all entries; 0 when some were never looked at. */
    private long sum;

    /** Told of entries of a chain, newest first. */
    @FunctionalInterface
    interface Candidates {
        /** @return {@code false} to end the search */
        boolean at(long logOffset);
    }

    private IndexFile(Path path, IndexGeometry geometry, SharedMapping mapping) {
        this.path = path;
        this.geometry = geometry;
        this.mapping = mapping;
        this.bytes = mapping.bytes();
        this.nextEntry = bytes.getInt(IndexLayout.NEXT_ENTRY);
        this.usedSlots = bytes.getInt(IndexLayout.USED_SLOTS);
        this.beginStoredAt = bytes.getLong(IndexLayout.BEGIN_STORED_AT);
        this.endStoredAt = bytes.getLong(IndexLayout.END_STORED_AT);
        this.beginLogOffset = bytes.getLong(IndexLayout.BEGIN_LOG_OFFSET);
        this.endLogOffset = bytes.getLong(IndexLayout.END_LOG_OFFSET);
    }

    /** A file that is there already. */
    static IndexFile existing(Path path, IndexGeometry geometry, SharedMapping mapping) {
        IndexFile file = new IndexFile(path, geometry, mapping);
        file.roomTo = file.hasSaneHeader() ? geometry.entryAt(file.nextEntry) : geometry.entryAt(1);
        return file;
    }

    /**
     * A new file of zeros, which continues where the one before it ended.
     *
     * @param before {@code null} for the first
     */
    static IndexFile begin(Path path, IndexGeometry geometry, SharedMapping mapping, IndexFile before)
            throws IOException {
        mapping.allocate(0, geometry.entryAt(1), PIECE_BYTES);
        IndexFile file = new IndexFile(path, geometry, mapping);
        file.roomTo = geometry.entryAt(1);
        file.nextEntry = 1;
        file.sum = SUM_SEED;
        if (before != null) {
            file.beginLogOffset = before.endLogOffset;
            file.endLogOffset = before.endLogOffset;
            file.beginStoredAt = before.endStoredAt;
            file.endStoredAt = before.endStoredAt;
        }
        file.writeHeader();
        return file;
    }

    String name() {
        return path.getFileName().toString();
    }

    Path path() {
        return path;
    }

    IndexGeometry geometry() {
        return geometry;
    }

    SharedMapping mapping() {
        return mapping;
    }

    IndexTable.Line line() {
        return new IndexTable.Line(name(), beginStoredAt, endLogOffset, nextEntry, sum);
    }

    boolean isFull() {
        return nextEntry >= geometry.entries();
    }

    boolean isEmpty() {
        return nextEntry <= 1;
    }

    long beginLogOffset() {
        return beginLogOffset;
    }

    long endLogOffset() {
        return endLogOffset;
    }

    long beginStoredAt() {
        return beginStoredAt;
    }

    long endStoredAt() {
        return endStoredAt;
    }

    boolean hasSaneHeader() {
        return nextEntry >= 1
                && nextEntry <= geometry.entries()
                && beginLogOffset >= 0
                && beginLogOffset <= endLogOffset;
    }

    // ---- by the holder of the index lock

    /**
     * Adds an entry; the file is not {@linkplain #isFull full}.
     *
     * @param keyHash see {@link IndexLayout#keyHash}
     * @throws IOException when the disk gives no room; nothing has changed
     */
    void put(int keyHash, long logOffset, long storedAtMs) throws IOException {
        int at = geometry.entryAt(nextEntry);
        if (at + IndexLayout.ENTRY_BYTES > roomTo) {
            int to = Math.min(mapping.bytes().capacity(), roomTo + ROOM_STEP_BYTES);
            mapping.allocate(roomTo, to, PIECE_BYTES);
            roomTo = to;
        }
        if (isEmpty()) {
            beginLogOffset = logOffset;
            beginStoredAt = storedAtMs;
        }
        int slotAt = geometry.slotAt(keyHash % geometry.slots());
        int older = bytes.getInt(slotAt);
        if (older < 0 || older >= nextEntry) {
            older = 0;
        }
        bytes.putInt(at + IndexLayout.KEY_HASH, keyHash);
        bytes.putLong(at + IndexLayout.LOG_OFFSET, logOffset);
        bytes.putInt(at + IndexLayout.SECONDS, secondsAfterBegin(storedAtMs));
        bytes.putInt(at + IndexLayout.OLDER_ENTRY, older);
        sum = sum == 0 ? 0 : sumWith(sum, keyHash, logOffset, bytes.getInt(at + IndexLayout.SECONDS));
        int entry = nextEntry++;
        usedSlots += older == 0 ? 1 : 0;
        endLogOffset = logOffset;
        endStoredAt = storedAtMs;
        // counted before it can be reached: a process that dies in between leaves an entry that leads nowhere wrong
        VarHandle.releaseFence();
        writeHeader();
        VarHandle.releaseFence();
        bytes.putInt(slotAt, entry);
    }

    private static long sumWith(long sum, int keyHash, long logOffset, int seconds) {
        long next = (sum ^ keyHash) * SUM_FACTOR;
        next = (next ^ logOffset) * SUM_FACTOR;
        return (next ^ seconds) * SUM_FACTOR;
    }

    private int secondsAfterBegin(long storedAtMs) {
        return (int) Math.max(0, Math.min(Integer.MAX_VALUE, (storedAtMs - beginStoredAt) / 1000));
    }

    private void writeHeader() {
        bytes.putLong(IndexLayout.BEGIN_STORED_AT, beginStoredAt);
        bytes.putLong(IndexLayout.END_STORED_AT, endStoredAt);
        bytes.putLong(IndexLayout.BEGIN_LOG_OFFSET, beginLogOffset);
        bytes.putLong(IndexLayout.END_LOG_OFFSET, endLogOffset);
        bytes.putInt(IndexLayout.USED_SLOTS, usedSlots);
        bytes.putInt(IndexLayout.NEXT_ENTRY, nextEntry);
    }

    /** Takes the file as it is when its header is what it was; entries are not looked at. */
    boolean takeUnread(IndexTable.Line known) {
        sum = known.sum();
        return hasSaneHeader() && line().equals(known);
    }

    /** Bytes of the entries. */
    long usedBytes() {
        return (long) nextEntry * IndexLayout.ENTRY_BYTES;
    }

    /**
     * Takes the entries that the file is known to have had, if they are still the same, and makes the chains again from them.
     *
     * @param logEnd no entry may point at or behind it
     * @return whether the entries are the same; if not, the file is of no use
     */
    boolean repair(IndexTable.Line known, long logEnd) {
        beginStoredAt = known.beginStoredAt();
        return repair(known.nextEntry(), known.sum(), logEnd);
    }

    /** The same for entries that were compared with the log. */
    boolean repair(int upTo, long logEnd) {
        return repair(upTo, 0, logEnd);
    }

    private boolean repair(int upTo, long knownSum, long logEnd) {
        if (upTo < 1 || upTo > geometry.entries()) {
            return false;
        }
        int[] newest = new int[geometry.slots()];
        long before = 0;
        int used = 0;
        long found = SUM_SEED;
        for (int entry = 1; entry < upTo; entry++) {
            int at = geometry.entryAt(entry);
            int hash = bytes.getInt(at + IndexLayout.KEY_HASH);
            long offset = bytes.getLong(at + IndexLayout.LOG_OFFSET);
            if (hash < 0 || offset < before || offset >= logEnd) {
                return false;
            }
            before = offset;
            found = sumWith(found, hash, offset, bytes.getInt(at + IndexLayout.SECONDS));
            int slot = hash % geometry.slots();
            if (bytes.getInt(at + IndexLayout.OLDER_ENTRY) != newest[slot]) {
                bytes.putInt(at + IndexLayout.OLDER_ENTRY, newest[slot]);
            }
            used += newest[slot] == 0 ? 1 : 0;
            newest[slot] = entry;
        }
        if (knownSum != 0 && found != knownSum) {
            return false;
        }
        sum = found;
        for (int slot = 0; slot < newest.length; slot++) {
            if (bytes.getInt(geometry.slotAt(slot)) != newest[slot]) {
                bytes.putInt(geometry.slotAt(slot), newest[slot]);
            }
        }
        nextEntry = upTo;
        usedSlots = used;
        if (upTo > 1) {
            int last = geometry.entryAt(upTo - 1);
            beginLogOffset = bytes.getLong(geometry.entryAt(1) + IndexLayout.LOG_OFFSET);
            endLogOffset = bytes.getLong(last + IndexLayout.LOG_OFFSET);
            // entries keep whole seconds only: the end is put behind the last of them
            endStoredAt = beginStoredAt + (bytes.getInt(last + IndexLayout.SECONDS) + 1L) * 1000;
        }
        roomTo = geometry.entryAt(nextEntry);
        writeHeader();
        return true;
    }

    /** How many entries point before the log offset: entries are in log order. */
    int entriesBefore(long logOffset) {
        int low = 1;
        int high = nextEntry;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (bytes.getLong(geometry.entryAt(middle) + IndexLayout.LOG_OFFSET) < logOffset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    boolean isEntry(int entry, int keyHash, long logOffset, long storedAtMs) {
        int at = geometry.entryAt(entry);
        return entry < Math.min(nextEntry, geometry.entries())
                && bytes.getInt(at + IndexLayout.KEY_HASH) == keyHash
                && bytes.getLong(at + IndexLayout.LOG_OFFSET) == logOffset
                && bytes.getInt(at + IndexLayout.SECONDS) == secondsAfterBegin(storedAtMs)
                && (entry > 1 || beginStoredAt == storedAtMs);
    }

    void force() throws IOException {
        mapping.force(0, geometry.entryAt(Math.min(nextEntry, geometry.entries())));
    }

    // ---- by any thread that holds the mapping

    /**
     * Follows the chain of a key, newest entry first.
     *
     * @return {@code false} when the search was ended
     */
    boolean search(int keyHash, long fromMs, long toMs, Candidates candidates) {
        ByteBuffer readable = mapping.readable();
        int entry = readable.getInt(geometry.slotAt(keyHash % geometry.slots()));
        VarHandle.acquireFence();
        long begin = readable.getLong(IndexLayout.BEGIN_STORED_AT);
        int limit = geometry.entries();
        while (entry > 0 && entry < limit) {
            int at = geometry.entryAt(entry);
            long storedAt = begin + readable.getInt(at + IndexLayout.SECONDS) * 1000L;
            if (storedAt + 1000 <= fromMs) {
                return true;
            }
            if (readable.getInt(at + IndexLayout.KEY_HASH) == keyHash
                    && storedAt <= toMs
                    && !candidates.at(readable.getLong(at + IndexLayout.LOG_OFFSET))) {
                return false;
            }
            // a chain only leads to older entries; anything else is damage, and would go round for ever
            limit = entry;
            entry = readable.getInt(at + IndexLayout.OLDER_ENTRY);
        }
        return true;
    }

    /** What a check of the whole file found, for the offline tools. */
    record Findings(int entries, String fault) {}

    /** Looks at every entry and every chain without changing anything. */
    Findings examine() {
        int[] newest = new int[geometry.slots()];
        long before = 0;
        if (!hasSaneHeader()) {
            return new Findings(
                    0,
                    "the header is not possible: next entry %d, log offsets %d to %d"
                            .formatted(nextEntry, beginLogOffset, endLogOffset));
        }
        for (int entry = 1; entry < nextEntry; entry++) {
            int at = geometry.entryAt(entry);
            int hash = bytes.getInt(at + IndexLayout.KEY_HASH);
            long offset = bytes.getLong(at + IndexLayout.LOG_OFFSET);
            if (hash < 0 || offset < before) {
                return new Findings(
                        entry,
                        "entry %d is damaged: hash %d, log offset %d after %d".formatted(entry, hash, offset, before));
            }
            before = offset;
            int slot = hash % geometry.slots();
            int older = bytes.getInt(at + IndexLayout.OLDER_ENTRY);
            if (older != newest[slot]) {
                return new Findings(
                        entry,
                        "entry %d leads to entry %d; the one before it in its slot is %d"
                                .formatted(entry, older, newest[slot]));
            }
            newest[slot] = entry;
        }
        for (int slot = 0; slot < newest.length; slot++) {
            int head = bytes.getInt(geometry.slotAt(slot));
            if (head != newest[slot]) {
                return new Findings(
                        nextEntry - 1,
                        "slot %d leads to entry %d; its newest is %d".formatted(slot, head, newest[slot]));
            }
        }
        return new Findings(nextEntry - 1, null);
    }
}
