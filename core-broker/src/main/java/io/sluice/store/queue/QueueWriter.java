package io.sluice.store.queue;

import io.sluice.runtime.Duty;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies new queue entries to files, forces the files now and then, and says how far every queue is when that is true.
 *
 * <p>Forcing thousands of files takes long, so a round of it is cut into slices with writing in between. Owner of every
 * queue's written mark; work, {@link #finish} and {@link #dropTopic} exclude each other.
 */
public final class QueueWriter implements Duty {
    /** So many entries in memory make a write due at once. */
    private static final long BACKLOG_HURRY = 65_536;
    /** Log bytes after which a table is due whatever the time. */
    private static final long TABLE_EVERY_BYTES = 256L << 20;

    private static final long FORCE_EVERY_BYTES = 1L << 30;
    private static final long TABLE_EVERY_NANOS = 5_000_000_000L;
    private static final int FORCES_PER_SLICE = 32;
    private static final int SWEEPS_PER_SLICE = 64;
    private static final long IDLE_NANOS = 200_000_000L;

    private static final Logger log = LoggerFactory.getLogger(QueueWriter.class);

    private final ConsumeQueues queues;
    private final QueueFiles files;
    private final Lock appendLock;
    private final LongSupplier logEnd;
    private final LongSupplier lastRecord;
    private final Tables tables;
    private final LongSupplier nanos;
    private final long writeEveryNanos;
    private final long forceEveryNanos;

    private final Deque<ConsumeQueue> toSweep = new ArrayDeque<>();
    private Set<QueueFiles.FileId> unforced = new LinkedHashSet<>();
    private Set<QueueKey> unsynced = new LinkedHashSet<>();
    private ForceRound round;
    private long writtenAtNanos;
    private long tableAtNanos;
    private long forcedAtNanos;
    private volatile long writtenPosition;
    private long tablePosition;
    private long forcedPosition;
    private boolean forcingFailed;
    private volatile boolean forceWanted;

    /** Where the writer reports how far the queues are. */
    public interface Tables {
        /** Every entry of the table is in a file; a power cut may still lose it. */
        void written(QueueTable table) throws IOException;

        /** Every entry of the table survives a power cut, if the log does. */
        void forced(QueueTable table) throws IOException;
    }

    /**
     * @param logEnd     end of the log; asked under the append lock
     * @param lastRecord where the last record begins; asked under the append lock
     */
    public QueueWriter(
            ConsumeQueues queues,
            Lock appendLock,
            LongSupplier logEnd,
            LongSupplier lastRecord,
            Tables tables,
            LongSupplier nanos,
            long writeEveryMs,
            long forceEveryMs) {
        this.queues = queues;
        this.files = queues.files();
        this.appendLock = appendLock;
        this.logEnd = logEnd;
        this.lastRecord = lastRecord;
        this.tables = tables;
        this.nanos = nanos;
        this.writeEveryNanos = writeEveryMs * 1_000_000L;
        this.forceEveryNanos = forceEveryMs * 1_000_000L;
        this.forcedPosition = -1;
        this.writtenAtNanos = nanos.getAsLong();
        this.tableAtNanos = writtenAtNanos;
        this.forcedAtNanos = writtenAtNanos;
    }

    /** Entries of an earlier life may follow the last one of every queue: clear them, in the background. */
    public synchronized void sweepAll() {
        queues.forEach(queue -> {
            queue.unswept(true);
            toSweep.add(queue);
        });
    }

    /**
     * Files may hold entries that were written in an earlier run of the process and never forced: those behind the table that
     * was forced last.
     *
     * @param forced {@code null} when no table was
     */
    public synchronized void forceLater(QueueTable forced) {
        Map<QueueKey, Long> durable = new HashMap<>();
        if (forced != null) {
            forced.lines().forEach(line -> durable.put(line.queue(), line.next()));
        }
        int perFile = files.entriesPerFile();
        queues.forEach(queue -> {
            long from = Math.max(queue.start(), durable.getOrDefault(queue.key(), 0L));
            for (long file = from / perFile; file * perFile < queue.writtenTo() && from < queue.writtenTo(); file++) {
                unforced.add(new QueueFiles.FileId(queue.key(), file));
                unsynced.add(queue.key());
            }
        });
    }

    /** Whether nothing of an earlier life is left behind the queues' ends. */
    public synchronized boolean isSwept() {
        return toSweep.isEmpty();
    }

    /** A table that survives a power cut is wanted soon, because something waits for it. */
    public void forceSoon() {
        forceWanted = true;
    }

