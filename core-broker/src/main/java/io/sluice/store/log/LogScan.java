package io.sluice.store.log;

import io.sluice.wire.message.MessageLayout;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.RecordCheck;
import io.sluice.wire.message.RecordCheck.Verdict;
import java.nio.ByteBuffer;

/**
 * Walks over the records of a log from one position on, and finds where the log ends.
 *
 * <p>A record counts when its lengths agree, its checksum holds and it says that it lies where it lies. Bytes that are no
 * record are stepped over when whole records follow them in the log: damage to one message must not cost the others. Eight
 * zero bytes at a position that was never known to be durable are the end: nothing behind them was ever acknowledged as
 * durable. What follows the last whole record is a torn end, not damage.
 *
 * <p>Confined to one thread; reads the log through the hold it is given.
 */
public final class LogScan {
    /** A clock that was set back may make a later record look older by this much. */
    private static final long CLOCK_STEP_MAX_MS = 24L * 3600 * 1000;

    private final CommitLog log;
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
     * @param trustedTo    below this offset the log is known to be complete: zeros there are damage
     * @param limit        the walk ends at this offset at the latest
     * @param withChecksum whether bodies are checked
     */
    public LogScan(CommitLog log, long from, long trustedTo, long limit, boolean withChecksum) {
        this.log = log;
        this.position = from;
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

    /** A file in the middle may be missing: the log goes on where the next one begins. */
    private boolean jumpToNextSegment() {
        long next = log.nextBase(position);
        if (next < 0 || next >= limit || !beginsPlausibly(next)) {
            return false;
        }
        damage(position, next);
        position = next;
        return true;
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
            if (verdict == Verdict.WHOLE) {
                int size = rest.getInt(at);
                accept(rest.slice(at, size), visitor);
                at += size;
            } else if (verdict == Verdict.BLANK && rest.getInt(at) == rest.limit() - at) {
                at = rest.limit();
            } else {
                int next = afterDamage(rest, at, base, verdict);
                if (next < 0) {
                    endVerdict = verdict;
                    return false;
                }
                at = next;
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
        if (verdict == Verdict.WHOLE && bytes.getLong(at + MessageLayout.PHYSICAL_OFFSET) != offset) {
            return Verdict.UNKNOWN_MAGIC;
        }
        return verdict;
    }

    /**
     * Where the log goes on behind bytes that are no record: a position in this segment, its end when the next segment goes
     * on, or -1 when nothing follows and the log ends here.
     */
    private int afterDamage(ByteBuffer rest, int at, long base, Verdict verdict) {
        if (verdict == Verdict.NOTHING && position >= trustedTo) {
            return -1;
        }
        int last = (int) Math.min(rest.limit(), limit - base) - MessageLayout.MIN_BYTES;
        for (int candidate = at + 1; candidate <= last; candidate++) {
            int magic = rest.getInt(candidate + MessageLayout.MAGIC);
            if ((magic == MessageLayout.MAGIC_V1 || magic == MessageLayout.MAGIC_V2)
                    && continues(rest, candidate, base + candidate)) {
                damage(base + at, base + candidate);
                return candidate;
            }
        }
        long nextSegment = base + rest.limit();
        if (nextSegment < limit && log.nextBase(nextSegment) == nextSegment && beginsPlausibly(nextSegment)) {
            damage(base + at, nextSegment);
            return rest.limit();
        }
        return -1;
    }

    private boolean beginsPlausibly(long offset) {
        LogHold hold = log.hold();
        try {
            ByteBuffer rest = hold.rest(offset);
            return rest != null && continues(rest, 0, offset);
        } finally {
            hold.release();
        }
    }

    /** Base of the last segment that begins with a whole record: whatever lies before it was complete once. */
    public static long lastBegun(CommitLog log) {
        long[] bases = log.bases();
        for (int i = bases.length - 1; i > 0; i--) {
            if (endOfRecordAt(log, bases[i], log.limit()) >= 0) {
                return bases[i];
            }
        }
        return log.min();
    }

    /** End of the whole record with the right checksum that begins at the offset; -1 when none does, or it ends behind the limit. */
    public static long endOfRecordAt(CommitLog log, long offset, long limit) {
        LogScan scan = new LogScan(log, offset, offset, limit, true);
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
        return MessageView.of(bytes.slice(at, bytes.getInt(at))).storedAtMs() >= lastStoredAtMs - CLOCK_STEP_MAX_MS;
    }

    private void damage(long from, long to) {
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

    /** What lies at the end: {@code NOTHING} for a log that ends cleanly, else how the last record is torn. */
    public Verdict endVerdict() {
        return endVerdict;
    }
}
