package io.sluice.store;

import io.sluice.port.OffsetRange;
import io.sluice.port.Records;
import io.sluice.store.dispatch.ArrivalListener;
import io.sluice.store.file.Disk;
import io.sluice.store.log.AppendResult;
import io.sluice.store.queue.EntryFilter;
import io.sluice.store.queue.EntryVisitor;
import io.sluice.store.queue.QueueKey;
import io.sluice.store.table.TableFile;
import io.sluice.wire.message.NewRecord;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * The vault's counter: every message of a broker in one log, with queues and keys to find it again.
 *
 * <p>Safe for many threads. Nothing here blocks on the disk except {@link #open}, {@link #close}, {@link #deleteTopic}
 * and reads of parts that are not in memory (see {@link #isRecent}).
 */
public final class MessageStore implements AutoCloseable {
    private MessageStore() {}

    /**
     * Locks and recovers what is in the directory, or begins a new store. Records may be appended and read afterwards; the
     * work in the background begins with {@link #start}.
     *
     * @throws io.sluice.model.SluiceException when the store is in use, damaged beyond what recovery may decide, or of a
     *     format that cannot be opened; the message says what, where, and the remedy
     */
    public static MessageStore open(StoreConfig config, Disk disk, InstantSource clock) {
        throw new UnsupportedOperationException();
    }

    /** Starts the threads: log-flusher, queue-writer, log-index, segment-preparer, retention. */
    public void start() {
        throw new UnsupportedOperationException();
    }

    /**
     * Address that records stored from now on carry, and message ids with them. For a door whose port is chosen when it is
     * bound; to be called before the first append.
     */
    public void storeHost(InetSocketAddress host) {
        throw new UnsupportedOperationException();
    }

    /** Be told of every entry that becomes readable, from now on; several listeners may follow. */
    public void onArrival(ArrivalListener listener) {
        throw new UnsupportedOperationException();
    }

    /**
     * Appends one message. The stage is complete on return unless the answer must wait for the disk
     * ({@code SYNC_FLUSH} and {@link NewRecord#waitForDisk}); then it completes on the log-flusher thread. It never fails:
     * a refusal is a result. Buffers of the record are free for reuse on return.
     */
    public CompletionStage<AppendResult> append(NewRecord message) {
        throw new UnsupportedOperationException();
    }

    /**
     * Appends messages next to each other in the log, with consecutive offsets in their queues: all or none. Results come in
     * the order given; a refusal of one refuses all. Waits for the disk when the last record does.
     */
    public CompletionStage<List<AppendResult>> appendBatch(List<NewRecord> messages) {
        throw new UnsupportedOperationException();
    }

    /** First readable entry and the one to be written next; 0..0 for a queue that never had a message. */
    public OffsetRange range(String topic, int queueId) {
        throw new UnsupportedOperationException();
    }

    /**
     * Reads messages of a queue without moving anyone's progress.
     *
     * @param maxMessages 1..
     * @param maxBytes    bound of the sum of the slices; the first message is returned whatever its size
     */
    public QueueRead read(
            String topic, int queueId, long fromOffset, EntryFilter filter, int maxMessages, int maxBytes) {
        throw new UnsupportedOperationException();
    }

    /**
     * Walks over readable entries without touching the log.
     *
     * @param fromOffset first entry wanted; raised to the first kept
     * @param toOffset   end, exclusive; lowered to the end of the queue
     * @return where the walk ended: one behind the last entry visited
     */
    public long entries(String topic, int queueId, long fromOffset, long toOffset, EntryVisitor visitor) {
        throw new UnsupportedOperationException();
    }

    /** The message that begins at this byte of the log; none when no whole, readable one does. */
    public Records recordAt(long logOffset) {
        throw new UnsupportedOperationException();
    }

    /** Entry of the queue by store time; 0 for a queue that never had a message. */
    public long offsetAt(String topic, int queueId, long storedAtMs, Boundary boundary) {
        throw new UnsupportedOperationException();
    }

    /** Store time of the first kept message, epoch milliseconds; -1 when the queue is empty. */
    public long earliestStoredAtMs(String topic, int queueId) {
        throw new UnsupportedOperationException();
    }

    /**
     * Messages of the topic with this key (a business key or the unique key), stored within the span, newest first; exact.
     *
     * @param limit 1..64
     */
    public Records byKey(String topic, String key, long fromMs, long toMs, int limit) {
        throw new UnsupportedOperationException();
    }

    /**
     * Whether this byte of the log is likely in memory still. Reading what is not may wait for the disk, so it belongs on a
     * thread that nobody else waits for.
     */
    public boolean isRecent(long logOffset) {
        throw new UnsupportedOperationException();
    }

    /** First byte kept, and the next byte to be written. */
    public OffsetRange logRange() {
        throw new UnsupportedOperationException();
    }

    /** Every queue that has, or had, messages. */
    public List<QueueKey> queues() {
        throw new UnsupportedOperationException();
    }

    public Set<String> topics() {
        throw new UnsupportedOperationException();
    }

    /** Forgets the queues of the topic; their messages leave with the log files that hold them. */
    public void deleteTopic(String topic) {
        throw new UnsupportedOperationException();
    }

    /** One of the tables in {@code config}, such as {@code topics.json}. Each name is asked for once. */
    public TableFile table(String fileName) {
        throw new UnsupportedOperationException();
    }

    public StoreHealth health() {
        throw new UnsupportedOperationException();
    }

    /** Stops the threads, writes and forces everything, marks the store as whole, gives up the lock. Twice is harmless. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
