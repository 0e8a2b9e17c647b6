package io.sluice.store.recovery;

import io.sluice.store.dispatch.Indexer;
import io.sluice.store.file.Disk;
import io.sluice.store.index.IndexTable;
import io.sluice.store.index.KeyIndex;
import io.sluice.store.log.CommitLog;
import io.sluice.store.log.DelayLevels;
import io.sluice.store.log.LogScan;
import io.sluice.store.log.RecordTraits;
import io.sluice.store.queue.ConsumeQueue;
import io.sluice.store.queue.ConsumeQueues;
import io.sluice.store.queue.QueueEntryLayout;
import io.sluice.store.queue.QueueKey;
import io.sluice.store.queue.QueueTable;
import io.sluice.store.queue.QueueWriter;
import io.sluice.store.queue.TopicQueues;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.RecordCheck.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings log, queues and index to one state. One algorithm: begin where the start value says, walk over the log to its end,
 * give every record on the way its entries, cut what is behind. How the store was stopped only decides the start value.
 */
public final class Recovery {
    /** A foreign store up to this size is read from its beginning when it is opened first, also after a proper stop. */
    private static final long READ_ALL_MAX_BYTES = 2L << 30;
    /** Queue files up to this size together are looked through after a crash; beyond it only their ends are. */
    private static final long LOOK_THROUGH_MAX_BYTES = 64L << 20;

    private static final long BACKLOG_MAX = 1_000_000;
    private static final Logger log = LoggerFactory.getLogger(Recovery.class);

    private final Disk disk;
    private final Path directory;
    private final CommitLog commitLog;
    private final ConsumeQueues queues;
    private final QueueWriter writer;
    private final QueueMender mender;
    /** {@code null} when keys are not indexed. */
    private final KeyIndex index;

    private final DelayLevels delayLevels;

    /** Index files of unknown worth, while they are looked through beside the log. */
    private KeyIndex.Comparison comparison;

    /** Log offset of the last entry of queues whose files are taken as they are. */
    private final Map<ConsumeQueue, Long> covered = new HashMap<>();

    private boolean indexTroubled;
    private long indexedTo;
    private long replayed;

    /** Where to begin, and what is known there. */
    private record Start(Kind kind, Progress progress) {
        private enum Kind {
            /** Nothing was stored yet. */
            NEW,
            /** Progress of this very machine run: files are as they were left. */
            AS_LEFT,
            /** Progress that survives a power cut. */
            FORCED,
            /** Another broker's store after a proper stop, large: its queue files are taken as they are. */
            FOREIGN,
            /** Nothing to go by: the whole log is read. */
            NOTHING
        }
    }

    /**
     * What was found.
     *
     * @param indexedTo the keys of every record below this log offset are in the index
     */
    public record Report(long indexedTo) {}

    public Recovery(
            Disk disk,
            Path directory,
            CommitLog commitLog,
            ConsumeQueues queues,
            QueueWriter writer,
            QueueMender mender,
            KeyIndex index,
            DelayLevels delayLevels) {
        this.disk = disk;
        this.directory = directory;
        this.commitLog = commitLog;
        this.queues = queues;
        this.writer = writer;
        this.mender = mender;
        this.index = index;
        this.delayLevels = delayLevels;
    }

    /** The progress that the store itself recorded; {@code forced} looks at what survives a power cut. */
    public static Optional<Progress> progress(Disk disk, Path directory, boolean forced) throws IOException {
        return Progress.read(disk, directory.resolve(forced ? Progress.FORCED : Progress.WRITTEN));
    }

