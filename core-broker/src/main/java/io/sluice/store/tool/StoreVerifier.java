package io.sluice.store.tool;

import io.sluice.store.file.Disk;
import io.sluice.store.file.StoreIoException;
import io.sluice.store.index.KeyIndex;
import io.sluice.store.log.CommitLog;
import io.sluice.store.log.DelayLevels;
import io.sluice.store.log.LogScan;
import io.sluice.store.queue.QueueEntryLayout;
import io.sluice.store.queue.QueueExtension;
import io.sluice.store.queue.QueueFiles;
import io.sluice.store.queue.QueueKey;
import io.sluice.store.recovery.RecordEntries;
import io.sluice.store.tool.VerifyReport.Finding;
import io.sluice.store.tool.VerifyReport.Severity;
import io.sluice.wire.message.RecordCheck.Verdict;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Checks every record of the log, every queue entry and every chain of the index. One use, one thread.
 */
public final class StoreVerifier {
    private static final int BLOCK_ENTRIES = 512;

    private final OfflineStore store;
    private final List<Finding> findings = new ArrayList<>();
    private final Map<QueueKey, QueueCheck> queues = new HashMap<>();
    private long unlisted;
    private long matchedEntries;

    private StoreVerifier(OfflineStore store) {
        this.store = store;
    }

    /**
     * Checks the store in the directory, which nobody may have open.
     *
     * @param delayLevels the configured ones, for the due times in the delay topic; see {@link DelayLevels#parse}
     */
    public static VerifyReport verify(Path directory, Disk disk, DelayLevels delayLevels) {
        try (OfflineStore store = OfflineStore.open(directory, disk)) {
            return new StoreVerifier(store).run(delayLevels);
        } catch (IOException failed) {
            throw new StoreIoException("store %s cannot be read".formatted(directory), failed);
        }
    }

    private VerifyReport run(DelayLevels delayLevels) throws IOException {
        CommitLog log = store.log();
        RecordEntries entries = new RecordEntries(delayLevels);
        LogScan scan = new LogScan(log, log.min(), log.min(), LogScan.lastBegun(log), log.limit(), true);
        IOException[] failed = {null};
        scan.run((offset, record) -> entries.of(record, (topic, queueId, number, tagHash) -> {
            try {
                check(new QueueKey(topic, queueId), number, offset, record.remaining(), tagHash);
            } catch (IOException unreadable) {
                failed[0] = unreadable;
            }
        }));
        if (failed[0] != null) {
            throw failed[0];
        }
        for (LogScan.Gap gap : scan.gaps()) {
            find(
                    Severity.LOSS,
                    "log offset " + gap.from(),
                    (log.holds(gap.from())
                                    ? "%d bytes of file %s hold no whole record; records follow behind them"
                                    : "%d bytes of file %s are not there: it is gone or was cut off; records follow behind them")
                            .formatted(gap.to() - gap.from(), fileOf(gap.from())));
        }
        if (scan.endVerdict() != Verdict.NOTHING) {
            find(
                    store.crashed() ? Severity.NOTE : Severity.LOSS,
                    "log offset " + scan.position(),
                    "the log ends in something that is no whole record (%s)".formatted(scan.endVerdict()));
        }
        if (store.knownEnd() > scan.position()) {
            find(
                    store.crashed() ? Severity.NOTE : Severity.LOSS,
                    "log offset " + scan.position(),
                    "the log ends here; it had reached offset %d when the store was open".formatted(store.knownEnd()));
        }
        checkQueues(log.min(), scan.position());
        long indexEntries = checkIndex(scan.position());
        return new VerifyReport(
                !store.crashed(),
                log.min(),
                scan.position(),
                scan.records(),
                queues.size(),
                matchedEntries,
                store.index().examine().size(),
                indexEntries,
                List.copyOf(findings),
                unlisted);
    }

    /** Name of the log file in which the offset lies, or would lie. */
    private String fileOf(long offset) {
        CommitLog log = store.log();
        return CommitLog.segmentName(offset - (offset - log.min()) % log.segmentBytes());
    }

    private void find(Severity severity, String place, String what) {
        if (findings.size() < VerifyReport.FINDINGS_MAX) {
            findings.add(new Finding(severity, place, what));
        } else {
            unlisted++;
        }
    }

    // ---- queues

    /** What is known of one queue while the log is walked over. */
    private static final class QueueCheck {
        private long block = -1;
        private final ByteBuffer entries = ByteBuffer.allocate(BLOCK_ENTRIES * QueueEntryLayout.ENTRY_BYTES);
        private long matched;
        private long missing;
        private long firstMissing = -1;
    }

