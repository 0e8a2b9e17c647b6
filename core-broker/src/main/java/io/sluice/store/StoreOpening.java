package io.sluice.store;

import io.sluice.runtime.CloseStack;
import io.sluice.store.dispatch.Admission;
import io.sluice.store.dispatch.AppendRules;
import io.sluice.store.dispatch.Appender;
import io.sluice.store.dispatch.Arrivals;
import io.sluice.store.dispatch.Indexer;
import io.sluice.store.file.Disk;
import io.sluice.store.index.KeyIndex;
import io.sluice.store.log.CommitLog;
import io.sluice.store.log.DelayLevels;
import io.sluice.store.queue.ConsumeQueues;
import io.sluice.store.queue.QueueEntryLayout;
import io.sluice.store.queue.QueueFiles;
import io.sluice.store.queue.QueueKey;
import io.sluice.store.queue.QueueTable;
import io.sluice.store.queue.QueueWriter;
import io.sluice.store.recovery.Progress;
import io.sluice.store.recovery.QueueMender;
import io.sluice.store.recovery.Recovery;
import io.sluice.store.recovery.RunningMark;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/** Puts a store together: lock, sizes, recovery, and the parts that {@link MessageStore} works with. */
final class StoreOpening implements QueueWriter.Tables {
    /** So many queues are asked for the length of their files. */
    private static final int QUEUES_LOOKED_AT = 100;

    final ReentrantLock appendLock = new ReentrantLock();
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
        DelayLevels delayLevels = DelayLevels.parse(config.delayLevels());

        commitLog = opening.push(CommitLog.open(
                disk,
                Disk.Access.WRITE,
                config.logDirectory(),
                config.logSegmentBytes(),
                known.map(Progress::logSegmentBytes).orElse(0)));
        QueueFiles files = opening.push(new QueueFiles(disk, Disk.Access.WRITE, queueRoot(), queueFileBytes(known)));
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

        boolean aborted = RunningMark.isSet(disk, root);
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
        appender.flusher().flush();
        queueWriter.recordTable();
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

    /**
     * Length of the queue files: what is configured, what the store knows of itself, or what is found. Single files may have
     * become shorter than they were made, so a short one is no evidence; it gets its length back when it is written.
     */
    private int queueFileBytes(Optional<Progress> known) throws IOException {
        int configured = (config.queueSegmentBytes() + QueueEntryLayout.ENTRY_BYTES - 1)
                / QueueEntryLayout.ENTRY_BYTES
                * QueueEntryLayout.ENTRY_BYTES;
        if (known.isPresent() && !known.get().queues().lines().isEmpty()) {
            return agreed(configured, known.get().queueFileBytes());
        }
        List<Disk.Entry> files = someQueueFiles();
        boolean crashed = RunningMark.isSet(disk, config.directory());
        if (configured != 0) {
            for (Disk.Entry file : files) {
                if (file.length() > configured || Long.parseLong(file.name()) % configured != 0) {
                    return agreed(configured, file.length());
                }
            }
            return configured;
        }
        long longest = files.stream().mapToLong(Disk.Entry::length).max().orElse(0);
        long alike = files.stream().filter(file -> file.length() == longest).count();
        boolean convincing = longest > 0
                && longest <= Integer.MAX_VALUE
                && longest % QueueEntryLayout.ENTRY_BYTES == 0
                && (!crashed || alike > 1);
        return convincing ? (int) longest : QueueFiles.FILE_BYTES_DEFAULT;
    }

    private int agreed(int configured, long found) {
        if (configured != 0 && configured != found) {
            throw new StoreFormatException(
                    "mappedFileSizeConsumeQueue is %d, but the queue files in %s have %d bytes; set it to %d or leave it out"
                            .formatted(configured, config.directory(), found, found));
        }
        return (int) found;
    }

    /** Files of some of the queues, enough to know their length. */
    private List<Disk.Entry> someQueueFiles() throws IOException {
        List<Disk.Entry> some = new ArrayList<>();
        for (QueueKey queue : someQueues()) {
            Path directory = queueRoot().resolve(queue.topic()).resolve(Integer.toString(queue.queueId()));
            disk.list(directory).stream()
                    .filter(file -> !file.directory() && file.name().matches("[0-9]{18,20}"))
                    .forEach(some::add);
        }
        return some;
    }

    private Path queueRoot() {
        return config.directory().resolve("consumequeue");
    }

    private List<QueueKey> someQueues() throws IOException {
        List<QueueKey> some = new ArrayList<>();
        for (Disk.Entry topic : disk.list(queueRoot())) {
            if (some.size() >= QUEUES_LOOKED_AT) {
                return some;
            }
            for (Disk.Entry queue : disk.list(queueRoot().resolve(topic.name()))) {
                if (queue.name().matches("[0-9]{1,9}")) {
                    some.add(new QueueKey(topic.name(), Integer.parseInt(queue.name())));
                }
            }
        }
        return some;
    }

    /** Nothing is written down before the store is whole; then the parts put together here take over. */
    @Override
    public void written(QueueTable table) throws IOException {
        progress.written(table);
    }

    @Override
    public void forced(QueueTable table) throws IOException {
        progress.forced(table);
    }
}
