package io.sluice.store;

import io.sluice.port.OffsetRange;
import io.sluice.port.Records;
import io.sluice.runtime.CloseStack;
import io.sluice.runtime.Duty;
import io.sluice.runtime.DutyThread;
import io.sluice.store.dispatch.Admission;
import io.sluice.store.dispatch.AppendLock;
import io.sluice.store.dispatch.Appender;
import io.sluice.store.dispatch.ArrivalListener;
import io.sluice.store.dispatch.Arrivals;
import io.sluice.store.dispatch.Indexer;
import io.sluice.store.file.Disk;
import io.sluice.store.file.StoreIoException;
import io.sluice.store.index.KeyIndex;
import io.sluice.store.log.AppendResult;
import io.sluice.store.log.CommitLog;
import io.sluice.store.log.FlushMode;
import io.sluice.store.log.RecordBlock;
import io.sluice.store.log.SegmentPreparer;
import io.sluice.store.queue.ConsumeQueues;
import io.sluice.store.queue.EntryFilter;
import io.sluice.store.queue.EntryVisitor;
import io.sluice.store.queue.QueueExtension;
import io.sluice.store.queue.QueueKey;
import io.sluice.store.queue.QueueWriter;
import io.sluice.store.recovery.QueueMender;
import io.sluice.store.recovery.RunningMark;
import io.sluice.store.retention.Retention;
import io.sluice.store.retention.RetentionConfig;
import io.sluice.store.table.TableFile;
import io.sluice.wire.message.NewRecord;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The vault's counter: every message of a broker in one log, with queues and keys to find it again.
 *
 * <p>Safe for many threads. Nothing here blocks on the disk except {@link #open}, {@link #close}, {@link #deleteTopic},
 * {@link #deleteExpired} and reads of parts that are not in memory (see {@link #isRecent}).
 */
public final class MessageStore implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(MessageStore.class);
    private static final String CONFIG_DIRECTORY = "config";
    /** Time that a stop may take to force queue files. */
    private static final long FORCE_AT_STOP_NANOS = 5_000_000_000L;
    /** Part of the machine's memory that recently written bytes are expected to be found in. */
    private static final double RECENT_PART_OF_MEMORY = 0.4;

    private final StoreConfig config;
    private final Disk disk;
    private final AppendLock appendLock;
    private final CommitLog commitLog;
    private final ConsumeQueues queues;
    private final KeyIndex index;
    private final Indexer indexer;
    private final QueueWriter queueWriter;
    private final QueueMender mender;
    private final Admission admission;
    private final Arrivals arrivals;
    private final Appender appender;
    private final Retention retention;
    private final SegmentPreparer segmentPreparer;
    private final StoreProgress progress;
    private final List<LongSupplier> needed = new CopyOnWriteArrayList<>();
    private final StoreReader reader;
    private final long recentBytes;
    /** What {@link #close} gives back last: log, queues, index, lock. */
    private CloseStack opened = new CloseStack();

    private final List<DutyThread> threads = new ArrayList<>();
    private boolean started;
    private boolean closed;

    private MessageStore(StoreConfig config, Disk disk, InstantSource clock, LongSupplier nanos, StoreOpening parts) {
        this.config = config;
        this.disk = disk;
        this.appendLock = parts.appendLock;
        this.commitLog = parts.commitLog;
        this.queues = parts.queues;
        this.index = parts.index;
        this.indexer = parts.indexer;
        this.queueWriter = parts.queueWriter;
        this.mender = parts.mender;
        this.arrivals = parts.arrivals;
        this.admission = parts.admission;
        this.appender = parts.appender;
        this.progress = parts.progress;
        this.retention = new Retention(
                config.directory(),
                commitLog,
                queueWriter,
                index,
                admission,
                disk,
                new RetentionConfig(
                        config.reservedHours(),
                        RetentionConfig.hours(config.deleteWhen()),
                        config.diskMaxUsedRatio(),
                        config.diskForceRatio(),
                        config.diskFullRatio(),
                        config.diskFreeMinBytes()),
                this::mayGo,
                clock,
                nanos);
        this.reader = new StoreReader(
                commitLog,
                queues,
                new QueueExtension(disk, config.directory().resolve("consumequeue_ext")),
                index,
                indexer,
                appender::confirmedTo,
                mender::request,
                config.checkOnRead());
        this.segmentPreparer = new SegmentPreparer(commitLog, nanos, new SegmentPreparer.RoomListener() {
            @Override
            public void room() {
                admission.room();
            }

            @Override
            public void noRoom(IOException cause) {
                admission.noRoom(
                        "the file system gives no room for the log in %s (%s); make room, sends resume by themselves"
                                .formatted(commitLog.directory(), cause.getMessage()));
            }
        });
        this.recentBytes = (long) (physicalMemoryBytes() * RECENT_PART_OF_MEMORY);
    }

    private static long physicalMemoryBytes() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean machine
                ? machine.getTotalMemorySize()
                : Runtime.getRuntime().maxMemory();
    }

    /**
     * Locks and recovers what is in the directory, or begins a new store. Records may be appended and read afterwards; the
     * work in the background begins with {@link #start}.
     *
     * @throws io.sluice.model.SluiceException when the store is in use, damaged beyond what recovery may decide, or of a
     *     format that cannot be opened; the message says what, where, and the remedy
     */
    public static MessageStore open(StoreConfig config, Disk disk, InstantSource clock) {
        return open(config, disk, clock, System::nanoTime);
    }

    /** @param nanos what {@link System#nanoTime} is elsewhere: tells the duties what is due */
    static MessageStore open(StoreConfig config, Disk disk, InstantSource clock, LongSupplier nanos) {
        try (CloseStack opening = new CloseStack()) {
            StoreOpening parts = new StoreOpening(config, disk, clock, nanos, opening);
            MessageStore store = new MessageStore(config, disk, clock, nanos, parts);
            store.retention.checkSpace();
            store.opened = opening.release();
            return store;
        } catch (IOException failed) {
            throw new StoreIoException("store %s cannot be opened".formatted(config.directory()), failed);
        }
    }

    /** Starts the threads: log-flusher, queue-writer, log-index, segment-preparer, retention and two that mostly sleep. */
    public synchronized void start() {
        if (started || closed) {
            return;
        }
        started = true;
        DutyThread flusher = run(appender.flusher());
        DutyThread preparer = run(segmentPreparer);
        appender.wakes(flusher::wake, preparer::wake);
        run(queueWriter);
        run(mender);
        run(retention);
        if (indexer != null) {
            run(indexer);
        }
        if (config.flushMode() == FlushMode.SYNC_FLUSH) {
            run(appender.deadlines());
        }
    }

    private DutyThread run(Duty duty) {
        DutyThread thread = DutyThread.start(duty);
        threads.add(thread);
        return thread;
    }

    /**
     * Address that records stored from now on carry, and message ids with them. For a door whose port is chosen when it is
     * bound; to be called before the first append.
     */
    public void storeHost(InetSocketAddress host) {
        appender.storeHost(host);
    }

    /**
     * Keeps the log from this place on, whatever its age and however full the disk; asked before each deletion, on the
     * retention thread. {@link Long#MAX_VALUE} when nothing is needed.
     */
    public void keepFrom(LongSupplier oldestNeeded) {
        needed.add(oldestNeeded);
    }

    /** Below this the log may be deleted. */
    private long mayGo() {
        long limit = progress.forcedPosition();
        for (LongSupplier oldest : needed) {
            limit = Math.min(limit, oldest.getAsLong());
        }
        return limit;
    }

    /** Be told of every entry that becomes readable, from now on; several listeners may follow. */
    public void onArrival(ArrivalListener listener) {
        arrivals.add(listener);
    }

    /**
     * Appends one message. The stage is complete on return unless the answer must wait for the disk
     * ({@code SYNC_FLUSH} and {@link NewRecord#waitForDisk}); then it completes on the log-flusher thread. It never fails:
     * a refusal is a result. Buffers of the record are free for reuse on return.
     */
    public CompletionStage<AppendResult> append(NewRecord message) {
        return appender.append(message);
    }

    /**
     * Appends messages next to each other in the log, with consecutive offsets in their queues: all or none. Results come in
     * the order given; a refusal of one refuses all. Waits for the disk when the last record does.
     */
    public CompletionStage<List<AppendResult>> appendBatch(List<NewRecord> messages) {
        return appender.appendBatch(messages);
    }

    /**
     * As {@link #appendBatch}, and it stays all or none when the power fails: a bundle of which the disk does not have every
     * byte is taken out of the log when the store is opened. None of the records may belong to a transaction.
     */
    public CompletionStage<List<AppendResult>> appendBundle(List<NewRecord> messages) {
        return appender.appendBundle(messages);
    }

    /**
     * As {@link #appendBundle}, for few small records by which something ends that the log is {@link #keepFrom kept for}: taken
     * also while the disk is fuller than allowed, out of the room that is kept free, as long as the file system gives any.
     */
    public CompletionStage<List<AppendResult>> appendFreeing(List<NewRecord> records) {
        return appender.appendFreeing(records);
    }

    /** Whether an append is complete only when the disk has it; {@link #append(RecordBlock)} is not for such a store. */
    public boolean waitsForDisk() {
        return appender.waitsForDisk();
    }

    /** Begins a block of records for a topic; {@code false} when those of the topic are to be appended one by one. */
    public boolean begin(RecordBlock block, String topic) {
        return appender.begin(block, topic);
    }

    /**
     * Appends the records of a block next to each other, all or none, without waiting for the disk.
     *
     * @return the place of the first record and the size of all, or why nothing was written
     */
    public AppendResult append(RecordBlock block) {
        return appender.append(block);
    }

    /**
     * Makes queue entries again that reads found missing or wrong, see {@link QueueRead.Status#REBUILDING}, and waits for it. For those
     * who read while the store is not {@link #start started}: from then on a thread does it.
     *
     * @return whether there was anything to be made again, so that the same may be asked once more
     */
    public synchronized boolean mendNow() {
        if (started || closed) {
            return false;
        }
        try {
            return mender.mendRequested() > 0;
        } catch (IOException failed) {
            throw new StoreIoException("queue files cannot be made again from the log", failed);
        }
    }

    /** First readable entry and the one to be written next; 0..0 for a queue that never had a message. */
    public OffsetRange range(String topic, int queueId) {
        return reader.range(topic, queueId);
    }

    /**
     * Reads messages of a queue without moving anyone's progress.
     *
     * @param maxMessages 1..
     * @param maxBytes    bound of the sum of the slices; the first message is returned whatever its size
     */
    public QueueRead read(
            String topic, int queueId, long fromOffset, EntryFilter filter, int maxMessages, int maxBytes) {
        return reader.read(topic, queueId, fromOffset, filter, maxMessages, maxBytes, false);
    }

    /** As {@link #read}, but messages that lie next to each other in the log are one slice: for those who pass bytes on. */
    public QueueRead readRuns(
            String topic, int queueId, long fromOffset, EntryFilter filter, int maxMessages, int maxBytes) {
        return reader.read(topic, queueId, fromOffset, filter, maxMessages, maxBytes, true);
    }

    /**
     * Walks over readable entries without touching the log. Entries whose message was lost are left out.
     *
     * @param fromOffset first entry wanted; raised to the first kept
     * @param toOffset   end, exclusive; lowered to the end of the queue
     * @return where the walk ended: one behind the last entry looked at, or the entry that is just being made again
     */
    public long entries(String topic, int queueId, long fromOffset, long toOffset, EntryVisitor visitor) {
        return reader.entries(topic, queueId, fromOffset, toOffset, visitor);
    }

    /**
     * Whether what had this number in the queue stood before this byte of the log. A record that speaks of the entry speaks of what
     * stood before it: a number is given again when a power cut takes the end of a queue.
     */
    public Precedence precedence(String topic, int queueId, long offset, long logOffset) {
        if (offset >= range(topic, queueId).max()) {
            return Precedence.NOT_BEFORE;
        }
        boolean[] isBehind = new boolean[1];
        long reached = entries(topic, queueId, offset, offset + 1, (number, messageAt, size, tagHash) -> {
            isBehind[0] = number == offset && messageAt > logOffset;
            return false;
        });
        if (reached <= offset) {
            return Precedence.REBUILDING;
        }
        return isBehind[0] ? Precedence.NOT_BEFORE : Precedence.BEFORE;
    }

    /** The message that begins at this byte of the log; none when no whole, readable one does. */
    public Records recordAt(long logOffset) {
        return reader.recordAt(logOffset);
    }

    /**
     * Entry of the queue by store time; 0 for a queue that never had a message. Exact as long as store times do not step
     * back, which they do only where the clock was put back by more than a minute between two runs: a time that was passed
     * twice is then found at one of the places where it was passed, every other time exactly.
     */
    public long offsetAt(String topic, int queueId, long storedAtMs, Boundary boundary) {
        return reader.offsetAt(topic, queueId, storedAtMs, boundary);
    }

    /** Store time of the first kept message, epoch milliseconds; -1 when the queue is empty. */
    public long earliestStoredAtMs(String topic, int queueId) {
        return reader.earliestStoredAtMs(topic, queueId);
    }

    /**
     * Messages of the topic with this key (a business key or the unique key), stored within the span, newest first; exact.
     *
     * @param limit 1..64
     */
    public Records byKey(String topic, String key, long fromMs, long toMs, int limit) {
        return reader.byKey(topic, key, fromMs, toMs, limit);
    }

    /**
     * Whether this byte of the log is likely in memory still. Reading what is not may wait for the disk, so it belongs on a
     * thread that nobody else waits for.
     */
    public boolean isRecent(long logOffset) {
        return commitLog.end() - logOffset <= recentBytes;
    }

    /** First byte kept, and the next byte to be written. */
    public OffsetRange logRange() {
        return new OffsetRange(commitLog.min(), commitLog.end());
    }

    /** Every queue that has, or had, messages. */
    public List<QueueKey> queues() {
        return queues.keys();
    }

    public Set<String> topics() {
        return queues.topicNames();
    }

    /** Topics that were deleted and of which files are left, because deleting them failed; deleting them again ends it. */
    public Set<String> undeletedTopics() {
        return queueWriter.undeleted();
    }

    /**
     * Forgets the queues of the topic; their messages leave with the log files that hold them. Waits for the disk. When it
     * fails half-way the topic is forgotten, and this may be repeated.
     */
    public void deleteTopic(String topic) {
        try {
            queueWriter.dropTopic(topic);
        } catch (IOException failed) {
            throw new StoreIoException("files of topic %s cannot be deleted".formatted(topic), failed);
        }
    }

    /** Deletes log files over the reserved age now, whatever the hour; returns how many. Waits for the disk. */
    public int deleteExpired() {
        try {
            return retention.deleteExpired();
        } catch (IOException failed) {
            throw new StoreIoException("expired log files cannot be deleted", failed);
        }
    }

    /** Deletes queue and index files that lead to nothing any more; returns how many. Waits for the disk. */
    public int deleteUnbacked() {
        try {
            return retention.deleteUnbacked();
        } catch (IOException failed) {
            throw new StoreIoException("queue files cannot be deleted", failed);
        }
    }

    /** Changes when old files are deleted, from the next look at the disk on. */
    public void changeRetention(UnaryOperator<RetentionConfig> change) {
        retention.config(change.apply(retention.config()));
    }

    /** One of the tables in {@code config}, such as {@code topics.json}. Each name is asked for once. */
    public TableFile table(String fileName) {
        return new TableFile(disk, config.directory().resolve(CONFIG_DIRECTORY).resolve(fileName));
    }

    /**
     * Makes the log durable up to this byte, on the caller's thread, which waits for the disk unless it is so already. Whoever else
     * waited for the same may be answered on this thread.
     *
     * @return {@code false} when the disk did not take it: then nothing is acknowledged any more either
     */
    public boolean force(long logOffset) {
        return commitLog.flushedTo() >= logOffset || appender.flusher().flush();
    }

    public StoreHealth health() {
        AppendResult.Refused refused = admission.refusal();
        StoreHealth.State state = refused == null
                ? StoreHealth.State.WRITABLE
                : switch (refused.reason()) {
                    case CLOSED -> StoreHealth.State.CLOSED;
                    case DISK_FULL -> StoreHealth.State.DISK_FULL;
                    default -> StoreHealth.State.READ_ONLY;
                };
        return new StoreHealth(
                state,
                refused == null ? "" : refused.sentence(),
                commitLog.min(),
                commitLog.end(),
                commitLog.flushedTo(),
                appender.confirmedTo(),
                queueWriter.writtenPosition(),
                indexer == null ? commitLog.end() : indexer.indexedTo(),
                queues.count(),
                retention.space().usable(),
                retention.space().usedRatio());
    }

    /** The duties, for tests that run them by hand instead of {@link #start}. */
    StoreDuties duties() {
        return new StoreDuties(
                appender.flusher(), queueWriter, mender, indexer, retention, appender.deadlines(), segmentPreparer);
    }

    /** Stops the threads, writes and forces everything, marks the store as whole, gives up the lock. Twice is harmless. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        boolean sound = admission.refusal() == null || admission.refusal().reason() == AppendResult.Reason.DISK_FULL;
        stopAppends();
        for (int i = threads.size() - 1; i >= 0; i--) {
            threads.get(i).close();
        }
        try {
            finish(sound);
        } catch (IOException | RuntimeException failed) {
            log.error(
                    "store {} was not stopped properly; the next start finds out what it holds",
                    config.directory(),
                    failed);
        } finally {
            appender.abandon(new AppendResult.Refused(AppendResult.Reason.CLOSED, "the store was closed"));
            opened.close();
        }
    }

    /** Whoever is in the middle of an append finishes it. */
    private void stopAppends() {
        appendLock.lock();
        try {
            admission.close();
        } finally {
            appendLock.unlock();
        }
    }

    /** Leaves the mark of a running store where it is unless everything is known to be on the disk. */
    private void finish(boolean sound) throws IOException {
        if (!sound || !appender.flusher().flush()) {
            log.warn("store {} stops without its last bytes being known to be on the disk", config.directory());
            return;
        }
        if (indexer != null) {
            indexer.drainAll();
        }
        progress.stopping();
        boolean forced = queueWriter.finish(FORCE_AT_STOP_NANOS);
        if (forced) {
            RunningMark.clear(disk, config.directory());
        }
        log.info("store {} closed: log={}..{}", config.directory(), commitLog.min(), commitLog.end());
    }
}
