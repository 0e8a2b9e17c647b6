package io.sluice.store.log;

import io.sluice.wire.message.MessageLayout;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.RecordCheck;
import io.sluice.wire.message.RecordCheck.Verdict;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Walks over the records of a log from one position on, and finds where the log ends.
 *
 * <p>A record counts when its lengths agree, its checksum holds and it says that it lies where it lies. Bytes that are no
 * record are stepped over when whole records follow them in the log: damage to one message must not cost the others. Eight
 * zero bytes at a position that was never known to be durable are the end: nothing behind them was ever acknowledged as
 * durable. What follows the last whole record is a torn end, not damage. A bundle of records (see {@link BundleMark}) counts
 * as one record, unless it was on the disk once: then damage to one of its messages does not cost the others.
 *
 * <p>Confined to one thread; reads the log through the hold it is given.
 */
public final class LogScan {
    /** A clock that was set back may make a later record look older by this much. */
    private static final long CLOCK_STEP_MAX_MS = 24L * 3600 * 1000;

    /** A segment in the beginning of which no whole record is found counts as one that was never written to. */
    private static final int HEAD_BYTES = 8 << 20;

    private static final int GAPS_MAX = 10_000;
    /** What a disk writes as a whole or not at all. */
    private static final int SECTOR_BYTES = 512;

    private final CommitLog log;
    private final long provenTo;
    private final long trustedTo;
    private final long limit;
    private final boolean withChecksum;

    private long position;
    private long records;
    private long lastRecord = -1;
    private long lastStoredAtMs;
    private int damagedPlaces;
    private long damagedBytes;
    private long firstDamage = -1;
    private Verdict endVerdict = Verdict.NOTHING;
    /** Some of the damaged places at or after {@link #provenTo}. */
    private final List<Gap> gaps = new ArrayList<>();

    /** Bytes [from, to) of one segment that are no record, with records behind them; or that are in no file at all. */
    public record Gap(long from, long to) {}

    /** Told of each whole record, in log order. */
    @FunctionalInterface
    public interface Visitor {
        /**
         * @param offset position of the record
         * @param record the whole record, read only; valid during the call
         */
        void record(long offset, ByteBuffer record);
    }

    /**
     * @param from         where a record, a filler or the end is expected
     * @param provenTo     below this offset everything was on the disk once
     * @param trustedTo    below this offset the log is not over yet: zeros there are damage
     * @param limit        the walk ends at this offset at the latest
     * @param withChecksum whether bodies are checked
     */
    public LogScan(CommitLog log, long from, long provenTo, long trustedTo, long limit, boolean withChecksum) {
        this.log = log;
        this.position = from;
        this.provenTo = provenTo;
        this.trustedTo = trustedTo;
        this.limit = limit;
        this.withChecksum = withChecksum;
    }

    /** Walks to the end. */
    public void run(Visitor visitor) {
        while (step(visitor)) {
            // one segment after the other, so that memory of those behind is not held
        }
    }

    /** Walks to the end of one segment, or of the log; {@code false} at the end of the log. */
    public boolean step(Visitor visitor) {
        if (position >= limit) {
            return false;
        }
        if (log.isLost(position)) {
            return jumpToNextSegment();
        }
        LogHold hold = log.hold();
        try {
            ByteBuffer rest = hold.rest(position);
            if (rest == null) {
                return jumpToNextSegment();
            }
            return walk(rest, position, visitor);
        } finally {
            hold.release();
        }
    }

    /** Files in the middle may be missing, or hold nothing any more: the log goes on where the next one does. */
    private boolean jumpToNextSegment() {
        long next = nextBegun(position + 1);
        if (next < 0) {
            return false;
        }
        damage(position, next);
        position = next;
        return true;
    }

    /** Base of the first segment from the offset on with whole records in its beginning; -1 when there is none. */
    private long nextBegun(long offset) {
        long base = log.nextBase(offset);
        while (base >= 0 && base < limit) {
            if (!log.isLost(base) && firstRecord(base) >= 0) {
                return base;
            }
            base = log.nextBase(base + 1);
        }
        return -1;
    }

    /** Where the first whole record of a segment begins that is not of an earlier life of the file; -1 when none is found. */
    private long firstRecord(long base) {
        LogHold hold = log.hold();
        try {
            ByteBuffer rest = hold.rest(base);
            int at = rest == null ? -1 : candidateFrom(rest, 0, Math.min(rest.limit(), HEAD_BYTES), base);
            return at < 0 ? -1 : base + at;
        } finally {
            hold.release();
        }
    }

