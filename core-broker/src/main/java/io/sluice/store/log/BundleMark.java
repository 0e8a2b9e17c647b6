package io.sluice.store.log;

import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.NewRecord;
import io.sluice.wire.message.SysFlag;
import java.util.ArrayList;
import java.util.List;

/**
 * Ties the records of a bundle together: they lie next to each other in the log and count only together. The mark stands in the
 * field of the prepared offset, which records outside of transactions do not use: in the first record {@code 5b} and the
 * bytes of the whole bundle, in each other one, negative, the distance back to the first: no offset in a log looks like either. See docs/formats/commit-log.md, "Bundles".
 */
public final class BundleMark {
    private static final long FIRST = 0x5b00_0000_0000_0000L;
    private static final long FIRST_MASK = 0xff00_0000_0000_0000L;

    private BundleMark() {}

    /**
     * The records with their marks.
     *
     * @param sizes bytes of each record in the log
     * @throws IllegalArgumentException when one belongs to a transaction, whose records use the field themselves
     */
    public static List<NewRecord> mark(List<NewRecord> records, int[] sizes) {
        long total = 0;
        for (int size : sizes) {
            total += size;
        }
        List<NewRecord> marked = new ArrayList<>(records.size());
        long distance = 0;
        for (int i = 0; i < sizes.length; i++) {
            NewRecord record = records.get(i);
            if ((record.sysFlag() & SysFlag.TRANSACTION_MASK) != 0 || record.preparedTransactionOffset() != 0) {
                throw new IllegalArgumentException(
                        "record %d of a bundle, for %s, belongs to a transaction".formatted(i, record.topic()));
            }
            marked.add(record.withPreparedTransactionOffset(i == 0 ? FIRST | total : -distance));
            distance += sizes[i];
        }
        return marked;
    }

    /** Bytes of the bundle that begins with the record; 0 when none begins there. */
    static long bundleBytes(MessageView record) {
        long mark = markOf(record);
        return (mark & FIRST_MASK) == FIRST ? mark & ~FIRST_MASK : 0;
    }

    /** How far before the record its bundle begins; 0 when it is the first of one, or in none. */
    static long bytesBefore(MessageView record) {
        return Math.max(0, -markOf(record));
    }

    private static long markOf(MessageView record) {
        boolean isPlain = (record.sysFlag() & SysFlag.TRANSACTION_MASK) == SysFlag.TRANSACTION_NONE;
        return isPlain ? record.preparedTransactionOffset() : 0;
    }
}