    /**
     * Runs to the end; the log may then be appended to.
     *
     * @param aborted the {@link RunningMark} was set before this opening
     */
    public Report run(boolean aborted) throws IOException {
        long began = System.nanoTime();
        Optional<Progress> written = progress(disk, directory, false);
        Optional<Progress> forced = progress(disk, directory, true);
        Start start = choose(written, forced, aborted);
        boolean stopped = start.kind == Start.Kind.NEW
                || start.kind == Start.Kind.FOREIGN
                || start.kind == Start.Kind.AS_LEFT && start.progress.stopped()
                || start.kind == Start.Kind.NOTHING && !aborted;

        long from = prepareQueues(start);
        indexedTo = prepareIndex(start, aborted);
        indexUpTo(from);
        LogScan scan = scan(start, from);
        long end = scan.position();
        endComparison(end);
        for (LogScan.Gap gap : scan.gaps()) {
            commitLog.fillGap(gap.from(), gap.to(), scan.lastStoredAtMs());
        }
        long durableTo = stopped && start.kind != Start.Kind.NOTHING
                ? end
                : forced.map(progress -> progress.queues().position()).orElse(commitLog.min());
        commitLog.beginAt(end, lastRecord(scan, start), durableTo, !stopped || scan.endVerdict() != Verdict.NOTHING);
        indexedTo = index == null ? end : indexTroubled ? indexedTo : end;
        if (start.kind == Start.Kind.NOTHING || start.kind == Start.Kind.NEW) {
            keepQueuesWithoutRecords();
        }
        writer.finishDrops(DroppedTopics.read(disk, directory));
        writer.writeAll();
        if (start.kind == Start.Kind.AS_LEFT || start.kind == Start.Kind.FORCED || start.kind == Start.Kind.NOTHING) {
            // also for files whose maker was killed before it could make their names durable
            writer.forceLater(start.kind == Start.Kind.NOTHING ? null : withoutDropped(forced));
        }
        int mended = stopped ? 0 : mender.inspect(LOOK_THROUGH_MAX_BYTES);
        if (mayHaveFollowers(start, stopped, scan)) {
            writer.sweepAll();
        }
        report(start, stopped, aborted, scan, from, mended, began);
        return new Report(indexedTo);
    }

    /** What a table says of a topic that was begun anew after it is of no worth; {@code null} without a table. */
    private QueueTable withoutDropped(Optional<Progress> forced) throws IOException {
        if (forced.isEmpty()) {
            return null;
        }
        Set<String> dropped = DroppedTopics.read(disk, directory);
        QueueTable table = forced.get().queues();
        return new QueueTable(
                table.position(),
                table.lastRecord(),
                table.lines().stream()
                        .filter(line -> !dropped.contains(line.queue().topic()))
                        .toList());
    }

    /**
     * Whether files may hold entries behind the end of their queue. A killed process leaves none: what it wrote to a queue's
     * file was in the log before, so walking over the log has brought every queue as far, unless the log is damaged.
     */
    private static boolean mayHaveFollowers(Start start, boolean stopped, LogScan scan) {
        boolean asLeft = stopped || start.kind == Start.Kind.AS_LEFT;
        return !asLeft
                || start.progress != null && !start.progress.swept()
                || scan.endVerdict() != Verdict.NOTHING
                || scan.damagedPlaces() > 0;
    }

    // ---- the start value

    private Start choose(Optional<Progress> written, Optional<Progress> forced, boolean aborted) {
        if (commitLog.isEmpty()) {
            return new Start(written.or(() -> forced).isPresent() ? Start.Kind.NOTHING : Start.Kind.NEW, null);
        }
        Optional<String> powerCycle = disk.powerCycle();
        if (written.isPresent()
                && powerCycle.isPresent()
                && powerCycle.get().equals(written.get().powerCycle())
                && isBackedByLog(written.get(), Progress.WRITTEN)) {
            return new Start(Start.Kind.AS_LEFT, written.get());
        }
        if (forced.isPresent() && isBackedByLog(forced.get(), Progress.FORCED)) {
            return new Start(Start.Kind.FORCED, forced.get());
        }
        boolean foreign = written.isEmpty() && forced.isEmpty() && !aborted;
        boolean large = commitLog.limit() - commitLog.min() > READ_ALL_MAX_BYTES;
        return new Start(foreign && large ? Start.Kind.FOREIGN : Start.Kind.NOTHING, null);
    }

    /** Progress is worth something when the log really goes as far: its last record must be there, whole. */
    private boolean isBackedByLog(Progress progress, String name) {
        long position = progress.queues().position();
        long last = progress.queues().lastRecord();
        boolean known = position >= commitLog.min()
                && position <= commitLog.limit()
                && (last < commitLog.min() || last < position && LogScan.endOfRecordAt(commitLog, last, position) >= 0);
        if (!known) {
            log.warn(
                    "{} says that the log in {} was complete up to offset {}, but it is not; opening looks at more of it",
                    directory.resolve(name),
                    commitLog.directory(),
                    position);
        }
        return known;
    }