    /** Position of the next whole record; -1 when none begins there and ends before the limit of the log. */
    private int candidateFrom(ByteBuffer bytes, int from, int to, long base) {
        int last = (int) Math.min(Math.min(to, bytes.limit() - MessageLayout.MIN_BYTES + 1), limit - base);
        for (int at = from; at < last; at++) {
            if (bytes.getLong(at + MessageLayout.MAGIC) == 0) {
                // nor does a record begin at the next seven: no byte of its magic is zero
                at += Long.BYTES - 1;
                continue;
            }
            int magic = bytes.getInt(at + MessageLayout.MAGIC);
            if ((magic == MessageLayout.MAGIC_V1 || magic == MessageLayout.MAGIC_V2)
                    && continues(bytes, at, base + at)) {
                return at;
            }
        }
        return -1;
    }

    private boolean walk(ByteBuffer rest, long base, Visitor visitor) {
        int at = 0;
        while (true) {
            position = base + at;
            if (position >= limit) {
                return false;
            }
            if (at == rest.limit()) {
                return true;
            }
            Verdict verdict = judge(rest, at, position);
            boolean isTorn = verdict == Verdict.WHOLE && isTornBundle(rest, at, position);
            if (verdict == Verdict.WHOLE && !isTorn) {
                int size = rest.getInt(at);
                accept(rest.slice(at, size), visitor);
                at += size;
            } else if (verdict == Verdict.BLANK && rest.getInt(at) == rest.limit() - at) {
                at = rest.limit();
            } else {
                long next = afterDamage(rest, at, base, verdict);
                if (next < 0) {
                    endVerdict = isTorn ? Verdict.CUT_SHORT : verdict;
                    return false;
                }
                if (next >= base + rest.limit()) {
                    position = next;
                    return true;
                }
                at = (int) (next - base);
            }
        }
    }

    private void accept(ByteBuffer record, Visitor visitor) {
        records++;
        lastRecord = position;
        lastStoredAtMs = MessageView.of(record).storedAtMs();
        visitor.record(position, record);
    }

    /** What lies at the position; a record that says it belongs elsewhere is none. */
    private Verdict judge(ByteBuffer bytes, int at, long offset) {
        Verdict verdict = RecordCheck.check(bytes.slice(at, bytes.limit() - at), withChecksum);
        if (verdict != Verdict.WHOLE) {
            return verdict;
        }
        if (bytes.getLong(at + MessageLayout.PHYSICAL_OFFSET) != offset) {
            return Verdict.UNKNOWN_MAGIC;
        }
        return offset >= provenTo && lacksSectors(bytes, at, offset) ? Verdict.CHECKSUM_WRONG : Verdict.WHOLE;
    }

    /** Whether a bundle begins here of which the disk does not have every record. */
    private boolean isTornBundle(ByteBuffer bytes, int at, long offset) {
        long length = offset < provenTo ? 0 : BundleMark.bundleBytes(viewAt(bytes, at));
        if (length == 0) {
            return false;
        }
        long end = at + length;
        long next = at;
        while (next < end) {
            int here = (int) next;
            if (end > bytes.limit() || here > at && judge(bytes, here, offset + here - at) != Verdict.WHOLE) {
                return true;
            }
            next += bytes.getInt(here);
        }
        return next != end;
    }

    private static MessageView viewAt(ByteBuffer bytes, int at) {
        return MessageView.of(bytes.slice(at, bytes.getInt(at)));
    }

    /**
     * The checksum speaks for the body alone. What comes behind it may not have reached the disk in a power cut; then whole
     * sectors of it, or its last bytes, are zero, which topic and properties never are.
     */
    private boolean lacksSectors(ByteBuffer bytes, int at, long offset) {
        MessageView view = viewAt(bytes, at);
        int end = at + bytes.getInt(at);
        int properties = view.propertiesBytes().remaining();
        int topic = view.topicBytes().remaining();
        long atInFile = offset % log.segmentBytes() - at;
        boolean cutOff = properties > 0 ? bytes.get(end - 1) == 0 : topic > 0 && bytes.get(end - 3) == 0;
        return cutOff
                || lacksSectors(bytes, end - properties, end, atInFile)
                || lacksSectors(bytes, end - properties - 2 - topic, end - properties - 2, atInFile);
    }

