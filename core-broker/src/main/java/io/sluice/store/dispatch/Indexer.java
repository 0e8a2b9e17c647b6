package io.sluice.store.dispatch;

import io.sluice.runtime.Duty;
import io.sluice.store.index.IndexTable;
import io.sluice.store.index.KeyIndex;
import io.sluice.store.log.CommitLog;
import io.sluice.store.log.LogScan;
import io.sluice.store.log.RecordTraits;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.SysFlag;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.Lock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings keys from appends to the index. Appenders leave them in a ring of fixed size; when it is full they go on, and what
 * was left out is read from the log later. {@link #offer} belongs to the holder of the append lock; everything else
 * excludes itself.
 */
public final class Indexer implements Duty {
    private static final int RING_SIZE = 1 << 16;
    /** Places of {@link #marks}: far enough apart that the two sides do not take each other's cache lines away. */
    private static final int TAIL = 16;

    private static final int HEAD = 48;
    private static final int MARKS = 64;
    private static final int BATCH_MAX = 8192;
    /** So close to the end of the log the ring takes over again. */
    private static final long NEAR_BYTES = 1 << 20;

    private static final long IDLE_NANOS = 20_000_000L;
    /** Pause between two attempts while the disk takes nothing: an attempt may write a whole new file's head. */
    private static final long IDLE_IN_TROUBLE_NANOS = 1_000_000_000L;

    private static final Logger log = LoggerFactory.getLogger(Indexer.class);

    private final KeyIndex index;
    private final CommitLog commitLog;
    private final Lock appendLock;
    /** Up to where records may be indexed. */
    private final LongSupplier logEnd;

    private final int[] hashes = new int[RING_SIZE];
    private final long[] offsets = new long[RING_SIZE];
    private final long[] storedAt = new long[RING_SIZE];
    /** The next place to put at, moved by the holder of the append lock, and the next to take from, moved by this duty. */
    private final AtomicLongArray marks = new AtomicLongArray(MARKS);
    /** As the holder of the append lock knew it last: looked up again when the ring seems full. */
    private long headSeen;
    /** Set by an appender that found the ring full, cleared under the append lock. */
    private volatile boolean overflowed;

    private volatile long indexedTo;
    private volatile boolean troubled;

    /** @param indexedTo log offset below which every key is in the index */
    public Indexer(KeyIndex index, CommitLog commitLog, Lock appendLock, LongSupplier logEnd, long indexedTo) {
        this.index = index;
        this.commitLog = commitLog;
        this.appendLock = appendLock;
        this.logEnd = logEnd;
        this.indexedTo = indexedTo;
        this.overflowed = indexedTo < logEnd.getAsLong();
    }

    @Override
    public String role() {
        return "log-index";
    }

    @Override
    public long idleNanos() {
        return troubled ? IDLE_IN_TROUBLE_NANOS : IDLE_NANOS;
    }

    /** By the holder of the append lock, before the record's end is published. */
    void offer(int keyHash, long logOffset, long storedAtMs) {
        if (overflowed) {
            return;
        }
        long place = marks.getPlain(TAIL);
        if (place - headSeen == RING_SIZE) {
            headSeen = marks.getAcquire(HEAD);
            if (place - headSeen == RING_SIZE) {
                overflowed = true;
                return;
            }
        }
        int at = (int) place & RING_SIZE - 1;
        hashes[at] = keyHash;
        offsets[at] = logOffset;
        storedAt[at] = storedAtMs;
        marks.setRelease(TAIL, place + 1);
    }

    /** The keys of every record below this log offset are in the index. */
    public long indexedTo() {
        return indexedTo;
    }

    @Override
    public synchronized int work() throws IOException {
        try {
            int done = drainOrCatchUp(BATCH_MAX);
            if (troubled) {
                troubled = false;
                log.info("the key index goes on at log offset {}", indexedTo);
            }
            return done;
        } catch (IOException | InternalError failed) {
            if (!troubled) {
                troubled = true;
                log.warn(
                        "the key index cannot be written; look-ups by key find nothing stored after log offset {} until it can",
                        indexedTo,
                        failed);
            }
            return 0;
        }
    }

    /** Puts everything that was appended so far; for a look-up that must not miss it. */
    public synchronized void drainAll() throws IOException {
        long wanted = logEnd.getAsLong();
        while (indexedTo < wanted && drainOrCatchUp(RING_SIZE) > 0) {
            // each round does what was there when it began
        }
    }

    /** An overflow seen before the ring is emptied stays until it is cleared here, and lets nothing more into the ring. */
    private int drainOrCatchUp(int max) throws IOException {
        boolean logIsAhead = overflowed;
        int done = drain(max);
        if (logIsAhead && marks.get(HEAD) == marks.get(TAIL)) {
            catchUp();
            return done + 1;
        }
        return done;
    }

    private int drain(int max) throws IOException {
        // read before the ring: what was published below this end is in the ring, unless it overflowed
        long end = logEnd.getAsLong();
        boolean complete = !overflowed;
        long from = marks.get(HEAD);
        long available = marks.get(TAIL) - from;
        int take = (int) Math.min(max, available);
        for (int i = 0; i < take; i++) {
            int at = (int) (from + i) & RING_SIZE - 1;
            index.put(hashes[at], offsets[at], storedAt[at]);
            indexedTo = Math.max(indexedTo, offsets[at]);
            marks.setRelease(HEAD, from + i + 1);
        }
        if (take == available && complete && end > indexedTo) {
            indexedTo = end;
            return Math.max(take, 1);
        }
        return take;
    }

    /** Reads from the log what the ring had no place for. The ring is empty. */
    private void catchUp() throws IOException {
        long end = logEnd.getAsLong();
        while (end - indexedTo > NEAR_BYTES) {
            scanTo(end);
            end = logEnd.getAsLong();
        }
        appendLock.lock();
        try {
            end = logEnd.getAsLong();
            overflowed = false;
        } finally {
            appendLock.unlock();
        }
        scanTo(end);
    }

    private void scanTo(long end) throws IOException {
        RecordTraits traits = new RecordTraits();
        IOException[] failed = {null};
        // the first keys of the record at indexedTo may be in the index already; a look-up counts a place only once
        LogScan scan = new LogScan(commitLog, indexedTo, end, end, end, false);
        scan.run((offset, record) -> {
            if (failed[0] == null) {
                try {
                    keysOf(traits, record);
                    for (int i = 0; i < traits.keyCount(); i++) {
                        index.put(
                                traits.keyHash(i),
                                offset,
                                MessageView.of(record).storedAtMs());
                    }
                    indexedTo = offset;
                } catch (IOException full) {
                    failed[0] = full;
                }
            }
        });
        if (failed[0] != null) {
            overflowed = true;
            throw failed[0];
        }
        indexedTo = Math.max(indexedTo, end);
    }

    /** Finds the keys under which a stored record is indexed. */
    public static void keysOf(RecordTraits traits, ByteBuffer record) {
        MessageView view = MessageView.of(record);
        boolean rolledBack = (view.sysFlag() & SysFlag.TRANSACTION_MASK) == SysFlag.TRANSACTION_ROLLBACK;
        traits.scan(rolledBack ? ByteBuffer.allocate(0) : view.propertiesBytes(), view.topicBytes());
    }

    /** How far the index is, for recovery. */
    public synchronized IndexTable table() {
        return new IndexTable(indexedTo, index.lines());
    }
}