    @Override
    public String role() {
        return "queue-writer";
    }

    @Override
    public long idleNanos() {
        return IDLE_NANOS;
    }

    /** Every record of the log below this offset has its entry in a file. */
    public long writtenPosition() {
        return writtenPosition;
    }

    @Override
    public synchronized int work() throws IOException {
        int done = sweep(SWEEPS_PER_SLICE);
        long now = nanos.getAsLong();
        if (round != null) {
            done += forceSlice(FORCES_PER_SLICE);
        }
        if (now - writtenAtNanos >= writeEveryNanos || queues.backlog() >= BACKLOG_HURRY) {
            done += writeDue(now);
        }
        if (round == null && forceIsDue(now)) {
            beginForcing();
            done++;
        }
        return done;
    }

    private int writeDue(long now) throws IOException {
        writtenAtNanos = now;
        if (logEnd.getAsLong() == writtenPosition && queues.backlog() == 0) {
            return 0;
        }
        boolean tableDue =
                now - tableAtNanos >= TABLE_EVERY_NANOS || logEnd.getAsLong() - tablePosition >= TABLE_EVERY_BYTES;
        Capture capture = capture(tableDue);
        write(capture.unwritten);
        writtenPosition = capture.position;
        if (tableDue) {
            tables.written(capture.table);
            tableAtNanos = now;
            tablePosition = capture.position;
        }
        return capture.unwritten.size();
    }

    private boolean forceIsDue(long now) {
        long end = logEnd.getAsLong();
        return !forcingFailed
                && end != forcedPosition
                && (forceWanted
                        || now - forcedAtNanos >= forceEveryNanos
                        || end - forcedPosition >= FORCE_EVERY_BYTES && forcedPosition >= 0);
    }

    private record Capture(long position, List<ConsumeQueues.Unwritten> unwritten, QueueTable table) {}

    private Capture capture(boolean withTable) {
        appendLock.lock();
        try {
            long position = logEnd.getAsLong();
            return new Capture(
                    position, queues.takeDirty(), withTable ? queues.table(position, lastRecord.getAsLong()) : null);
        } finally {
            appendLock.unlock();
        }
    }

    /** A queue that cannot be written now is listed again, so that nothing is forgotten when the disk recovers. */
    private void write(List<ConsumeQueues.Unwritten> unwritten) throws IOException {
        IOException first = null;
        int at = 0;
        for (; at < unwritten.size() && first == null; at++) {
            ConsumeQueue queue = unwritten.get(at).queue();
            if (queue.dropped()) {
                queues.wrote(unwritten.get(at).to() - queue.writtenTo());
                continue;
            }
            try {
                sweep(queue);
                long before = queue.writtenTo();
                for (QueueFiles.FileId changed : queue.write(unwritten.get(at).to())) {
                    unforced.add(changed);
                    unsynced.add(changed.queue());
                }
                queues.wrote(queue.writtenTo() - before);
            } catch (IOException failed) {
                first = failed;
                at--;
            }
        }
        if (first != null) {
            relist(unwritten.subList(at, unwritten.size()));
            throw first;
        }
    }

    private void relist(List<ConsumeQueues.Unwritten> left) {
        appendLock.lock();
        try {
            left.forEach(one -> queues.list(one.queue()));
        } finally {
            appendLock.unlock();
        }
    }

    private int sweep(int max) throws IOException {
        int done = 0;
        while (done < max && !toSweep.isEmpty()) {
            sweep(toSweep.peek());
            toSweep.remove();
            done++;
        }
        return done;
    }

    private void sweep(ConsumeQueue queue) throws IOException {
        if (queue.unswept() && !queue.dropped()) {
            unforced.addAll(files.clearFrom(queue.key(), queue.writtenTo()));
            queue.unswept(false);
        }
    }

    private static final class ForceRound {
        private final QueueTable table;
        private final ArrayDeque<QueueFiles.FileId> files;
        private final ArrayDeque<QueueKey> directories;

        ForceRound(QueueTable table, Set<QueueFiles.FileId> files, Set<QueueKey> directories) {
            this.table = table;
            this.files = new ArrayDeque<>(files);
            this.directories = new ArrayDeque<>(directories);
        }
    }

    private void beginForcing() throws IOException {
        forceWanted = false;
        Capture capture = capture(true);
        write(capture.unwritten);
        writtenPosition = capture.position;
        round = new ForceRound(capture.table, unforced, unsynced);
        unforced = new LinkedHashSet<>();
        unsynced = new LinkedHashSet<>();
    }

