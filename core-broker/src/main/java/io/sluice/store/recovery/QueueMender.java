package io.sluice.store.recovery;

import io.sluice.runtime.Duty;
import io.sluice.store.dispatch.Arrivals;
import io.sluice.store.log.CommitLog;
import io.sluice.store.log.DelayLevels;
import io.sluice.store.log.LogScan;
import io.sluice.store.queue.ConsumeQueue;
import io.sluice.store.queue.ConsumeQueues;
import io.sluice.store.queue.MissingEntriesException;
import io.sluice.store.queue.QueueEntryLayout;
import io.sluice.store.queue.QueueFiles;
import io.sluice.store.queue.QueueKey;
import io.sluice.store.queue.QueueWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes entries again that a queue's file should have and has not, by reading the part of the log where their records are.
 * Asked by readers that found them missing; answers with an arrival when they are there. One pass over the log serves all
 * that was asked for.
 */
public final class QueueMender implements Duty {
    /** Memory for entries made again in one pass. */
    private static final long PASS_MAX_BYTES = 64L << 20;

    private static final int REQUESTS_MAX = 100_000;
    /** Queues that an opening looks at before it goes on. */
    private static final int INSPECTED_AT_ONCE = 1_000;

    private static final int INSPECTED_PER_SLICE = 64;
    private static final long IDLE_NANOS = 1_000_000_000L;
    private static final Logger log = LoggerFactory.getLogger(QueueMender.class);

    private final CommitLog commitLog;
    private final ConsumeQueues queues;
    private final QueueWriter writer;
    private final Arrivals arrivals;
    private final DelayLevels delayLevels;
    private final LongSupplier logEnd;
    /** Guarded by itself; bounded, what does not fit is asked for again by the next reader. */
    private final Set<Request> requests = new LinkedHashSet<>();

    /** Queues that were there at the opening and are still to be looked at. */
    private final Deque<ConsumeQueue> uninspected = new ArrayDeque<>();

    private boolean everyEntry;

    private record Request(QueueKey queue, long file) {}

    /** Entries [from, to) of one file of a queue. */
    private static final class Patch {
        private final ConsumeQueue queue;
        private final long from;
        private final long to;
        private final ByteBuffer entries;
        /** Nothing of this patch lies before this byte of the log, as far as is known ... */
        private final long logFrom;
        /** ... nor from this one on. */
        private final long logTo;
        /** Entries found in segments that were looked at before: newer ones. */
        private final BitSet found = new BitSet();

        private final BitSet foundNow = new BitSet();

        Patch(ConsumeQueue queue, long from, long to, long logFrom, long logTo) {
            this.logFrom = logFrom;
            this.logTo = logTo;
            this.queue = queue;
            this.from = from;
            this.to = to;
            this.entries = ByteBuffer.allocate((int) (to - from) * QueueEntryLayout.ENTRY_BYTES);
            for (int at = 0; at < entries.capacity(); at += QueueEntryLayout.ENTRY_BYTES) {
                QueueEntryLayout.putNoMessage(entries, at);
            }
        }

        void put(long number, long logOffset, int size, long tagHash) {
            if (number >= from && number < to && !found.get((int) (number - from))) {
                foundNow.set((int) (number - from));
                QueueEntryLayout.put(
                        entries, (int) (number - from) * QueueEntryLayout.ENTRY_BYTES, logOffset, size, tagHash);
            }
        }

        void endSegment() {
            found.or(foundNow);
            foundNow.clear();
        }

        /** Whether what lies before this byte of the log is of no interest: the first entry was found behind it. */
        boolean isCompleteFrom(long logOffset) {
            return logOffset <= logFrom || found.get(0);
        }
    }

    /** @param logEnd end of what may be read */
    public QueueMender(
            CommitLog commitLog,
            ConsumeQueues queues,
            QueueWriter writer,
            Arrivals arrivals,
            DelayLevels delayLevels,
            LongSupplier logEnd) {
        this.commitLog = commitLog;
        this.queues = queues;
        this.writer = writer;
        this.arrivals = arrivals;
        this.delayLevels = delayLevels;
        this.logEnd = logEnd;
    }

