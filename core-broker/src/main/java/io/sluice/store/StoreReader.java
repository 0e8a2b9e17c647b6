package io.sluice.store;

import io.sluice.model.PropertyNames;
import io.sluice.port.OffsetRange;
import io.sluice.port.Records;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.store.dispatch.Indexer;
import io.sluice.store.index.KeyIndex;
import io.sluice.store.log.CommitLog;
import io.sluice.store.log.GapRecord;
import io.sluice.store.log.LogHold;
import io.sluice.store.queue.ConsumeQueue;
import io.sluice.store.queue.ConsumeQueues;
import io.sluice.store.queue.EntryFilter;
import io.sluice.store.queue.EntryVisitor;
import io.sluice.store.queue.MissingEntriesException;
import io.sluice.store.queue.QueueEntryLayout;
import io.sluice.store.queue.QueueExtension;
import io.sluice.store.queue.QueueKey;
import io.sluice.wire.message.MessageLayout;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.RecordCheck;
import io.sluice.wire.message.RecordCheck.Verdict;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reading side of the store. Takes no lock that a writer takes. Every record is looked at before it is given out: what
 * does not lie where it says, belongs to another queue, or has the wrong checksum is never served.
 */
final class StoreReader {
    /** Entries looked at in one read at least, whatever the number of messages wanted. */
    private static final int SCAN_MIN = 800;

    private static final Logger log = LoggerFactory.getLogger(StoreReader.class);

    private final CommitLog commitLog;
    private final ConsumeQueues queues;
    private final QueueExtension extension;
    /** {@code null} when keys are not indexed. */
    private final KeyIndex index;

    private final Indexer indexer;
    private final LongSupplier confirmedTo;
    private final Missing missing;
    private final boolean checkOnRead;

    /** Asked to make entries again. */
    @FunctionalInterface
    interface Missing {
        void request(QueueKey queue, long entry);
    }

    StoreReader(
            CommitLog commitLog,
            ConsumeQueues queues,
            QueueExtension extension,
            KeyIndex index,
            Indexer indexer,
            LongSupplier confirmedTo,
            Missing missing,
            boolean checkOnRead) {
        this.commitLog = commitLog;
        this.queues = queues;
        this.extension = extension;
        this.index = index;
        this.indexer = indexer;
        this.confirmedTo = confirmedTo;
        this.missing = missing;
        this.checkOnRead = checkOnRead;
    }

    OffsetRange range(String topic, int queueId) {
        ConsumeQueue queue = queues.find(topic, queueId);
        return queue == null ? new OffsetRange(0, 0) : rangeOf(queue);
    }

    private OffsetRange rangeOf(ConsumeQueue queue) {
        long end = queue.end();
        return new OffsetRange(Math.min(minOf(queue), end), end);
    }

    private long minOf(ConsumeQueue queue) {
        return queue.min(commitLog.min(), entry -> missing.request(queue.key(), entry));
    }

    // ---- by offset

    /**
     * @param inRuns whether records that lie next to each other in the log are one slice; else each has its own
     */
    QueueRead read(
            String topic, int queueId, long from, EntryFilter filter, int maxMessages, int maxBytes, boolean inRuns) {
        if (maxMessages < 1 || maxBytes < 1) {
            throw new IllegalArgumentException(
                    "maxMessages %d and maxBytes %d must be at least 1".formatted(maxMessages, maxBytes));
        }
        ConsumeQueue queue = queues.find(topic, queueId);
        if (queue == null) {
            return QueueRead.nothing(QueueRead.Status.NO_SUCH_QUEUE, 0, new OffsetRange(0, 0));
        }
        OffsetRange range = rangeOf(queue);
        if (range.max() == 0) {
            return QueueRead.nothing(QueueRead.Status.EMPTY_QUEUE, 0, range);
        }
        if (from < range.min()) {
            return QueueRead.nothing(QueueRead.Status.OFFSET_TOO_SMALL, range.min(), range);
        }
        if (from == range.max()) {
            return QueueRead.nothing(QueueRead.Status.OFFSET_AT_END, from, range);
        }
        if (from > range.max()) {
            return QueueRead.nothing(QueueRead.Status.OFFSET_BEYOND_END, range.max(), range);
        }
        RecordCollector collector =
                new RecordCollector(commitLog, queue, filter, from, maxMessages, maxBytes, checkOnRead, inRuns, this);
        try {
            walk(queue, from, Math.max(SCAN_MIN, maxMessages), collector, maxMessages);
        } catch (MissingEntriesException lost) {
            missing.request(lost.queue(), lost.entry());
            collector.rebuilding();
        } catch (RuntimeException failed) {
            collector.release();
            throw failed;
        } catch (InternalError fault) {
            collector.release();
            throw unreadable(fault);
        }
        return collector.result(range);
    }

