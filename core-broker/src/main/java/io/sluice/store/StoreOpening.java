package io.sluice.store;

import io.sluice.runtime.CloseStack;
import io.sluice.store.dispatch.Admission;
import io.sluice.store.dispatch.AppendLock;
import io.sluice.store.dispatch.AppendRules;
import io.sluice.store.dispatch.Appender;
import io.sluice.store.dispatch.Arrivals;
import io.sluice.store.dispatch.Indexer;
import io.sluice.store.file.Disk;
import io.sluice.store.index.KeyIndex;
import io.sluice.store.log.CommitLog;
import io.sluice.store.log.DelayLevels;
import io.sluice.store.queue.ConsumeQueues;
import io.sluice.store.queue.QueueFileLength;
import io.sluice.store.queue.QueueFiles;
import io.sluice.store.queue.QueueTable;
import io.sluice.store.queue.QueueWriter;
import io.sluice.store.recovery.DroppedTopics;
import io.sluice.store.recovery.Progress;
import io.sluice.store.recovery.QueueMender;
import io.sluice.store.recovery.Recovery;
import io.sluice.store.recovery.RunningMark;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/** Puts a store together: lock, sizes, recovery, and the parts that {@link MessageStore} works with. */
final class StoreOpening implements QueueWriter.Tables {
    final AppendLock appendLock = new AppendLock();
    final Arrivals arrivals = new Arrivals();
    final Admission admission = new Admission();
    final CommitLog commitLog;
    final ConsumeQueues queues;
    /** {@code null}, like the indexer, when keys are not indexed. */
    final KeyIndex index;

    final Indexer indexer;
    final QueueWriter queueWriter;
    final QueueMender mender;
    final Appender appender;
    final StoreProgress progress;

    private final StoreConfig config;
    private final Disk disk;

    StoreOpening(StoreConfig config, Disk disk, InstantSource clock, LongSupplier nanos, CloseStack opening)
            throws IOException {
        this.config = config;
        this.disk = disk;
        Path root = config.directory();
        disk.createDirectories(root);
        lock(opening);
        refuseForeignKinds();
        Optional<Progress> known = Recovery.progress(disk, root, false).or(() -> forcedProgress());
        boolean aborted = RunningMark.isSet(disk, root);
        int queueFileBytes = QueueFileLength.find(
                disk,
                root.resolve("consumequeue"),
                config.queueSegmentBytes(),
                known.filter(progress -> !progress.queues().lines().isEmpty())
                        .map(Progress::queueFileBytes)
                        .orElse(0),
                aborted);
        DelayLevels delayLevels = DelayLevels.parse(config.delayLevels());

        commitLog = opening.push(CommitLog.open(
                disk,
                Disk.Access.WRITE,
                config.logDirectory(),
                config.logSegmentBytes(),
                known.map(Progress::logSegmentBytes).orElse(0)));
        QueueFiles files =
                opening.push(new QueueFiles(disk, Disk.Access.WRITE, root.resolve("consumequeue"), queueFileBytes));
        queues = new ConsumeQueues(files);
        index = config.indexEnabled()
                ? opening.push(KeyIndex.open(
                        disk,
                        Disk.Access.WRITE,
                        root.resolve("index"),
                        clock,
                        config.indexSlots(),
                        config.indexEntries()))
                : null;
        queueWriter = new QueueWriter(
                queues,
                appendLock,
                commitLog::end,
                commitLog::lastRecord,
                this,
                nanos,
                config.queueFlushMs(),
                config.queueForceMs());
        mender = new QueueMender(commitLog, queues, queueWriter, arrivals, delayLevels, commitLog::end);

        commitLog.onLoss(admission::readOnly);
        RunningMark.set(disk, root);
        Recovery recovery = new Recovery(disk, root, commitLog, queues, queueWriter, mender, index, delayLevels);
        Recovery.Report report = recovery.run(aborted);

        indexer = index == null ? null : new Indexer(index, commitLog, appendLock, commitLog::end, report.indexedTo());
        appender = new Appender(
                appendLock,
                commitLog,
                queues,
                indexer,
                admission,
                arrivals,
                new AppendRules(
                        config.flushMode(),
                        config.maxMessageBytes(),
                        delayLevels,
                        config.flushIntervalMs(),
                        config.flushLeastPages(),
                        config.flushThoroughMs(),
                        config.syncFlushTimeoutMs()),
                config.storeHost(),
                clock,
                nanos);
        progress = new StoreProgress(
                disk,
                root,
                commitLog,
                files.fileBytes(),
                index,
                indexer,
                appender.flusher(),
                queueWriter::isSwept,
                forcedProgress().map(forced -> forced.queues().position()).orElse(0L));
        appender.continueFrom(progress.storedAtMs(commitLog.lastRecord()));
        appender.flusher().flush();
        if (DroppedTopics.read(disk, root).isEmpty()) {
            queueWriter.recordTable();
        } else {
            // a deletion was cut short: whatever became of it, it stays so
            queueWriter.forceTable();
        }
    }

    private Optional<Progress> forcedProgress() {
        try {
            return Recovery.progress(disk, config.directory(), true);
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    private void lock(CloseStack opening) throws IOException {
        Path file = config.directory().resolve("lock");
        opening.push(disk.lock(file)
                .orElseThrow(() -> new StoreInUseException(
                        "store %s is in use: its file 'lock' is held by another process%s. Stop that one, or use another directory"
                                .formatted(config.directory(), runningProcess()))));
    }

    /** The mark of the running store names its process, as far as it can be read. */
    private String runningProcess() {
        try {
            Path mark = config.directory().resolve(RunningMark.FILE);
            String pid = disk.stat(mark).isPresent()
                    ? new String(disk.read(mark, 64), StandardCharsets.US_ASCII).trim()
                    : "";
            return pid.matches("[0-9]{1,10}") ? ", most likely " + pid : "";
        } catch (IOException unreadable) {
            return "";
        }
    }

    /** Brokers from 5.5 on make a RocksDB directory for other purposes even when their queues are files. */
    private boolean hasQueueFiles() throws IOException {
        Path queues = config.directory().resolve("consumequeue");
        return disk.stat(queues).isPresent() && !disk.list(queues).isEmpty();
    }

    private void refuseForeignKinds() throws IOException {
        for (Disk.Entry entry : disk.list(config.directory())) {
            if (entry.directory() && entry.name().startsWith("rocksdb") && !hasQueueFiles()) {
                throw new StoreFormatException(
                        ("store %s keeps its queues in RocksDB (%s), which cannot be read here; switch the broker that wrote it to"
                                        + " storeType=default and let it migrate first")
                                .formatted(config.directory(), entry.name()));
            }
            if (entry.directory() && entry.name().startsWith("dledger-")) {
                throw new StoreFormatException(
                        ("store %s keeps its log in DLedger files (%s), which cannot be read here; begin a new store and let"
                                        + " clients move over")
                                .formatted(config.directory(), entry.name()));
            }
        }
    }

    /** Nothing is written down before the store is whole; then the parts put together here take over. */
    @Override
    public void written(QueueTable table) throws IOException {
        progress.written(table);
    }

    @Override
    public void forced(QueueTable table, Set<String> undeleted) throws IOException {
        progress.forced(table, undeleted);
    }

    @Override
    public void dropping(String topic) throws IOException {
        progress.dropping(topic);
    }
}