    @Override
    public String role() {
        return "queue-mender";
    }

    @Override
    public long idleNanos() {
        return IDLE_NANOS;
    }

    /** Asks for the file that holds the entry. Any thread. */
    public void request(QueueKey queue, long entry) {
        synchronized (requests) {
            if (requests.size() < REQUESTS_MAX) {
                requests.add(new Request(queue, entry / queues.files().entriesPerFile()));
            }
        }
    }

    @Override
    public int work() throws IOException {
        return inspectSome(INSPECTED_PER_SLICE) + mendRequested();
    }

    /**
     * Mends what was asked for, on the caller's thread; before the duty is run.
     *
     * @return how many files were asked for
     */
    public int mendRequested() throws IOException {
        int taken = 0;
        List<Patch> patches = new ArrayList<>();
        long bytes = 0;
        for (Request request = next(); request != null; request = bytes < PASS_MAX_BYTES ? next() : null) {
            taken++;
            Patch patch = patchFor(request);
            if (patch != null) {
                patches.add(patch);
                bytes += patch.entries.capacity();
            }
        }
        mend(patches);
        return taken;
    }

    private Request next() {
        synchronized (requests) {
            Iterator<Request> each = requests.iterator();
            if (!each.hasNext()) {
                return null;
            }
            Request next = each.next();
            each.remove();
            return next;
        }
    }

    /** The part of the file that must have entries now: from the queue's beginning to what the writer has written. */
    private Patch patchFor(Request request) {
        ConsumeQueue queue = queues.find(request.queue.topic(), request.queue.queueId());
        if (queue == null) {
            return null;
        }
        int perFile = queues.files().entriesPerFile();
        long from = Math.max(request.file * perFile, queue.start());
        long to = Math.min((request.file + 1) * perFile, queue.writtenTo());
        return from < to ? new Patch(queue, from, to, lowerBound(queue, from), upperBound(queue, to)) : null;
    }

    private void mend(Collection<Patch> patches) throws IOException {
        if (patches.isEmpty()) {
            return;
        }
        long began = System.nanoTime();
        Pass pass = new Pass(patches);
        pass.run();
        for (Patch patch : patches) {
            writer.rewrite(patch.queue, patch.from, patch.entries);
        }
        log.warn(
                "made entries of {} queue files again from the log: from={} to={} records={} ms={} first={}",
                patches.size(),
                pass.from,
                pass.to,
                pass.records,
                (System.nanoTime() - began) / 1_000_000,
                patches.iterator().next().queue.key());
        pass.byQueue.forEach((key, ofQueue) -> arrivals.arrived(
                key.topic(), key.queueId(), ofQueue.get(0).queue.end()));
    }

    /**
     * One pass over the log: segment by segment from the newest that matters back to the one where the first entry of every
     * patch was found, forward inside each. So it reads what the entries lead to, and the rest of at most two segments; only
     * when the message of a first entry is lost, and the entry before it too, it goes back to the beginning of the log.
     */
    private final class Pass {
        private final Collection<Patch> patches;
        private final Map<QueueKey, List<Patch>> byQueue = new HashMap<>();
        private long from;
        private long to;
        private long records;

        Pass(Collection<Patch> patches) {
            this.patches = patches;
            this.from = Long.MAX_VALUE;
            for (Patch patch : patches) {
                from = Math.min(from, patch.logFrom);
                to = Math.max(to, patch.logTo);
                byQueue.computeIfAbsent(patch.queue.key(), key -> new ArrayList<>())
                        .add(patch);
            }
        }

        void run() {
            RecordEntries entries = new RecordEntries(delayLevels);
            long[] bases = commitLog.bases();
            long limit = to;
            for (int i = bases.length - 1; i >= 0 && limit > from; i--) {
                long begin = Math.max(bases[i], from);
                if (begin < limit) {
                    scan(entries, begin, limit);
                    limit = begin;
                    patches.forEach(Patch::endSegment);
                    if (patches.stream().allMatch(patch -> patch.isCompleteFrom(begin))) {
                        from = begin;
                    }
                }
            }
        }

