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
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies new queue entries to files, forces the files now and then, and says how far every queue is when that is true.
 *
 * <p>With tens of thousands of queues both take long, so both are done in slices. The append lock is taken for one moment per
 * round, whatever the number of queues: that moment is what the round's table describes. See docs/adr/0012. Owner of every
 * queue's written mark; work, {@link #finish} and {@link #dropTopic} exclude each other.
 */
public final class QueueWriter implements Duty {
    /** So many entries in memory make a write due at once... */
    private static final long BACKLOG_HURRY = 65_536;
    /** ...or this many per queue, when there are so many queues that even few each are more. */
    private static final int BACKLOG_HURRY_PER_QUEUE = 16;
    /** A round is followed by a pause that is longer than itself by this factor, unless the backlog is in a hurry. */
    private static final int PAUSE_PER_ROUND = 4;
    /** Log bytes after which a table is due whatever the time. */
    private static final long TABLE_EVERY_BYTES = 256L << 20;

    private static final long FORCE_EVERY_BYTES = 1L << 30;
    private static final long TABLE_EVERY_NANOS = 5_000_000_000L;
    private static final int WRITES_PER_SLICE = 128;
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
    /** Topics that were forgotten, but of which a file could not be deleted. */
    private final Set<String> undeleted = ConcurrentHashMap.newKeySet();
    /** Files written since the present round of forcing began. */
    private Set<QueueFiles.FileId> unforced = new LinkedHashSet<>();
    /** {@code null} between rounds; likewise {@link #forcing}. */
    private WriteRound writing;

    private ForceRound forcing;
    private long writeDueAtNanos;
    /** The last slice of writing failed; the next try is when writing is due. */
    private boolean stuck;

    private long hurryBacklog = BACKLOG_HURRY;
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

        /**
         * Every entry of the table survives a power cut, if the log does.
         *
         * @param undeleted topics of which files may be left although the table does not tell of them
         */
        void forced(QueueTable table, Set<String> undeleted) throws IOException;

