package io.sluice.store.tool;

import io.sluice.runtime.CloseStack;
import io.sluice.store.file.Disk;
import io.sluice.store.index.KeyIndex;
import io.sluice.store.log.CommitLog;
import io.sluice.store.queue.QueueFileLength;
import io.sluice.store.queue.QueueFiles;
import io.sluice.store.recovery.Progress;
import io.sluice.store.recovery.Recovery;
import io.sluice.store.recovery.RunningMark;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;

/** The files of a store, opened for reading while nobody runs it. */
final class OfflineStore implements AutoCloseable {
    private final Path directory;
    private final boolean crashed;
    private final long knownEnd;
    private final CommitLog log;
    private final QueueFiles queues;
    private final KeyIndex index;
    private final CloseStack opened;

    private OfflineStore(
            Path directory,
            boolean crashed,
            long knownEnd,
            CommitLog log,
            QueueFiles queues,
            KeyIndex index,
            CloseStack opened) {
        this.directory = directory;
        this.crashed = crashed;
        this.knownEnd = knownEnd;
        this.log = log;
        this.queues = queues;
        this.index = index;
        this.opened = opened;
    }

    /** @throws NotAStoreException when there is no store, or somebody has it open */
    static OfflineStore open(Path directory, Disk disk) throws IOException {
        if (disk.stat(directory.resolve("commitlog")).isEmpty()) {
            throw new NotAStoreException(
                    "%s holds no store: there is no directory 'commitlog' in it".formatted(directory));
        }
        try (CloseStack opening = new CloseStack()) {
            Path lock = directory.resolve("lock");
            if (disk.stat(lock).isPresent()) {
                opening.push(disk.lock(lock)
                        .orElseThrow(() -> new NotAStoreException(
                                "store %s is in use by a running broker; stop it first, or look at a copy"
                                        .formatted(directory))));
            }
            boolean crashed = RunningMark.isSet(disk, directory);
            Optional<Progress> known = Recovery.progress(disk, directory, false);
            CommitLog log = opening.push(CommitLog.open(
                    disk,
                    Disk.Access.READ,
                    directory.resolve("commitlog"),
                    0,
                    known.map(Progress::logSegmentBytes).orElse(0)));
            Path queueRoot = directory.resolve("consumequeue");
            int fileBytes = QueueFileLength.find(
                    disk,
                    queueRoot,
                    0,
                    known.filter(progress -> !progress.queues().lines().isEmpty())
                            .map(Progress::queueFileBytes)
                            .orElse(0),
                    crashed);
            QueueFiles queues = opening.push(new QueueFiles(disk, Disk.Access.READ, queueRoot, fileBytes));
            KeyIndex index = opening.push(
                    KeyIndex.open(disk, Disk.Access.READ, directory.resolve("index"), InstantSource.system(), 0, 0));
            long knownEnd = known.map(progress -> progress.queues().position()).orElse(0L);
            return new OfflineStore(directory, crashed, knownEnd, log, queues, index, opening.release());
        }
    }

    Path directory() {
        return directory;
    }

    /** Whether the store was not stopped properly. */
    boolean crashed() {
        return crashed;
    }

    /** Log offset that the store is known to have reached; 0 when nothing is known. */
    long knownEnd() {
        return knownEnd;
    }

    CommitLog log() {
        return log;
    }

    QueueFiles queues() {
        return queues;
    }

    KeyIndex index() {
        return index;
    }

    @Override
    public void close() {
        opened.close();
    }
}