    private void check(QueueKey queue, long number, long logOffset, int size, long tagHash) throws IOException {
        QueueCheck check = queues.computeIfAbsent(queue, key -> new QueueCheck());
        int at = load(queue, check, number);
        boolean there = check.entries.getLong(at + QueueEntryLayout.LOG_OFFSET) == logOffset
                && check.entries.getInt(at + QueueEntryLayout.SIZE) == size;
        if (!there) {
            check.missing++;
            check.firstMissing = check.firstMissing < 0 ? number : check.firstMissing;
            return;
        }
        check.matched++;
        matchedEntries++;
        long field = check.entries.getLong(at + QueueEntryLayout.TAG_HASH);
        if (field != tagHash && !QueueExtension.isAddress(field)) {
            find(
                    Severity.NOTE,
                    "queue " + queue + " entry " + number,
                    "the tag hash is %d; the record says %d".formatted(field, tagHash));
        }
    }

    private int load(QueueKey queue, QueueCheck check, long number) throws IOException {
        long block = number / BLOCK_ENTRIES;
        if (block != check.block) {
            Arrays.fill(check.entries.array(), (byte) 0);
            int perFile = store.queues().entriesPerFile();
            long first = block * BLOCK_ENTRIES;
            check.entries.clear();
            while (check.entries.hasRemaining()) {
                long entry = first + check.entries.position() / QueueEntryLayout.ENTRY_BYTES;
                int inFile = (int)
                        Math.min(check.entries.remaining() / QueueEntryLayout.ENTRY_BYTES, perFile - entry % perFile);
                ByteBuffer part = check.entries.slice(check.entries.position(), inFile * QueueEntryLayout.ENTRY_BYTES);
                store.queues().read(queue, entry, part);
                check.entries.position(check.entries.position() + inFile * QueueEntryLayout.ENTRY_BYTES);
            }
            check.block = block;
        }
        return (int) (number % BLOCK_ENTRIES) * QueueEntryLayout.ENTRY_BYTES;
    }

    private void checkQueues(long logMin, long logEnd) throws IOException {
        for (QueueKey queue : new TreeSet<>(queues.keySet())) {
            QueueCheck check = queues.get(queue);
            if (check.missing > 0) {
                find(
                        Severity.NOTE,
                        "queue " + queue,
                        "%d entries are missing or wrong, the first is %d; their messages are whole"
                                .formatted(check.missing, check.firstMissing));
            }
        }
        for (QueueKey queue : store.queues().listQueues()) {
            QueueCheck check = queues.computeIfAbsent(queue, key -> new QueueCheck());
            long surplus = countEntries(queue, logMin) - check.matched;
            if (surplus > 0) {
                find(
                        Severity.NOTE,
                        "queue " + queue,
                        "%d entries lead to no message of theirs in the log, which ends at %d"
                                .formatted(surplus, logEnd));
            }
        }
    }

    /** Entries of the queue's files that say they lead into the log as it is. */
    private long countEntries(QueueKey queue, long logMin) throws IOException {
        long count = 0;
        ByteBuffer block = ByteBuffer.allocate(BLOCK_ENTRIES * QueueEntryLayout.ENTRY_BYTES);
        int perFile = store.queues().entriesPerFile();
        for (QueueFiles.FileId file : store.queues().list(queue)) {
            for (int entry = 0; entry < perFile; entry += BLOCK_ENTRIES) {
                block.clear().limit(Math.min(BLOCK_ENTRIES, perFile - entry) * QueueEntryLayout.ENTRY_BYTES);
                store.queues().read(queue, file.index() * perFile + entry, block);
                block.flip();
                for (int at = 0;
                        at + QueueEntryLayout.ENTRY_BYTES <= block.limit();
                        at += QueueEntryLayout.ENTRY_BYTES) {
                    long logOffset = block.getLong(at + QueueEntryLayout.LOG_OFFSET);
                    int size = block.getInt(at + QueueEntryLayout.SIZE);
                    boolean real = size > 0 && !QueueEntryLayout.isNoMessage(logOffset, size);
                    count += real && logOffset >= logMin ? 1 : 0;
                }
            }
        }
        return count;
    }

    // ---- index

    private long checkIndex(long logEnd) {
        long entries = 0;
        for (KeyIndex.Examined file : store.index().examine()) {
            entries += file.entries();
            if (file.fault() != null) {
                find(Severity.NOTE, file.path().toString(), file.fault());
            } else if (file.endLogOffset() >= logEnd) {
                find(
                        Severity.NOTE,
                        file.path().toString(),
                        "entries lead to log offset %d; the log ends at %d".formatted(file.endLogOffset(), logEnd));
            }
        }
        for (Path unusable : store.index().unusable()) {
            find(Severity.NOTE, unusable.toString(), "does not read like an index file");
        }
        return entries;
    }
}