    /**
     * What the platform calls an internal error is memory without a file behind it.
     *
     * @return what to tell the reader
     */
    private RefusedException unreadable(InternalError fault) {
        commitLog.lookForLoss();
        log.error("memory of the log in {} cannot be read", commitLog.directory(), fault);
        return new RefusedException(
                Refusal.UNAVAILABLE,
                "a file of the log in %s cannot be read: its end is missing. Look at the node's health and log for which one"
                        .formatted(commitLog.directory()));
    }

    /** As many entries first as may be enough, so that no more are read from a file than are looked at. */
    private static void walk(ConsumeQueue queue, long from, int scanMax, RecordCollector collector, int maxMessages) {
        long end = from + scanMax;
        long at = from;
        while (at < end && !collector.isDone()) {
            long to = Math.min(end, at + maxMessages);
            long reached = queue.walk(at, to, collector);
            if (reached < to) {
                return;
            }
            at = reached;
        }
    }

    /** An entry that leads nowhere: either it or the record is damaged, which a look at the log around it tells. */
    void request(ConsumeQueue queue, long queueOffset) {
        missing.request(queue.key(), queueOffset);
    }

    long entries(String topic, int queueId, long from, long to, EntryVisitor visitor) {
        ConsumeQueue queue = queues.find(topic, queueId);
        if (queue == null) {
            return from;
        }
        long begin = Math.max(from, minOf(queue));
        try {
            return queue.walk(begin, to, (queueOffset, logOffset, size, tagField) -> {
                if (QueueEntryLayout.isNoMessage(logOffset, size)) {
                    return true;
                }
                long tagHash =
                        QueueExtension.isAddress(tagField) ? resolve(queue, tagField, logOffset, size) : tagField;
                return visitor.entry(queueOffset, logOffset, size, tagHash);
            });
        } catch (MissingEntriesException lost) {
            missing.request(lost.queue(), lost.entry());
            return lost.entry();
        }
    }

    /** The tag hash that another broker put elsewhere; the record itself knows it too. */
    long resolve(ConsumeQueue queue, long address, long logOffset, int size) {
        try {
            OptionalLong known = extension.tagHash(queue.key(), address);
            if (known.isPresent()) {
                return known.getAsLong();
            }
        } catch (IOException unreadable) {
            log.warn(
                    "the extension file of queue {} cannot be read; the log is asked instead", queue.key(), unreadable);
        }
        LogHold hold = commitLog.hold();
        try {
            ByteBuffer record = hold.slice(logOffset, size);
            if (record == null || RecordCheck.check(record, false) != Verdict.WHOLE) {
                return 0;
            }
            String tag = MessageView.of(record).tag();
            return tag == null ? 0 : tag.hashCode();
        } finally {
            hold.release();
        }
    }

    // ---- single messages

    Records recordAt(long logOffset) {
        LogHold hold = commitLog.hold();
        ByteBuffer record;
        try {
            record = wholeRecord(hold, logOffset);
        } catch (RuntimeException failed) {
            hold.release();
            throw failed;
        } catch (InternalError fault) {
            hold.release();
            throw unreadable(fault);
        }
        if (record == null) {
            hold.release();
            return Records.NONE;
        }
        return new Records(List.of(record), hold);
    }

    /** {@code null} when no whole record that may be read begins there. */
    private ByteBuffer wholeRecord(LogHold hold, long logOffset) {
        if (logOffset < commitLog.min() || logOffset >= confirmedTo.getAsLong()) {
            return null;
        }
        ByteBuffer rest = hold.rest(logOffset);
        if (rest == null
                || RecordCheck.check(rest, checkOnRead) != Verdict.WHOLE
                || rest.getLong(MessageLayout.PHYSICAL_OFFSET) != logOffset
                || logOffset + rest.getInt(MessageLayout.TOTAL_SIZE) > confirmedTo.getAsLong()
                || GapRecord.is(rest)) {
            return null;
        }
        return rest.slice(0, rest.getInt(MessageLayout.TOTAL_SIZE));
    }