    /** Fills the table of queues; returns the log offset from which records are given their entries. */
    private long prepareQueues(Start start) throws IOException {
        switch (start.kind) {
            case AS_LEFT, FORCED -> {
                for (QueueTable.Line line : start.progress.queues().lines()) {
                    TopicQueues topic = queues.topic(line.queue().topic());
                    queues.add(topic, line.queue().queueId(), line.start(), line.next());
                }
                return start.progress.queues().position();
            }
            case FOREIGN -> {
                long highest = commitLog.min();
                for (QueueKey key : queues.files().listQueues()) {
                    long[] extent = queues.files().extent(key, Long.MAX_VALUE);
                    if (ConsumeQueues.isStorable(key.topic()) && key.queueId() <= ConsumeQueues.QUEUE_ID_MAX) {
                        ConsumeQueue queue = queues.add(queues.topic(key.topic()), key.queueId(), extent[0], extent[1]);
                        long last = lastLogOffset(queue);
                        covered.put(queue, last);
                        highest = Math.max(highest, last);
                    }
                }
                return baseAtOrBefore(highest);
            }
            default -> {
                return commitLog.min();
            }
        }
    }

    /** Of the last entry; -1 when there is none, or it stands for no message. */
    private static long lastLogOffset(ConsumeQueue queue) {
        if (queue.end() == queue.start()) {
            return -1;
        }
        long[] found = {-1};
        queue.walk(queue.end() - 1, queue.end(), (number, logOffset, size, tagHash) -> {
            found[0] = QueueEntryLayout.isNoMessage(logOffset, size) ? -1 : logOffset;
            return false;
        });
        return found[0];
    }

    private long baseAtOrBefore(long offset) {
        long found = commitLog.min();
        for (long base : commitLog.bases()) {
            if (base <= offset) {
                found = base;
            }
        }
        return found;
    }

    /** Brings the index to a known state; returns the log offset from which keys are indexed. */
    private long prepareIndex(Start start, boolean aborted) throws IOException {
        if (index == null) {
            return Long.MAX_VALUE;
        }
        switch (start.kind) {
            case AS_LEFT, FORCED -> {
                IndexTable table = start.progress.index();
                long indexed =
                        index.restore(table, commitLog.min(), commitLog.limit(), start.kind == Start.Kind.AS_LEFT);
                return Math.max(indexed, commitLog.min());
            }
            case FOREIGN -> {
                return Math.max(commitLog.min(), index.adopt(commitLog.min(), commitLog.limit()));
            }
            default -> {
                if (!aborted && !commitLog.isEmpty()) {
                    comparison = index.compare();
                } else {
                    index.forgetAll();
                }
                return commitLog.min();
            }
        }
    }

    // ---- the walk

    /** The index may be behind the queues: what lies between is read for its keys alone. */
    private void indexUpTo(long from) {
        if (index == null || indexedTo >= from) {
            return;
        }
        RecordTraits traits = new RecordTraits();
        new LogScan(commitLog, indexedTo, from, from, from, false)
                .run((offset, record) -> indexKeys(traits, offset, record));
        if (!indexTroubled) {
            indexedTo = from;
        }
    }

    private LogScan scan(Start start, long from) throws IOException {
        long trustedTo = Math.max(from, LogScan.lastBegun(commitLog));
        LogScan scan = new LogScan(commitLog, from, from, trustedTo, commitLog.limit(), true);
        RecordEntries entries = new RecordEntries(delayLevels);
        RecordTraits traits = new RecordTraits();
        QueueReplay replay =
                new QueueReplay(queues, covered, DroppedTopics.read(disk, directory), () -> scan.damagedPlaces() > 0);
        try {
            scan.run((offset, record) -> {
                int size = record.remaining();
                entries.of(
                        record,
                        (topic, queueId, number, tagHash) -> replay.entry(
                                queues.queue(queues.topic(topic), queueId), number, offset, size, tagHash));
                writeWhenMuch();
                if (offset >= indexedTo) {
                    indexKeys(traits, offset, record);
                }
            });
        } catch (UncheckedIOException failed) {
            throw failed.getCause();
        }
        replay.finish();
        replayed = replay.placed();
        return scan;
    }

