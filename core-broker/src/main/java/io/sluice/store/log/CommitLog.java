package io.sluice.store.log;

import io.sluice.store.file.ChannelFile;
import io.sluice.store.file.Disk;
import io.sluice.store.file.SharedMapping;
import io.sluice.store.file.StoreIoException;
import io.sluice.wire.message.MessageEncoder;
import io.sluice.wire.message.MessageLayout;
import io.sluice.wire.message.MessageView;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The segments of the log and the marks on it: {@code min <= flushedTo <= end}.
 *
 * <p>The write position belongs to whoever holds the append lock ({@link #reserve}, {@link #advance}); {@link #flush} to
 * the log-flusher; {@link #prepare} to the segment-preparer; {@link #deleteOldest} to retention. Marks and slices may be
 * read by any thread.
 */
public final class CommitLog implements AutoCloseable {
    /** Length of a new log's files unless configured. */
    public static final int SEGMENT_BYTES_DEFAULT = 1 << 30;
    /** Room made ahead of the writer: what it fills in some hundredths of a second at the rate of memory. */
    private static final int ROOM_AHEAD_BYTES = 32 << 20;
    /** With less than this ahead the preparer is not to sleep. */
    private static final int ROOM_LOW_BYTES = ROOM_AHEAD_BYTES / 4 * 3;
    /** So close to the end of a segment its successor is made: a new file is forced, which takes its time on a busy disk. */
    private static final int SUCCESSOR_AHEAD_BYTES = 128 << 20;
    /** Room is made up to the next multiple of this: little enough for whoever waits for the lock meanwhile. */
    private static final int ROOM_STEP_BYTES = 2 << 20;

    private static final VarHandle END = handle("end");
    private static final VarHandle LAST_RECORD = handle("lastRecord");

    private final Disk disk;
    private final Disk.Access access;
    private final Path directory;
    private final int segmentBytes;
    /**
     * Guards changes of {@link #segments}, {@link #successor} and the room of segments. Fair: the preparer gives it up after each
     * step, and a writer who waits must get it before the next one.
     */
    private final ReentrantLock roomLock = new ReentrantLock(true);
    /** Sorted by base; replaced as a whole. */
    private volatile LogSegment[] segments;
    /** Made ready, not yet written to; not among {@link #segments}. */
    private LogSegment successor;

    private final RoomPieces pieces = new RoomPieces();
    /** End of the log when it was opened. */
    private long openedAt;
    /** From this end of the log on the preparer must not sleep. Written under {@link #roomLock}. */
    private volatile long roomLowFrom = Long.MAX_VALUE;

    private volatile Consumer<String> whenLost = what -> {};

    private LogSegment active;
    private SharedMapping activeMemory;
    /** Stored with release: giving up the append lock makes it visible to whoever is told of it. */
    private volatile long end;

    private volatile long flushedTo;
    /** Where the last record begins, -1 when there is none. Written by the holder of the append lock. */
    private volatile long lastRecord = -1;

    private CommitLog(Disk disk, Disk.Access access, Path directory, int segmentBytes, LogSegment[] segments) {
        this.disk = disk;
        this.access = access;
        this.directory = directory;
        this.segmentBytes = segmentBytes;
        this.segments = segments;
    }

    private static VarHandle handle(String field) {
        try {
            return MethodHandles.lookup().findVarHandle(CommitLog.class, field, long.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    /**
     * Finds the segments in the directory. The end of the log is unknown until {@link #beginAt}.
     *
     * <p>For writing, files that are too short get their length again; for reading they stay as they are, and what they lack is
     * as if it were in no file.
     *
     * @param segmentBytes length of a segment, 0 to take that of the files found
     * @param knownBytes   length of a segment when this store was last open, 0 when nobody knows
     * @throws LogFormatException when the lengths of the files do not agree
     */
    public static CommitLog open(Disk disk, Disk.Access access, Path directory, int segmentBytes, int knownBytes) {
        try {
            List<Disk.Entry> files = new ArrayList<>();
            for (Disk.Entry entry : disk.list(directory)) {
                if (!entry.directory() && isSegmentName(entry.name())) {
                    files.add(entry);
                }
            }
            if (!files.isEmpty() && files.get(files.size() - 1).length() == 0) {
                Disk.Entry unborn = files.remove(files.size() - 1);
                if (access == Disk.Access.WRITE) {
                    disk.delete(directory.resolve(unborn.name()));
                }
            }
            if (access == Disk.Access.WRITE) {
                SegmentLengths.mend(disk, directory, files, knownBytes);
            } else {
                files.removeIf(file -> file.length() == 0);
            }
            int size = access == Disk.Access.READ && SegmentLengths.isCut(files, knownBytes)
                    ? (int) SegmentLengths.longest(files, knownBytes)
                    : SegmentLengths.find(directory, files, segmentBytes);
            LogSegment[] segments = new LogSegment[files.size()];
            for (int i = 0; i < segments.length; i++) {
                Disk.Entry file = files.get(i);
                // one that was cut off is read as far as it goes
                int bytes = (int) Math.min(size, file.length());
                segments[i] = new LogSegment(
                        disk, access, directory.resolve(file.name()), Long.parseLong(file.name()), bytes);
                segments[i].roomFrom(bytes);
            }
            return new CommitLog(disk, access, directory, size, segments);
        } catch (IOException failed) {
            throw new StoreIoException("log directory %s cannot be read".formatted(directory), failed);
        }
    }

    /** Twenty digits: the log offset of the first byte. */
    public static boolean isSegmentName(String name) {
        if (name.length() != 20) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) < '0' || name.charAt(i) > '9') {
                return false;
            }
        }
        return name.compareTo("09223372036854775807") <= 0;
    }

    public static String segmentName(long base) {
        String digits = Long.toString(base);
        return "0".repeat(20 - digits.length()) + digits;
    }

    public int segmentBytes() {
        return segmentBytes;
    }

    /** Largest record, or batch, that fits: a segment keeps room for the filler that ends it. */
    public int recordMaxBytes() {
        return segmentBytes - MessageLayout.BLANK_BYTES;
    }

    public Path directory() {
        return directory;
    }

    public boolean isEmpty() {
        return segments.length == 0;
    }

    /** First byte kept; equals {@link #end} when nothing is. */
    public long min() {
        LogSegment[] present = segments;
        return present.length == 0 ? end : present[0].base();
    }

    public long end() {
        return end;
    }

    public long flushedTo() {
        return flushedTo;
    }

    /** Where the last record begins; -1 when there is none. Exact for the holder of the append lock. */
    public long lastRecord() {
        return lastRecord;
    }

    /** One behind the last byte that the files could hold. */
    public long limit() {
        LogSegment[] present = segments;
        return present.length == 0 ? 0 : present[present.length - 1].limit();
    }

    /** Where each segment begins, oldest first. */
    public long[] bases() {
        return Arrays.stream(segments).mapToLong(LogSegment::base).toArray();
    }

    /** Starts taking slices; to be released. */
    public LogHold hold() {
        return new LogHold(this);
    }

    LogSegment segmentOf(long offset) {
        LogSegment[] present = segments;
        if (present.length == 0 || offset < present[0].base()) {
            return null;
        }
        long guess = (offset - present[0].base()) / segmentBytes;
        if (guess < present.length && present[(int) guess].base() <= offset && offset < present[(int) guess].limit()) {
            return present[(int) guess];
        }
        for (LogSegment segment : present) {
            if (segment.base() <= offset && offset < segment.limit()) {
                return segment;
            }
        }
        return null;
    }

    /** Tells, perhaps more than once, when somebody else has changed a file of the log: what happened, and the remedy. */
    public void onLoss(Consumer<String> listener) {
        whenLost = listener;
    }

    /** Looks whether the files that are mapped are still what they were. Any thread. */
    public void lookForLoss() {
        for (LogSegment segment : segments) {
            segment.look();
            if (segment.lost() != null) {
                whenLost.accept(segment.lost());
            }
        }
    }

    /** Whether the segment of this offset is there and cannot be read because somebody else changed its file. */
    boolean isLost(long offset) {
        LogSegment segment = segmentOf(offset);
        return segment != null && segment.lost() != null;
    }

    /** Whether some file has this byte. */
    public boolean holds(long offset) {
        return segmentOf(offset) != null;
    }

    /** End of the segment that has the byte; where no file has it, begin of the next one. */
    long segmentEnd(long offset) {
        LogSegment segment = segmentOf(offset);
        long next = segment != null ? segment.limit() : nextBase(offset);
        return next < 0 ? Long.MAX_VALUE : next;
    }

    /** Base of the first segment that begins at or after the offset, or -1. */
    public long nextBase(long offset) {
        for (LogSegment segment : segments) {
            if (segment.base() >= offset) {
                return segment.base();
            }
        }
        return -1;
    }

    // ---- opening

    /**
     * Writes a filler over bytes that are no record, so that everybody can walk over them and nobody takes them for something
     * else later. For the opening, before {@link #beginAt}.
     *
     * @param from       where a record was expected
     * @param to         where the next record begins, or the end of the segment
     * @param storedAtMs store time of the filler
     */
    public void fillGap(long from, long to, long storedAtMs) throws IOException {
        LogSegment segment = segmentOf(from);
        if (segment == null) {
            // its file is gone: there is nothing to write over, and nobody who would walk there
            return;
        }
        SharedMapping held = segment.hold();
        try {
            int at = (int) (from - segment.base());
            int bytes = (int) (to - from);
            if (to == segment.limit()) {
                MessageEncoder.blank(held.bytes(), at, bytes);
            } else if (bytes >= GapRecord.MIN_BYTES) {
                held.bytes().put(at, GapRecord.encode(from, bytes, storedAtMs));
            }
        } finally {
            held.release();
        }
    }

    /**
     * Sets the end of the log and makes it the place of the next append. Files behind it are deleted; when {@code clearing},
     * what follows the end in its file is made zero, durably, so that bytes of an earlier life never come back.
     *
     * @param last      where the last record begins, -1 when there is none
     * @param durableTo what is known to survive a power cut; the rest counts as not flushed yet
     */
    public void beginAt(long position, long last, long durableTo, boolean clearing) throws IOException {
        lastRecord = last;
        List<LogSegment> kept = new ArrayList<>();
        for (LogSegment segment : segments) {
            if (segment.base() < position || segment.base() == position && isLast(segment)) {
                kept.add(segment);
            } else if (access == Disk.Access.WRITE) {
                segment.delete();
            }
        }
        if (access == Disk.Access.WRITE && segments.length > 0) {
            // also for files whose maker was killed before it could do this
            disk.syncDirectory(directory);
        }
        segments = kept.toArray(new LogSegment[0]);
        end = position;
        openedAt = position;
        pieces.begin(position, ROOM_AHEAD_BYTES);
        flushedTo = Math.max(min(), Math.min(durableTo, position));
        LogSegment open = segmentOf(position);
        if (open == null || access == Disk.Access.READ) {
            return;
        }
        if (clearing) {
            open.unmap();
            try (ChannelFile file = disk.open(open.path(), Disk.Access.WRITE)) {
                file.clearFrom(position - open.base(), segmentBytes);
                file.force();
            }
        }
        open.roomFrom((int) (position - open.base()));
        active = open;
        activeMemory = open.hold();
        roomLock.lock();
        try {
            noteRoom();
        } finally {
            roomLock.unlock();
        }
    }

    /** An empty last file may stay when the log ends where it begins. */
    private boolean isLast(LogSegment segment) {
        return segment == segments[segments.length - 1];
    }

    /** Tells that flushes will be many and small. Before the first append. */
    public void willBeFlushedOften() {
        pieces.willBeFlushedOften();
    }

    // ---- writing: by the holder of the append lock

    /**
     * Finds room for so many bytes in one piece, ending the present segment when they do not fit.
     *
     * @param bytes at most {@link #recordMaxBytes}
     * @return log offset of the room
     * @throws IOException when the disk gives no room; nothing has changed
     */
    public long reserve(int bytes) throws IOException {
        if (active == null) {
            activate(takeSuccessor(end));
        }
        int at = (int) (end - active.base());
        int needed = bytes + MessageLayout.BLANK_BYTES;
        if (needed > active.size() - at) {
            LogSegment next = takeSuccessor(active.limit());
            roomAtLeast(active, at + MessageLayout.BLANK_BYTES);
            MessageEncoder.blank(activeMemory.bytes(), at, active.size() - at);
            activate(next);
            end = next.base();
            at = 0;
        }
        roomAtLeast(active, at + needed);
        return end;
    }

    /** Memory of the segment that {@link #reserve} chose; use {@link #positionOf} to find a place in it. */
    public ByteBuffer memory() {
        return activeMemory.bytes();
    }

    public int positionOf(long offset) {
        return (int) (offset - active.base());
    }

    /** Everything below is written; {@code last} is where the last record begins. */
    public void advance(long newEnd, long last) {
        LAST_RECORD.setRelease(this, last);
        END.setRelease(this, newEnd);
    }

    private void activate(LogSegment next) throws IOException {
        SharedMapping held = next.hold();
        roomLock.lock();
        try {
            LogSegment[] present = segments;
            if (present.length == 0 || present[present.length - 1] != next) {
                LogSegment[] more = Arrays.copyOf(present, present.length + 1);
                more[present.length] = next;
                segments = more;
            }
            if (successor == next) {
                successor = null;
            }
            noteRoom();
        } finally {
            roomLock.unlock();
        }
        if (activeMemory != null) {
            activeMemory.release();
        }
        active = next;
        activeMemory = held;
    }

    private LogSegment takeSuccessor(long base) throws IOException {
        roomLock.lock();
        try {
            if (successor == null) {
                successor = create(base);
                noteRoom();
            }
            return successor;
        } finally {
            roomLock.unlock();
        }
    }

    private void roomAtLeast(LogSegment segment, int to) throws IOException {
        if (to <= segment.roomTo()) {
            return;
        }
        roomLock.lock();
        try {
            if (to > segment.roomTo()) {
                segment.makeRoom(stepBehind(Math.max(to - 1, segment.roomTo())), pieces.bytes(end));
                noteRoom();
            }
        } finally {
            roomLock.unlock();
        }
    }

    /** The end of the step that the byte at this position belongs to. */
    private int stepBehind(int position) {
        return (int) Math.min(segmentBytes, (position / (long) ROOM_STEP_BYTES + 1) * ROOM_STEP_BYTES);
    }

    private LogSegment create(long base) throws IOException {
        disk.createDirectories(directory);
        Path path = directory.resolve(segmentName(base));
        // A file of that name can only be one that an earlier, failed attempt left behind: it was never part of the
        // log.
        disk.delete(path);
        disk.create(path, segmentBytes);
        LogSegment made = new LogSegment(disk, access, path, base, segmentBytes);
        try {
            made.makeRoom(stepBehind(0), pieces.bytes(end));
            // a file that lost its length would keep the log from being opened
            try (ChannelFile file = disk.open(path, Disk.Access.WRITE)) {
                file.force();
            }
        } catch (IOException full) {
            made.delete();
            throw full;
        }
        disk.syncDirectory(directory);
        return made;
    }

    // ---- preparing: by the segment-preparer

    /**
     * One step of making room ahead of the writer, and the next segment when the present one comes to its end.
     *
     * @param nowNanos what {@link System#nanoTime} says
     * @return 1 when something was done, 0 when there is room enough
     */
    public int prepare(long nowNanos) throws IOException {
        roomLock.lock();
        try {
            pieces.lookAtPace(nowNanos, end);
            return prepare();
        } finally {
            noteRoom();
            roomLock.unlock();
        }
    }

    private int prepare() throws IOException {
        LogSegment[] present = segments;
        LogSegment last = present.length == 0 ? null : present[present.length - 1];
        if (last == null) {
            return prepareSuccessor(end);
        }
        long ahead = last.base() + last.roomTo() - end;
        if (ahead >= ROOM_AHEAD_BYTES) {
            pieces.enough();
            boolean endsSoon = successor == null && last.limit() - end < SUCCESSOR_AHEAD_BYTES;
            return endsSoon ? prepareSuccessor(last.limit()) : 0;
        }
        if (last.roomTo() == last.size()) {
            return prepareSuccessor(last.limit());
        }
        pieces.hurry(ahead < ROOM_LOW_BYTES);
        last.makeRoom(stepBehind(last.roomTo()), pieces.bytes(end));
        return 1;
    }

    /** Where the room ends: in the segment that is written, or in its successor when that one is all room. */
    private void noteRoom() {
        LogSegment[] present = segments;
        LogSegment last = present.length == 0 ? null : present[present.length - 1];
        boolean isFull = last != null && last.roomTo() == last.size();
        LogSegment growing = isFull && successor != null ? successor : last;
        boolean cannotGrow = growing == null || growing == successor && successor.roomTo() == successor.size();
        roomLowFrom = cannotGrow ? Long.MAX_VALUE : growing.base() + growing.roomTo() - ROOM_LOW_BYTES;
    }

    private int prepareSuccessor(long base) throws IOException {
        if (successor == null) {
            successor = create(base);
            return 1;
        }
        if (successor.roomTo() == successor.size() || base + successor.roomTo() - end >= ROOM_AHEAD_BYTES) {
            return 0;
        }
        successor.makeRoom(stepBehind(successor.roomTo()), pieces.bytes(end));
        return 1;
    }

    /** Whether the preparer should not sleep now. For the holder of the append lock, after {@link #advance}. */
    public boolean isRoomLow() {
        return end > roomLowFrom;
    }

    // ---- flushing: by the log-flusher

    /**
     * Makes everything up to the present end durable.
     *
     * @return the new {@link #flushedTo}
     * @throws IOException when the disk refuses; nothing that was not durable before may be taken for durable ever after
     */
    public synchronized long flush() throws IOException {
        long target = end;
        long from = flushedTo;
        while (from < target) {
            LogSegment segment = segmentOf(from);
            if (segment == null && from < openedAt) {
                // a file in the middle was gone when the log was opened
                from = Math.min(target, segmentEnd(from));
                continue;
            }
            SharedMapping held = segment == null ? null : segment.hold();
            if (held == null) {
                throw new IOException("the segment of log offset %d is gone before it was flushed".formatted(from));
            }
            long to = Math.min(target, segment.limit());
            try {
                segment.look();
                if (segment.lost() != null) {
                    throw new IOException(segment.lost());
                }
                held.force((int) (from - segment.base()), (int) (to - segment.base()));
            } finally {
                held.release();
            }
            from = to;
        }
        flushedTo = Math.max(flushedTo, target);
        return flushedTo;
    }

    // ---- retention

    /**
     * Store time of the first record behind the oldest segment: nothing in that segment is newer. None when there is only one
     * segment, or its successor does not begin with a record.
     */
    public OptionalLong oldestSegmentEndMs() {
        LogSegment[] present = segments;
        if (present.length < 2) {
            return OptionalLong.empty();
        }
        long base = present[1].base();
        if (LogScan.endOfRecordAt(this, base, end) < 0) {
            return OptionalLong.empty();
        }
        LogHold hold = hold();
        try {
            return OptionalLong.of(MessageView.of(hold.rest(base)).storedAtMs());
        } finally {
            hold.release();
        }
    }

    /** One behind the last byte of the oldest segment; -1 when there is only one segment. */
    public long oldestSegmentLimit() {
        LogSegment[] present = segments;
        return present.length < 2 ? -1 : present[0].limit();
    }

    /** When the oldest segment's file was changed last, epoch milliseconds. */
    public long oldestSegmentModifiedMs() throws IOException {
        LogSegment[] present = segments;
        return present.length == 0
                ? Long.MAX_VALUE
                : disk.stat(present[0].path()).map(Disk.Entry::modifiedAtMs).orElse(Long.MAX_VALUE);
    }

    /** How many segments there are. */
    public int segmentCount() {
        return segments.length;
    }

    /** Deletes the oldest segment unless it is the only one, or not flushed yet. Readers that hold it keep its memory. */
    public boolean deleteOldest() throws IOException {
        LogSegment oldest;
        roomLock.lock();
        try {
            LogSegment[] present = segments;
            if (present.length < 2 || present[0].limit() > flushedTo) {
                return false;
            }
            oldest = present[0];
            segments = Arrays.copyOfRange(present, 1, present.length);
        } finally {
            roomLock.unlock();
        }
        oldest.delete();
        disk.syncDirectory(directory);
        return true;
    }

    /** Gives up mappings that nobody used since the last call; they come back when needed. Returns how many are left. */
    public int unmapIdle() {
        LogSegment[] present = segments;
        int mapped = 0;
        for (int i = 0; i < present.length; i++) {
            boolean written = i >= present.length - 1;
            if (!written) {
                present[i].unmapIfIdle();
            }
            mapped += present[i].isMapped() ? 1 : 0;
        }
        return mapped;
    }

    /** Gives the memory back; the log must not be used any more. A segment that was made ready and never used goes. */
    @Override
    public void close() {
        LogSegment unused;
        roomLock.lock();
        try {
            unused = successor;
            successor = null;
        } finally {
            roomLock.unlock();
        }
        if (activeMemory != null) {
            activeMemory.release();
            activeMemory = null;
        }
        for (LogSegment segment : segments) {
            segment.unmap();
        }
        if (unused != null) {
            try {
                unused.delete();
            } catch (IOException failed) {
                throw new StoreIoException("unused log file %s cannot be deleted".formatted(unused.path()), failed);
            }
        }
    }
}
