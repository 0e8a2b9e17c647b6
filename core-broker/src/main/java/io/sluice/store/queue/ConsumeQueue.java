package io.sluice.store.queue;

import io.sluice.store.file.StoreIoException;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * One queue: entry number to place in the log.
 *
 * <p>New entries go to memory and become readable when they are {@linkplain #publish published}; the queue-writer copies
 * them to the queue's files. Nothing here must survive: what is missing after a crash is made again from the log.
 * Invariant: {@code start <= writtenTo <= next} and {@code start <= end <= next}.
 */
public final class ConsumeQueue {
    private static final int READ_ENTRIES = 800;
    private static final VarHandle NEXT = handle("next");
    private static final VarHandle END = handle("end");

    private final QueueKey key;
    private final TopicQueues topic;
    private final QueueFiles files;

    // ---- owned by the holder of the append lock
    /** Number of the next entry to be put. Stored with release: the queue-writer reads it without the lock. */
    private long next;
    /** The writer's list that the queue was put on last, and how far it was then. Set before {@link #next} grows. */
    private volatile int listedOn;

    private long nextWhenListed;

    // ---- written by the holder of the append lock, or by who publishes, read by all
    /** Entries below are readable. Stored with release: whoever is told of them is told after a lock is given up. */
    private volatile long end;

    private volatile TailChunk newest;
    /** First chunk in memory; entries before it are in files. */
    private volatile TailChunk oldest;
    /** Lowest entry that was ever known here; what is before it is not missing, it never was or is long gone. */
    private volatile long start;
    /** The first readable entry, and for which beginning of the log that was found out. */
    private volatile First first = new First(0, -1);

    // ---- owned by the queue-writer
    /** Entries below are in files. */
    private volatile long writtenTo;
    /** Whether entries of an earlier life may follow the last one in the files. */
    private boolean unswept;
    /** Set when the topic is deleted: the queue is written no more. */
    private volatile boolean dropped;

    private record First(long entry, long logMin) {}

    ConsumeQueue(QueueKey key, TopicQueues topic, QueueFiles files, long start, long next) {
        this.key = key;
        this.topic = topic;
        this.files = files;
        this.start = start;
        this.next = next;
        this.end = next;
        this.writtenTo = next;
        this.first = new First(start, -1);
    }

    private static VarHandle handle(String field) {
        try {
            return MethodHandles.lookup().findVarHandle(ConsumeQueue.class, field, long.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    public QueueKey key() {
        return key;
    }

    public TopicQueues topic() {
        return topic;
    }

    // ---- by the holder of the append lock

    /** Number that the next entry will have. */
    public long next() {
        return next;
    }

    /** Adds the next entry; it is not readable yet. */
    void put(long logOffset, int size, long tagHash) {
        TailChunk chunk = newest;
        if (chunk == null || next == chunk.limit()) {
            chunk = grow(chunk);
        }
        QueueEntryLayout.put(chunk.entries(), chunk.at(next), logOffset, size, tagHash);
        NEXT.setRelease(this, next + 1);
    }

    /** A queue that filled its chunk before the writer came gets larger ones; a slow one stays small. */
    private TailChunk grow(TailChunk full) {
        int capacity = TailChunk.CAPACITY_MIN;
        if (full != null) {
            boolean busy = writtenTo <= full.first();
            capacity = busy ? Math.min(TailChunk.CAPACITY_MAX, full.capacity() * 4) : full.capacity();
        }
        TailChunk chunk = new TailChunk(next, capacity);
        if (full == null) {
            oldest = chunk;
        } else {
            full.next(chunk);
        }
        newest = chunk;
        return chunk;
    }

    /** Adds entries that stand for no message, up to this number: their records are lost. */
    void putNoMessages(long upTo) {
        while (next < upTo) {
            put(0L, QueueEntryLayout.NO_MESSAGE_SIZE, 0L);
        }
    }

    int listedOn() {
        return listedOn;
    }

    void listOn(int list) {
        nextWhenListed = next;
        listedOn = list;
    }

    /** Entries below become readable. Calls come in the order of the log. */
    public void publish(long upTo) {
        END.setRelease(this, upTo);
    }

    /** Forgets all entries; the next one put gets this number. While a log is recovered only. */
    void restart(long at) {
        newest = null;
        oldest = null;
        next = at;
        end = at;
        start = at;
        writtenTo = at;
        first = new First(at, -1);
        unswept = true;
    }

    // ---- by any thread

    /** One behind the last readable entry. */
    public long end() {
        return end;
    }

    public long start() {
        return start;
    }

    /** Entries before are gone for good; by retention, when their files are deleted. */
    void start(long lowest) {
        start = Math.max(start, Math.min(lowest, writtenTo));
    }

    public long writtenTo() {
        return writtenTo;
    }

    /**
     * The first readable entry: the first whose record is not before the beginning of the log.
     *
     * @param logMin  beginning of the log
     * @param missing told of an entry that is not in its file; the answer is then as good as it can be without
     */
    public long min(long logMin, LongConsumer missing) {
        First known = first;
        if (known.logMin == logMin) {
            return Math.min(known.entry, end);
        }
        try {
            return search(logMin, known);
        } catch (MissingEntriesException lost) {
            missing.accept(lost.entry());
            return Math.min(known.entry, end);
        }
    }

    private long search(long logMin, First known) {
        long low = known.entry;
        long high = end;
        while (low < high) {
            long middle = (low + high) >>> 1;
            long probe = firstMessageFrom(middle, high);
            if (probe == high || logOffsetOf(probe) >= logMin) {
                high = middle;
            } else {
                low = probe + 1;
            }
        }
        // dummies before the first message are no messages
        long min = firstMessageFrom(low, end);
        first = new First(min, logMin);
        return min;
    }

    /** First entry from there on that stands for a message, or {@code limit}. */
    private long firstMessageFrom(long entry, long limit) {
        long[] found = {limit};
        walk(entry, limit, (offset, logOffset, size, tagHash) -> {
            if (QueueEntryLayout.isNoMessage(logOffset, size)) {
                return true;
            }
            found[0] = offset;
            return false;
        });
        return found[0];
    }

    /** Log offset of a readable entry. */
    public long logOffsetOf(long entry) {
        long[] found = {-1};
        walk(entry, entry + 1, (offset, logOffset, size, tagHash) -> {
            found[0] = logOffset;
            return false;
        });
        return found[0];
    }

    /**
     * Visits entries in order, dummies included.
     *
     * @param from first entry, not below {@link #start}
     * @param to   end, exclusive; lowered to the readable end
     * @return one behind the last entry visited
     * @throws MissingEntriesException when an entry that must be there is not in its file
     */
    public long walk(long from, long to, EntryVisitor visitor) {
        long limit = Math.min(to, end);
        long at = Math.max(from, 0);
        while (at < limit) {
            TailChunk chunk = chunkOf(at);
            if (chunk != null) {
                long chunkLimit = Math.min(limit, chunk.limit());
                for (; at < chunkLimit; at++) {
                    if (!visit(chunk.entries(), chunk.at(at), at, visitor)) {
                        return at + 1;
                    }
                }
            } else {
                // What is in memory may not be in the file yet, so the file is read up to there.
                TailChunk tail = oldest;
                long fileLimit = tail != null && tail.first() > at ? Math.min(limit, tail.first()) : limit;
                int wanted = (int) Math.min(READ_ENTRIES, fileLimit - at);
                ByteBuffer block = readFile(at, wanted);
                int got = block.limit() / QueueEntryLayout.ENTRY_BYTES;
                for (int i = 0; i < got; i++, at++) {
                    if (!visit(block, i * QueueEntryLayout.ENTRY_BYTES, at, visitor)) {
                        return at + 1;
                    }
                }
            }
        }
        return at;
    }

    private boolean visit(ByteBuffer entries, int position, long entry, EntryVisitor visitor) {
        long logOffset = entries.getLong(position + QueueEntryLayout.LOG_OFFSET);
        int size = entries.getInt(position + QueueEntryLayout.SIZE);
        if (size <= 0 || logOffset < 0) {
            throw new MissingEntriesException(key, entry);
        }
        return visitor.entry(entry, logOffset, size, entries.getLong(position + QueueEntryLayout.TAG_HASH));
    }

    private TailChunk chunkOf(long entry) {
        TailChunk last = newest;
        if (last != null && entry >= last.first()) {
            return last;
        }
        TailChunk chunk = oldest;
        if (chunk == null || entry < chunk.first()) {
            return null;
        }
        while (entry >= chunk.limit()) {
            chunk = chunk.next();
        }
        return chunk;
    }

    /** At least one entry, at most as many as one file has from there on. */
    private ByteBuffer readFile(long entry, int wanted) {
        ByteBuffer block = ByteBuffer.allocate(wanted * QueueEntryLayout.ENTRY_BYTES);
        try {
            if (!files.read(key, entry, block) || block.position() < QueueEntryLayout.ENTRY_BYTES) {
                throw new MissingEntriesException(key, entry);
            }
        } catch (IOException failed) {
            throw new StoreIoException("entry %d of queue %s cannot be read".formatted(entry, key), failed);
        }
        block.flip();
        return block;
    }

    void drop() {
        dropped = true;
    }

    boolean dropped() {
        return dropped;
    }

    // ---- by the queue-writer

    /**
     * How far the queue was when the list was taken, without the append lock: a queue that has grown since was put on the
     * next list before.
     *
     * @param list the last one that was taken
     */
    long nextWhenTaken(int list) {
        long seen = (long) NEXT.getAcquire(this);
        return listedOn == list ? seen : nextWhenListed;
    }

    void unswept(boolean mayBeFollowed) {
        unswept = mayBeFollowed;
    }

    boolean unswept() {
        return unswept;
    }

    /**
     * Copies entries up to {@code to} to files and lets go of chunks that are not needed any more.
     *
     * @param to not above {@link #next}
     * @return the files written to
     */
    List<QueueFiles.FileId> write(long to) throws IOException {
        List<QueueFiles.FileId> changed = new ArrayList<>(1);
        long at = writtenTo;
        TailChunk chunk = at < to ? chunkOf(at) : null;
        int perFile = files.entriesPerFile();
        while (at < to) {
            long limit = Math.min(Math.min(to, chunk.limit()), (at / perFile + 1) * perFile);
            ByteBuffer entries = chunk.entries().slice(chunk.at(at), (int) (limit - at) * QueueEntryLayout.ENTRY_BYTES);
            QueueFiles.FileId id = new QueueFiles.FileId(key, at / perFile);
            if (!files.exists(id)) {
                files.create(id);
                fillBefore(id, at);
            }
            files.write(key, at, entries);
            if (changed.isEmpty() || !changed.get(changed.size() - 1).equals(id)) {
                changed.add(id);
            }
            at = limit;
            if (at == chunk.limit() && at < to) {
                chunk = chunk.next();
            }
        }
        writtenTo = Math.max(writtenTo, to);
        letGo();
        return changed;
    }

    /** In a new file, what comes before the queue's beginning reads as entries without a message, up to the first real one. */
    private void fillBefore(QueueFiles.FileId id, long entry) throws IOException {
        long fileFirst = id.index() * files.entriesPerFile();
        long dummies = Math.min(entry, start) - fileFirst;
        if (dummies <= 0) {
            return;
        }
        ByteBuffer block = ByteBuffer.allocate((int) Math.min(dummies, 4096) * QueueEntryLayout.ENTRY_BYTES);
        for (int at = 0; at < block.capacity(); at += QueueEntryLayout.ENTRY_BYTES) {
            QueueEntryLayout.putNoMessage(block, at);
        }
        long at = fileFirst;
        while (at < fileFirst + dummies) {
            int count = (int) Math.min(block.capacity() / QueueEntryLayout.ENTRY_BYTES, fileFirst + dummies - at);
            block.clear().limit(count * QueueEntryLayout.ENTRY_BYTES);
            files.write(key, at, block);
            at += count;
        }
    }

    private void letGo() {
        TailChunk chunk = oldest;
        TailChunk last = newest;
        while (chunk != null && chunk != last && chunk.limit() <= writtenTo) {
            chunk = chunk.next();
        }
        if (chunk != null && chunk != oldest) {
            oldest = chunk;
        }
    }

    /** Puts entries that were made again from the log into a file, over what is there. */
    QueueFiles.FileId rewrite(long entry, ByteBuffer entries) throws IOException {
        QueueFiles.FileId id = new QueueFiles.FileId(key, entry / files.entriesPerFile());
        if (!files.isWhole(id)) {
            files.delete(id);
            files.create(id);
            fillBefore(id, entry);
        }
        files.write(key, entry, entries);
        return id;
    }
}