    /** @param shift what to add to a position to get the one in the file */
    private static boolean lacksSectors(ByteBuffer bytes, int from, int to, long shift) {
        int start = from;
        while (start < to) {
            int sectorEnd = (int) (start + SECTOR_BYTES - (start + shift) % SECTOR_BYTES);
            int end = Math.min(to, sectorEnd);
            if (isZero(bytes, start, end)) {
                return true;
            }
            start = end;
        }
        return false;
    }

    private static boolean isZero(ByteBuffer bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes.get(i) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Where the log goes on behind bytes that are no record, or -1 when nothing follows and the log ends here. */
    private long afterDamage(ByteBuffer rest, int at, long base, Verdict verdict) {
        if (verdict == Verdict.NOTHING && position >= trustedTo) {
            return -1;
        }
        int candidate = candidateFrom(rest, at + 1, rest.limit(), base);
        while (candidate >= 0 && belongsTo(rest, candidate, at)) {
            candidate = candidateFrom(rest, candidate + 1, rest.limit(), base);
        }
        long next = candidate >= 0 ? base + candidate : nextBegun(base + rest.limit());
        if (next >= 0) {
            damage(base + at, next);
        }
        return next;
    }

    /**
     * Begin of the first whole record that is found in the last segment that has some: whatever lies before it was complete
     * once.
     */
    public static long lastBegun(CommitLog log) {
        long[] bases = log.bases();
        LogScan scan = new LogScan(log, log.min(), log.min(), log.min(), log.limit(), true);
        for (int i = bases.length - 1; i > 0; i--) {
            long first = log.isLost(bases[i]) ? -1 : scan.firstRecord(bases[i]);
            if (first >= 0) {
                return first;
            }
        }
        return log.min();
    }

    /** End of the whole record with the right checksum that begins at the offset; -1 when none does, or it ends behind the limit. */
    public static long endOfRecordAt(CommitLog log, long offset, long limit) {
        LogScan scan = new LogScan(log, offset, offset, offset, limit, true);
        LogHold hold = log.hold();
        try {
            ByteBuffer rest = hold.rest(offset);
            if (rest == null || scan.judge(rest, 0, offset) != Verdict.WHOLE) {
                return -1;
            }
            long end = offset + rest.getInt(0);
            return end <= limit ? end : -1;
        } finally {
            hold.release();
        }
    }

    /** Whether a whole record lies there that is not older than those before: not one of an earlier life of the file. */
    private boolean continues(ByteBuffer bytes, int at, long offset) {
        if (judge(bytes, at, offset) != Verdict.WHOLE) {
            return false;
        }
        return viewAt(bytes, at).storedAtMs() >= lastStoredAtMs - CLOCK_STEP_MAX_MS;
    }

    /** Whether the record is part of a bundle that begins at or behind the damaged place, so that it does not count. */
    private static boolean belongsTo(ByteBuffer bytes, int at, int damaged) {
        long before = BundleMark.bytesBefore(viewAt(bytes, at));
        return before > 0 && at - before >= damaged;
    }

    /** What spans several segments is told for each. */
    private void damage(long from, long to) {
        long segmentEnd = log.segmentEnd(from);
        if (segmentEnd < to) {
            damage(from, segmentEnd);
            damage(segmentEnd, to);
            return;
        }
        if (from >= provenTo && gaps.size() < GAPS_MAX) {
            gaps.add(new Gap(from, to));
        }
        if (firstDamage < 0) {
            firstDamage = from;
        }
        damagedPlaces++;
        damagedBytes += to - from;
    }

    /** Where the walk is; after the last step: the end of the log. */
    public long position() {
        return position;
    }

    public long records() {
        return records;
    }

    /** Where the last whole record begins; -1 when there was none. */
    public long lastRecord() {
        return lastRecord;
    }

    /** Store time of the last whole record; 0 when there was none. */
    public long lastStoredAtMs() {
        return lastStoredAtMs;
    }

    /** How many places were stepped over because they hold no record. */
    public int damagedPlaces() {
        return damagedPlaces;
    }

    public long damagedBytes() {
        return damagedBytes;
    }

    /** The first such place, or -1. */
    public long firstDamage() {
        return firstDamage;
    }

    /** The damaged places that were never known to be durable, as many as there is room for. */
    public List<Gap> gaps() {
        return gaps;
    }

    /** What lies at the end: {@code NOTHING} for a log that ends cleanly, else how the last record is torn. */
    public Verdict endVerdict() {
        return endVerdict;
    }
}