        /**
         * On return it is durable that the topic is about to be forgotten; holds until a table is {@link #forced} and nothing
         * is left of the topic.
         */
        void dropping(String topic) throws IOException;
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
        long now = nanos.getAsLong();
        this.writeDueAtNanos = now + writeEveryNanos;
        this.tableAtNanos = now;
        this.forcedAtNanos = now;
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
                files.unsynced(queue.key());
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
        if (forcing != null) {
            done += forceSlice();
        }
        long now = nanos.getAsLong();
        if (writing == null && isWriteDue(now)) {
            beginWriting(now);
        }
        return writing == null ? done : done + writeSlice(now);
    }

    private boolean isWriteDue(long now) {
        long backlog = queues.backlog();
        boolean news = backlog > 0 || logEnd.getAsLong() != writtenPosition;
        return news && now - writeDueAtNanos >= 0 || backlog >= hurryBacklog || forcing == null && isForceDue(now);
    }

    private boolean isForceDue(long now) {
        long end = logEnd.getAsLong();
        return !forcingFailed
                && end != forcedPosition
                && (forceWanted
                        || now - forcedAtNanos >= forceEveryNanos
                        || end - forcedPosition >= FORCE_EVERY_BYTES && forcedPosition >= 0);
    }

    // ---- writing

    private void beginWriting(long now) {
        appendLock.lock();
        try {
            writing = new WriteRound(queues, queues.takeListed(), logEnd.getAsLong(), lastRecord.getAsLong(), now);
        } finally {
            appendLock.unlock();
        }
        hurryBacklog = Math.max(BACKLOG_HURRY, (long) writing.size() * BACKLOG_HURRY_PER_QUEUE);
    }

    /** After a failure the same round goes on later, so that nothing is forgotten when the disk recovers. */
    private int writeSlice(long now) throws IOException {
        if (stuck && now - writeDueAtNanos < 0) {
            return 0;
        }
        stuck = true;
        writeDueAtNanos = now + writeEveryNanos;
        int done = writing.slice(WRITES_PER_SLICE, this::write);
        stuck = false;
        if (writing.isDone()) {
            endWriting(nanos.getAsLong());
            done++;
        }
        return done;
    }

    private void write(ConsumeQueue queue, long to) throws IOException {
        if (queue.writtenTo() == queue.start() && undeleted.contains(queue.key().topic())) {
            // the topic was begun anew beside files of the old one
            queue.unswept(true);
        }
        sweep(queue);
        unforced.addAll(queue.write(to));
    }

    private void endWriting(long now) throws IOException {
        WriteRound ended = writing;
        writing = null;
        writtenPosition = ended.position();
        writeDueAtNanos = now + Math.max(writeEveryNanos, (now - ended.beganAtNanos()) * PAUSE_PER_ROUND);
        boolean tableIsDue =
                now - tableAtNanos >= TABLE_EVERY_NANOS || ended.position() - tablePosition >= TABLE_EVERY_BYTES;
        boolean forceIsDue = forcing == null && isForceDue(now);
        if (!tableIsDue && !forceIsDue) {
            return;
        }
        QueueTable table = ended.table();
        if (tableIsDue) {
            record(table, now);
        }
        if (forceIsDue) {
            beginForcing(table);
        }
    }

    private void record(QueueTable table, long now) throws IOException {
        tables.written(table);
        tableAtNanos = now;
        tablePosition = table.position();
    }

    /** Writes everything that was put before the call; returns how far every queue is then. */
    private QueueTable writeNow() throws IOException {
        if (writing != null) {
            drain();
        }
        beginWriting(nanos.getAsLong());
        return drain().table();
    }

    private WriteRound drain() throws IOException {
        WriteRound ended = writing;
        while (!ended.isDone()) {
            ended.slice(WRITES_PER_SLICE, this::write);
        }
        writing = null;
        writtenPosition = ended.position();
        return ended;
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

    // ---- forcing

    private void beginForcing(QueueTable table) {
        forceWanted = false;
        forcing = new ForceRound(files, table, unforced, files.takeUnsynced());
        unforced = new LinkedHashSet<>();
    }

    /** What the round has not done yet is left to the next one. */
    private void giveUpForcing() {
        if (forcing != null) {
            unforced.addAll(forcing.unforced());
            files.unsynced(forcing.unsynced());
            forcing = null;
        }
    }

    private int forceSlice() {
        try {
            int done = forcing.slice(FORCES_PER_SLICE);
            if (forcing.isDone()) {
                endForcing();
            }
            return done + 1;
        } catch (IOException refused) {
            forcingFailed(refused);
            return 1;
        }
    }

    private void endForcing() throws IOException {
        tables.forced(forcing.table(), Set.copyOf(undeleted));
        forcedPosition = forcing.table().position();
        forcedAtNanos = nanos.getAsLong();
        forcing = null;
    }

    /** After a failed force nobody knows what reached the disk: no later one may vouch for these files. */
    private void forcingFailed(IOException refused) {
        forcingFailed = true;
        forcing = null;
        log.error(
                "forcing queue files failed; they are forced no more until the store is opened again, which will look at the"
                        + " log from offset {} on after a power cut",
                Math.max(0, forcedPosition),
                refused);
    }

    /**
     * Writes everything, and forces as much as there is time for. Nobody appends any more.
     *
     * @return whether all of it survives a power cut
     */
    public synchronized boolean finish(long budgetNanos) throws IOException {
        long began = nanos.getAsLong();
        while (!toSweep.isEmpty() && nanos.getAsLong() - began <= budgetNanos) {
            sweep(SWEEPS_PER_SLICE);
        }
        QueueTable table = writeNow();
        tables.written(table);
        giveUpForcing();
        if (forcingFailed || !toSweep.isEmpty()) {
            return false;
        }
        beginForcing(table);
        try {
            if (forcing.finish(nanos, budgetNanos)) {
                endForcing();
                return true;
            }
        } catch (IOException refused) {
            forcingFailed(refused);
            return false;
        }
        log.warn(
                "forcing {} queue files at the stop was not finished in {} ms; after a power cut the next start looks at more of"
                        + " the log",
                forcing.left(),
                budgetNanos / 1_000_000);
        return false;
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
        record(writeNow(), nanos.getAsLong());
    }

    /** Writes whatever is not in files yet. */
    public synchronized void writeAll() throws IOException {
        writeNow();
    }

    /** Puts entries that were made again from the log into a queue's file, over what is there. */
    public synchronized void rewrite(ConsumeQueue queue, long entry, ByteBuffer entries) throws IOException {
        if (!queue.dropped()) {
            unforced.add(queue.rewrite(entry, entries));
        }
    }

    /**
     * Forgets a topic, deletes its files, and says so durably, so that recovery does not make it again. Nothing is written
     * meanwhile: a topic of the same name that begins anew finds no file of the old one. When a file cannot be deleted the
     * topic is forgotten nevertheless, and {@linkplain #undeleted remembered} until a repeat, or the next opening, has
     * deleted the rest.
     */
    public synchronized void dropTopic(String topic) throws IOException {
        if (queues.find(topic) == null && !undeleted.contains(topic)) {
            return;
        }
        tables.dropping(topic);
        // a table with the topic in it must not be the one that takes the announcement back
        giveUpForcing();
        undeleted.add(topic);
        appendLock.lock();
        try {
            queues.remove(topic);
        } finally {
            appendLock.unlock();
        }
        toSweep.removeIf(queue -> queue.key().topic().equals(topic));
        unforced.removeIf(id -> id.queue().topic().equals(topic));
        files.deleteTopic(topic);
        undeleted.remove(topic);
        forceTable();
    }

    /** Topics that were forgotten and of which files are left, because deleting them failed. Any thread. */
    public Set<String> undeleted() {
        return new TreeSet<>(undeleted);
    }

    /**
     * Ends deletions that an earlier run of the process has begun: queues that nobody knows of lose their files, and what lies
     * behind the end of the others goes. What cannot be deleted now stays {@link #undeleted}.
     */
    public synchronized void finishDrops(Set<String> topics) {
        for (String topic : topics) {
            try {
                for (QueueKey key : files.listQueues(topic)) {
                    ConsumeQueue queue = queues.find(topic, key.queueId());
                    if (queue == null) {
                        files.deleteQueue(key);
                    } else {
                        queue.unswept(true);
                        toSweep.add(queue);
                    }
                }
            } catch (IOException refused) {
                undeleted.add(topic);
                log.warn(
                        "files of deleted topic {} cannot be deleted; the next opening tries it again", topic, refused);
            }
        }
    }

    /** Writes whatever is not in files yet, forces it, and says so; or gives forcing up for good. */
    public synchronized void forceTable() throws IOException {
        giveUpForcing();
        QueueTable table = writeNow();
        tables.written(table);
        if (forcingFailed) {
            return;
        }
        beginForcing(table);
        try {
            forcing.finish(nanos, Long.MAX_VALUE);
            endForcing();
        } catch (IOException refused) {
            forcingFailed(refused);
        }
    }
}