        private void scan(RecordEntries entries, long begin, long limit) {
            LogScan scan = new LogScan(commitLog, begin, limit, limit, limit, false);
            scan.run((offset, record) -> entries.of(record, (topic, queueId, number, tagHash) -> {
                for (Patch patch : byQueue.getOrDefault(new QueueKey(topic, queueId), List.of())) {
                    patch.put(number, offset, record.remaining(), tagHash);
                }
            }));
            records += scan.records();
        }
    }

    /** The record of the entry before is a safe place to begin; without one it is the beginning of the log. */
    private long lowerBound(ConsumeQueue queue, long from) {
        if (from > queue.start()) {
            long before = logOffsetOf(queue, from - 1);
            if (LogScan.endOfRecordAt(commitLog, before, logEnd.getAsLong()) >= 0) {
                return before;
            }
        }
        return commitLog.min();
    }

    private long upperBound(ConsumeQueue queue, long to) {
        long end = logEnd.getAsLong();
        if (to < queue.end()) {
            long behind = logOffsetOf(queue, to);
            if (LogScan.endOfRecordAt(commitLog, behind, end) >= 0) {
                return behind;
            }
        }
        return end;
    }

    /** -1 when the entry is missing too, or stands for no message. */
    private static long logOffsetOf(ConsumeQueue queue, long entry) {
        try {
            long[] found = {-1};
            queue.walk(entry, entry + 1, (number, logOffset, size, tagHash) -> {
                found[0] = QueueEntryLayout.isNoMessage(logOffset, size) ? -1 : logOffset;
                return false;
            });
            return found[0];
        } catch (MissingEntriesException missing) {
            return -1;
        }
    }

    /**
     * Looks for files that are not there, or not whole, and when that is cheap at every entry, and mends what it finds. For
     * the opening of a store that was not stopped properly. Of very many queues only some are looked at before this returns,
     * the others in the background: until then a reader that meets damage asks for its repair.
     *
     * @return how many files were mended
     */
    int inspect(long lookThroughMaxBytes) throws IOException {
        long[] entries = {0};
        queues.forEach(queue -> {
            entries[0] += queue.writtenTo() - queue.start();
            uninspected.add(queue);
        });
        everyEntry = entries[0] * QueueEntryLayout.ENTRY_BYTES <= lookThroughMaxBytes;
        inspectSome(INSPECTED_AT_ONCE);
        int mended = 0;
        for (int done = mendRequested(); done > 0; done = mendRequested()) {
            mended += done;
        }
        return mended;
    }

    private int inspectSome(int max) throws IOException {
        int done = 0;
        while (done < max && !uninspected.isEmpty()) {
            ConsumeQueue queue = uninspected.poll();
            if (queues.find(queue.key().topic(), queue.key().queueId()) == queue) {
                inspect(queue, everyEntry);
            }
            done++;
        }
        return done;
    }

    private void inspect(ConsumeQueue queue, boolean everyEntry) throws IOException {
        int perFile = queues.files().entriesPerFile();
        long from = queue.min(commitLog.min(), missing -> request(queue.key(), missing));
        long to = queue.writtenTo();
        for (long first = from / perFile * perFile; first < to; first += perFile) {
            long begin = Math.max(first, from);
            long end = Math.min(first + perFile, to);
            if (!queues.files().isWhole(new QueueFiles.FileId(queue.key(), first / perFile))
                    || !isInOrder(queue, everyEntry ? begin : end - 1, end)) {
                request(queue.key(), first);
            }
        }
    }

    private boolean isInOrder(ConsumeQueue queue, long from, long to) {
        long[] before = {-1};
        boolean[] inOrder = {true};
        long end = logEnd.getAsLong();
        try {
            queue.walk(from, to, (number, logOffset, size, tagHash) -> {
                if (!QueueEntryLayout.isNoMessage(logOffset, size)) {
                    inOrder[0] = logOffset > before[0] && logOffset + size <= end;
                    before[0] = logOffset;
                }
                return inOrder[0];
            });
        } catch (MissingEntriesException missing) {
            return false;
        }
        return inOrder[0];
    }
}
