package io.sluice.store;

import io.sluice.port.OffsetRange;
import io.sluice.store.log.CommitLog;
import io.sluice.store.log.LogHold;
import io.sluice.store.queue.ConsumeQueue;
import io.sluice.store.queue.EntryFilter;
import io.sluice.store.queue.EntryVisitor;
import io.sluice.store.queue.QueueEntryLayout;
import io.sluice.store.queue.QueueExtension;
import io.sluice.wire.message.MessageLayout;
import io.sluice.wire.message.RecordCheck;
import io.sluice.wire.message.RecordCheck.Verdict;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes entries of a queue one by one until enough is found. Every record is looked at where it lies; a slice is made for
 * each, or, when asked for runs, for as many as lie next to each other. Confined to one thread.
 */
final class RecordCollector implements EntryVisitor {
    private static final Logger log = LoggerFactory.getLogger(RecordCollector.class);

    private final CommitLog commitLog;
    private final ConsumeQueue queue;
    private final EntryFilter filter;
    private final int maxMessages;
    private final int maxBytes;
    private final boolean checkOnRead;
    private final boolean inRuns;
    private final StoreReader reader;
    private final LogHold hold;
    private final RecordCheck check = new RecordCheck();
    private final List<ByteBuffer> slices = new ArrayList<>();
    /** Entry number of the first record of each slice. */
    private long[] offsets = new long[8];
    /** Records that will be the next slice lie from here ... */
    private long runFrom;
    /** ... to here; equal when there are none. */
    private long runTo;

    private long runOffset;
    /** Entry that would go on with the run. */
    private long runNext;
    /** Where the run begins in its memory. */
    private int runAt;
    /** A run does not go beyond its segment. */
    private ByteBuffer runMemory;

    private long next;
    private int found;
    private long bytes;
    private int removed;
    private boolean rebuilding;
    private boolean done;

    RecordCollector(
            CommitLog commitLog,
            ConsumeQueue queue,
            EntryFilter filter,
            long from,
            int maxMessages,
            int maxBytes,
            boolean checkOnRead,
            boolean inRuns,
            StoreReader reader) {
        this.commitLog = commitLog;
        this.queue = queue;
        this.filter = filter;
        this.next = from;
        this.maxMessages = maxMessages;
        this.maxBytes = maxBytes;
        this.checkOnRead = checkOnRead;
        this.inRuns = inRuns;
        this.reader = reader;
        this.hold = commitLog.hold();
    }

    /** Whether no further entry is wanted. */
    boolean isDone() {
        return done;
    }

    void rebuilding() {
        rebuilding = true;
    }

    void release() {
        hold.release();
    }

    @Override
    public boolean entry(long queueOffset, long logOffset, int size, long tagField) {
        done = !look(queueOffset, logOffset, size, tagField);
        return !done;
    }

    private boolean look(long queueOffset, long logOffset, int size, long tagField) {
        if (QueueEntryLayout.isNoMessage(logOffset, size)) {
            removed++;
            next = queueOffset + 1;
            return true;
        }
        long tagHash = QueueExtension.isAddress(tagField) ? reader.resolve(queue, tagField, logOffset, size) : tagField;
        if (!filter.acceptsEntry(queueOffset, tagHash)) {
            next = queueOffset + 1;
            return true;
        }
        if (found > 0 && bytes + size > maxBytes) {
            return false;
        }
        ByteBuffer memory = hold.memory(logOffset, size);
        if (memory == null) {
            if (logOffset >= commitLog.min()) {
                return rebuild(queueOffset);
            }
            removed++;
            next = queueOffset + 1;
            return true;
        }
        return take(queueOffset, logOffset, size, memory);
    }

    private boolean take(long queueOffset, long logOffset, int size, ByteBuffer memory) {
        int at = hold.positionOf(logOffset);
        Verdict verdict = check.at(memory, at, size, checkOnRead);
        boolean here = (verdict == Verdict.WHOLE || verdict == Verdict.CHECKSUM_WRONG)
                && memory.getLong(at + MessageLayout.PHYSICAL_OFFSET) == logOffset
                && memory.getInt(at + MessageLayout.TOTAL_SIZE) == size
                && belongs(queueOffset, memory, at);
        if (!here) {
            return rebuild(queueOffset);
        }
        next = queueOffset + 1;
        if (verdict == Verdict.CHECKSUM_WRONG) {
            log.error(
                    "message {} of queue {} at log offset {} is damaged (its checksum is wrong) and is left out",
                    queueOffset,
                    queue.key(),
                    logOffset);
            removed++;
            return true;
        }
        if (!filter.looksAtRecords() || filter.acceptsRecord(queueOffset, hold.slice(logOffset, size))) {
            add(queueOffset, logOffset, size, memory);
        }
        return found < maxMessages;
    }

    private boolean belongs(long queueOffset, ByteBuffer memory, int at) {
        return queue.topic().isFanOut()
                || memory.getInt(at + MessageLayout.QUEUE_ID) == queue.key().queueId()
                        && memory.getLong(at + MessageLayout.QUEUE_OFFSET) == queueOffset
                        && RecordCheck.hasTopic(memory, at, queue.topic().nameBytes());
    }

    private void add(long queueOffset, long logOffset, int size, ByteBuffer memory) {
        if (!inRuns || logOffset != runTo || memory != runMemory || queueOffset != runNext) {
            endRun();
            runFrom = logOffset;
            runAt = hold.positionOf(logOffset);
            runOffset = queueOffset;
            runMemory = memory;
        }
        runTo = logOffset + size;
        runNext = queueOffset + 1;
        found++;
        bytes += size;
    }

    private void endRun() {
        if (runTo == runFrom) {
            return;
        }
        if (slices.size() == offsets.length) {
            offsets = Arrays.copyOf(offsets, offsets.length * 2);
        }
        offsets[slices.size()] = runOffset;
        // Not asked for by offset again: its segment may have left the log, and its memory is held all the same.
        slices.add(runMemory.slice(runAt, (int) (runTo - runFrom)));
        runFrom = runTo;
    }

    private boolean rebuild(long queueOffset) {
        reader.request(queue, queueOffset);
        rebuilding = true;
        return false;
    }

    QueueRead result(OffsetRange range) {
        if (found > 0) {
            endRun();
            return new QueueRead(
                    QueueRead.Status.FOUND, slices, Arrays.copyOf(offsets, slices.size()), hold, next, range);
        }
        hold.release();
        QueueRead.Status status = rebuilding
                ? QueueRead.Status.REBUILDING
                : removed > 0 ? QueueRead.Status.REMOVED : QueueRead.Status.NONE_MATCHED;
        return QueueRead.nothing(status, next, range);
    }
}