    Records byKey(String topic, String key, long fromMs, long toMs, int limit) {
        if (limit < 1 || limit > 64) {
            throw new IllegalArgumentException("limit %d is out of range; expected 1 to 64".formatted(limit));
        }
        if (index == null || key.isEmpty()) {
            return Records.NONE;
        }
        try {
            indexer.drainAll();
        } catch (IOException behind) {
            log.warn("keys of the newest messages cannot be indexed; the look-up goes without them", behind);
        }
        LogHold hold = commitLog.hold();
        List<ByteBuffer> found = new ArrayList<>();
        // a key may have been put twice for a record, never with another record's in between
        long[] last = {-1};
        try {
            index.search((topic + "#" + key).hashCode(), fromMs, toMs, logOffset -> {
                if (logOffset != last[0]) {
                    last[0] = logOffset;
                    ByteBuffer record = wholeRecord(hold, logOffset);
                    if (record != null && isMeant(record, topic, key, fromMs, toMs)) {
                        found.add(record);
                    }
                }
                return found.size() < limit;
            });
        } catch (RuntimeException failed) {
            hold.release();
            throw failed;
        } catch (InternalError fault) {
            hold.release();
            throw unreadable(fault);
        }
        if (found.isEmpty()) {
            hold.release();
            return Records.NONE;
        }
        return new Records(found, hold);
    }

    private static boolean isMeant(ByteBuffer record, String topic, String key, long fromMs, long toMs) {
        MessageView view = MessageView.of(record);
        if (view.storedAtMs() < fromMs
                || view.storedAtMs() > toMs
                || !view.topic().equals(topic)) {
            return false;
        }
        if (key.equals(view.property(PropertyNames.UNIQUE_KEY))) {
            return true;
        }
        String keys = view.property(PropertyNames.KEYS);
        return keys != null && List.of(keys.split(" ")).contains(key);
    }

    // ---- by time

    long offsetAt(String topic, int queueId, long storedAtMs, Boundary boundary) {
        ConsumeQueue queue = queues.find(topic, queueId);
        if (queue == null) {
            return 0;
        }
        OffsetRange range = rangeOf(queue);
        if (boundary == Boundary.LOWER) {
            return firstStoredFrom(queue, range, storedAtMs);
        }
        long behind = storedAtMs == Long.MAX_VALUE ? range.max() : firstStoredFrom(queue, range, storedAtMs + 1);
        return Math.max(range.min(), behind - 1);
    }

    private long firstStoredFrom(ConsumeQueue queue, OffsetRange range, long storedAtMs) {
        long low = range.min();
        long high = range.max();
        TimeProbe probe = new TimeProbe();
        while (low < high) {
            long middle = (low + high) >>> 1;
            probe.look(queue, middle, high);
            if (probe.storedAtMs < 0) {
                high = middle;
            } else if (probe.storedAtMs >= storedAtMs) {
                high = middle;
            } else {
                low = probe.entry + 1;
            }
        }
        // entries that stand for no message have no time; the answer is a message, or the end
        probe.look(queue, low, range.max());
        return probe.storedAtMs < 0 ? range.max() : probe.entry;
    }

    long earliestStoredAtMs(String topic, int queueId) {
        ConsumeQueue queue = queues.find(topic, queueId);
        if (queue == null) {
            return -1;
        }
        OffsetRange range = rangeOf(queue);
        TimeProbe probe = new TimeProbe();
        probe.look(queue, range.min(), range.max());
        return probe.storedAtMs;
    }

    /** Finds the first readable message from an entry on, and when it was stored. */
    private final class TimeProbe {
        private long entry;
        /** -1 when there is none before the limit. */
        private long storedAtMs;

        void look(ConsumeQueue queue, long from, long limit) {
            storedAtMs = -1;
            LogHold hold = commitLog.hold();
            try {
                queue.walk(from, limit, (queueOffset, logOffset, size, tagHash) -> {
                    ByteBuffer record =
                            QueueEntryLayout.isNoMessage(logOffset, size) ? null : hold.slice(logOffset, size);
                    if (record == null || RecordCheck.check(record, false) != Verdict.WHOLE) {
                        return true;
                    }
                    entry = queueOffset;
                    storedAtMs = MessageView.of(record).storedAtMs();
                    return false;
                });
            } catch (MissingEntriesException lost) {
                missing.request(lost.queue(), lost.entry());
            } catch (InternalError fault) {
                throw unreadable(fault);
            } finally {
                hold.release();
            }
        }
    }
}
