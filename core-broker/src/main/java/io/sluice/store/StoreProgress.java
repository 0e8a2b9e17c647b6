package io.sluice.store;

import io.sluice.store.dispatch.Indexer;
import io.sluice.store.dispatch.LogFlusher;
import io.sluice.store.file.Disk;
import io.sluice.store.index.IndexTable;
import io.sluice.store.index.KeyIndex;
import io.sluice.store.log.CommitLog;
import io.sluice.store.log.LogHold;
import io.sluice.store.queue.QueueTable;
import io.sluice.store.queue.QueueWriter;
import io.sluice.store.recovery.Checkpoint;
import io.sluice.store.recovery.DroppedTopics;
import io.sluice.store.recovery.Progress;
import io.sluice.wire.message.MessageView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Writes down how far queues and index are, each time the queue-writer has come further. Called by the queue-writer, and by
 * whoever opens or closes the store.
 */
final class StoreProgress implements QueueWriter.Tables {
    private final Disk disk;
    private final Path directory;
    private final CommitLog commitLog;
    private final int queueFileBytes;
    /** {@code null} when keys are not indexed. */
    private final KeyIndex index;

    private final Indexer indexer;
    private final LogFlusher flusher;
    private final BooleanSupplier swept;
    private volatile long forcedPosition;
    private volatile boolean stopping;

    StoreProgress(
            Disk disk,
            Path directory,
            CommitLog commitLog,
            int queueFileBytes,
            KeyIndex index,
            Indexer indexer,
            LogFlusher flusher,
            BooleanSupplier swept,
            long forcedPosition) {
        this.disk = disk;
        this.directory = directory;
        this.commitLog = commitLog;
        this.queueFileBytes = queueFileBytes;
        this.index = index;
        this.indexer = indexer;
        this.flusher = flusher;
        this.swept = swept;
        this.forcedPosition = forcedPosition;
    }

    /** From now on what is written down is the last word of this run. */
    void stopping() {
        stopping = true;
    }

    /** Log offset below which queues and index survive a power cut. */
    long forcedPosition() {
        return forcedPosition;
    }

    @Override
    public void written(QueueTable table) throws IOException {
        progress(table, indexTable(table)).write(disk, directory.resolve(Progress.WRITTEN), false);
    }

    @Override
    public void forced(QueueTable table, Set<String> undeleted) throws IOException {
        IndexTable indexTable = indexTable(table);
        if (index != null) {
            index.force();
        }
        if (!flusher.flush()) {
            throw new IOException("the log could not be flushed");
        }
        progress(table, indexTable).write(disk, directory.resolve(Progress.FORCED), true);
        forcedPosition = table.position();
        DroppedTopics.keep(disk, directory, undeleted);
        long storedAtMs = storedAtMs(table.lastRecord());
        if (storedAtMs > 0) {
            Checkpoint.write(disk, directory, storedAtMs, index == null ? 0 : index.fullFilesEndMs());
        }
    }

    @Override
    public void dropping(String topic) throws IOException {
        DroppedTopics.add(disk, directory, topic);
    }

    /** Without an index its table says that everything is done: keys of today are not looked for when it is switched on. */
    private IndexTable indexTable(QueueTable table) {
        return indexer == null ? new IndexTable(table.position(), List.of()) : indexer.table();
    }

    private Progress progress(QueueTable table, IndexTable indexTable) {
        return new Progress(
                disk.powerCycle().orElse(""),
                stopping,
                swept.getAsBoolean(),
                commitLog.segmentBytes(),
                queueFileBytes,
                table,
                indexTable);
    }

    /** Store time of the record that begins there; 0 when it is not kept. */
    long storedAtMs(long lastRecord) {
        if (lastRecord < commitLog.min()) {
            return 0;
        }
        LogHold hold = commitLog.hold();
        try {
            ByteBuffer record = hold.rest(lastRecord);
            return record == null ? 0 : MessageView.of(record).storedAtMs();
        } finally {
            hold.release();
        }
    }
}