    private void writeWhenMuch() {
        if (queues.backlog() > BACKLOG_MAX) {
            try {
                writer.writeAll();
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }
    }

    /** An index that cannot be written does not keep the store from opening; the indexer takes up where this ends. */
    private void indexKeys(RecordTraits traits, long offset, ByteBuffer record) {
        if (indexTroubled) {
            return;
        }
        try {
            Indexer.keysOf(traits, record);
            long storedAtMs = MessageView.of(record).storedAtMs();
            for (int i = 0; i < traits.keyCount(); i++) {
                putKey(traits.keyHash(i), offset, storedAtMs);
            }
            indexedTo = offset;
        } catch (IOException failed) {
            indexTroubled = true;
            log.warn("the key index cannot be written from log offset {} on; it is tried again later", offset, failed);
        }
    }

    /** As long as the files that were there say what the log says, they are kept. */
    private void putKey(int keyHash, long offset, long storedAtMs) throws IOException {
        if (comparison != null) {
            if (comparison.passes(keyHash, offset, storedAtMs)) {
                return;
            }
            endComparison(offset);
        }
        index.put(keyHash, offset, storedAtMs);
    }

    private void endComparison(long logEnd) throws IOException {
        if (comparison != null) {
            comparison.dropRest(logEnd);
            comparison = null;
        }
    }

    private long lastRecord(LogScan scan, Start start) {
        if (scan.lastRecord() >= 0) {
            return scan.lastRecord();
        }
        return start.progress == null ? -1 : start.progress.queues().lastRecord();
    }

    /** Queues whose messages have all left the log go on with the numbers they had. */
    private void keepQueuesWithoutRecords() throws IOException {
        List<QueueKey> onDisk = queues.files().listQueues();
        Set<String> dropped = DroppedTopics.read(disk, directory);
        onDisk.removeIf(key -> dropped.contains(key.topic()));
        for (QueueKey key : onDisk) {
            if (queues.find(key.topic(), key.queueId()) == null && key.queueId() <= ConsumeQueues.QUEUE_ID_MAX) {
                if (commitLog.isEmpty()) {
                    queues.files().deleteQueue(key);
                } else {
                    long next = queues.files().extent(key, commitLog.min())[1];
                    queues.add(queues.topic(key.topic()), key.queueId(), next, next);
                }
            }
        }
    }

    private void report(
            Start start, boolean stopped, boolean aborted, LogScan scan, long from, int mended, long began) {
        long ms = (System.nanoTime() - began) / 1_000_000;
        if (start.kind == Start.Kind.NEW) {
            log.info("new store in {}", directory);
            return;
        }
        String sentence =
                "store %s opened after %s: log=%d..%d queues=%d ms=%d; looked at the log from %d (%s), records=%d newEntries=%d"
                                .formatted(
                                        directory,
                                        stopped ? "a proper stop" : "a stop that was not proper",
                                        commitLog.min(),
                                        commitLog.end(),
                                        queues.count(),
                                        ms,
                                        from,
                                        start.kind,
                                        scan.records(),
                                        replayed)
                        + " mendedFiles=%d".formatted(mended)
                        + foundAtTheEnd(scan)
                        + foundDamaged(scan);
        if (scan.damagedPlaces() > 0) {
            log.error(sentence);
        } else if (scan.endVerdict() != Verdict.NOTHING) {
            log.warn(sentence);
        } else {
            log.info(sentence);
        }
    }

    private static String foundAtTheEnd(LogScan scan) {
        return scan.endVerdict() == Verdict.NOTHING
                ? ""
                : "; the log ended in something that is no whole record (%s) at offset %d and was cut off there"
                        .formatted(scan.endVerdict(), scan.position());
    }

    private static String foundDamaged(LogScan scan) {
        return scan.damagedPlaces() == 0
                ? ""
                : "; %d places of it are damaged, %d bytes in all, the first at offset %d: messages in them are lost, all others are served"
                        .formatted(scan.damagedPlaces(), scan.damagedBytes(), scan.firstDamage());
    }
}