    private int forceSlice(int max) throws IOException {
        try {
            return forceSome(max);
        } catch (IOException failed) {
            // after a failed force nobody knows what reached the disk: no later one may vouch for these files
            forcingFailed = true;
            round = null;
            log.error(
                    "forcing queue files failed; they are forced no more until the store is opened again, which will look at"
                            + " the log from offset {} on after a power cut",
                    Math.max(0, forcedPosition),
                    failed);
            return 1;
        }
    }

    private int forceSome(int max) throws IOException {
        int done = 0;
        while (done < max && !round.files.isEmpty()) {
            files.force(round.files.peek());
            round.files.remove();
            done++;
        }
        while (done < max && !round.directories.isEmpty()) {
            files.syncDirectory(round.directories.peek());
            round.directories.remove();
            done++;
        }
        if (done < max) {
            tables.forced(round.table);
            forcedPosition = round.table.position();
            forcedAtNanos = nanos.getAsLong();
            round = null;
            done++;
        }
        return done;
    }

    /**
     * Writes everything, and forces as much as there is time for. Nobody appends any more.
     *
     * @return whether all of it survives a power cut
     */
    public synchronized boolean finish(long budgetNanos) throws IOException {
        long began = nanos.getAsLong();
        sweep(Integer.MAX_VALUE);
        Capture capture = capture(true);
        write(capture.unwritten);
        writtenPosition = capture.position;
        tables.written(capture.table);
        if (round != null) {
            unforced.addAll(round.files);
            unsynced.addAll(round.directories);
        }
        beginForcing();
        while (round != null && !forcingFailed) {
            forceSlice(FORCES_PER_SLICE);
            if (round != null && nanos.getAsLong() - began > budgetNanos) {
                log.warn(
                        "forcing {} queue files at the stop was not finished in {} ms; after a power cut the next start looks at"
                                + " more of the log",
                        round.files.size(),
                        budgetNanos / 1_000_000);
                return false;
            }
        }
        return !forcingFailed;
    }

    /** Deletes files of which every entry points before the beginning of the log; never the last one of a queue. */
    public int deleteBefore(long logMin) throws IOException {
        List<ConsumeQueue> all = new ArrayList<>();
        queues.forEach(all::add);
        int deleted = 0;
        for (ConsumeQueue queue : all) {
            long min = queue.min(logMin, missing -> {});
            deleted += deleteBefore(queue, min);
        }
        return deleted;
    }

    private synchronized int deleteBefore(ConsumeQueue queue, long min) throws IOException {
        int perFile = files.entriesPerFile();
        long last = Math.max(0, queue.writtenTo() - 1) / perFile;
        long first = queue.start() / perFile;
        long keep = Math.min(min / perFile, last);
        for (long index = first; index < keep && !queue.dropped(); index++) {
            files.delete(new QueueFiles.FileId(queue.key(), index));
        }
        queue.start(min);
        return (int) Math.max(0, keep - first);
    }

    /** Writes whatever is not in files yet, and says so. */
    public synchronized void recordTable() throws IOException {
        Capture capture = capture(true);
        write(capture.unwritten);
        writtenPosition = capture.position;
        tables.written(capture.table);
        tablePosition = capture.position;
        tableAtNanos = nanos.getAsLong();
    }

    /** Writes whatever is not in files yet. */
    public synchronized void writeAll() throws IOException {
        Capture capture = capture(false);
        write(capture.unwritten);
        writtenPosition = capture.position;
    }

    /** Puts entries that were made again from the log into a queue's file, over what is there. */
    public synchronized void rewrite(ConsumeQueue queue, long entry, ByteBuffer entries) throws IOException {
        if (!queue.dropped()) {
            unforced.add(queue.rewrite(entry, entries));
            unsynced.add(queue.key());
        }
    }

    /**
     * Deletes the files of a topic that was {@linkplain ConsumeQueues#remove removed}, and says so durably, so that recovery
     * does not make it again.
     */
    public synchronized void dropTopic(TopicQueues removed) throws IOException {
        for (ConsumeQueue queue : removed.all()) {
            if (queue != null) {
                files.deleteQueue(queue.key());
                toSweep.remove(queue);
            }
        }
        if (round != null) {
            unforced.addAll(round.files);
            unsynced.addAll(round.directories);
            round = null;
        }
        unforced.removeIf(id -> id.queue().topic().equals(removed.name()));
        unsynced.removeIf(key -> key.topic().equals(removed.name()));
        beginForcing();
        tables.written(round.table);
        while (round != null) {
            forceSlice(FORCES_PER_SLICE);
        }
    }
}
