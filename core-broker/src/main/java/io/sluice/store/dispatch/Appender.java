package io.sluice.store.dispatch;

import io.sluice.store.log.AppendResult;
import io.sluice.store.log.AppendResult.Doubt;
import io.sluice.store.log.AppendResult.Reason;
import io.sluice.store.log.AppendResult.Refused;
import io.sluice.store.log.AppendResult.Stored;
import io.sluice.store.log.AppendResult.StoredWithDoubt;
import io.sluice.store.log.BundleMark;
import io.sluice.store.log.CommitLog;
import io.sluice.store.log.FlushMode;
import io.sluice.store.log.RecordBlock;
import io.sluice.store.log.RecordTraits;
import io.sluice.store.queue.ConsumeQueue;
import io.sluice.store.queue.ConsumeQueues;
import io.sluice.store.queue.TopicQueues;
import io.sluice.wire.message.MessageEncoder;
import io.sluice.wire.message.MessageLayout;
import io.sluice.wire.message.NewRecord;
import io.sluice.wire.message.RecordCheck;
import io.sluice.wire.message.RecordChecksum;
import io.sluice.wire.message.SysFlag;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a record and everything that follows from it, on the caller's thread: under one lock the record goes into the
 * log's memory, its entry into the queue and its keys into the indexer's ring, so that all three have the same order.
 * Checksum, tag hash and key hashes are computed before the lock is taken. See docs/adr/0010 and 0011.
 */
public final class Appender {
    /** Queue entries that may wait in memory for the queue-writer. */
    private static final long BACKLOG_MAX = 4_000_000;
    /** A clock that is behind the last record by more than this was set anew, and is followed. */
    private static final long CLOCK_BEHIND_MAX_MS = 60_000;

    private static final Logger log = LoggerFactory.getLogger(Appender.class);

    private final AppendLock lock;
    private final CommitLog commitLog;
    private final ConsumeQueues queues;
    /** {@code null} when keys are not indexed. */
    private final Indexer indexer;

    private final Admission admission;
    private final Arrivals arrivals;
    private final Confirmations confirmations;
    private final LogFlusher flusher;
    private final FlushDeadlines deadlines;
    private final AppendRules rules;
    private final boolean sync;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final ThreadLocal<RecordTraits> scratch = ThreadLocal.withInitial(RecordTraits::new);

    private volatile byte[] storeHost;
    private volatile Runnable wakeFlusher = () -> {};
    private volatile Runnable wakePreparer = () -> {};
    /** Store times never go back while the store is open. Guarded by the lock. */
    private long lastStoredAtMs;

    public Appender(
            AppendLock lock,
            CommitLog commitLog,
            ConsumeQueues queues,
            Indexer indexer,
            Admission admission,
            Arrivals arrivals,
            AppendRules rules,
            InetSocketAddress storeHost,
            InstantSource clock,
            LongSupplier nanos) {
        this.lock = lock;
        this.commitLog = commitLog;
        this.queues = queues;
        this.indexer = indexer;
        this.admission = admission;
        this.arrivals = arrivals;
        this.rules = rules;
        this.sync = rules.flushMode() == FlushMode.SYNC_FLUSH;
        this.clock = clock;
        this.nanos = nanos;
        this.confirmations = new Confirmations(lock, arrivals, commitLog.end());
        this.flusher = new LogFlusher(commitLog, confirmations, admission, rules, nanos);
        this.deadlines = new FlushDeadlines(confirmations, nanos);
        storeHost(storeHost);
        if (sync) {
            commitLog.willBeFlushedOften();
        }
    }

    public LogFlusher flusher() {
        return flusher;
    }

    /**
     * Store times go on from that of the last record, also when the clock was put back a little while the store was closed:
     * finding an offset by its time relies on their order. Before the first append.
     */
    public void continueFrom(long storedAtMs) {
        if (storedAtMs - clock.millis() <= CLOCK_BEHIND_MAX_MS) {
            lastStoredAtMs = storedAtMs;
        }
    }

    public FlushDeadlines deadlines() {
        return deadlines;
    }

    public void storeHost(InetSocketAddress host) {
        storeHost = MessageEncoder.host(host);
    }

    /** What ends the sleep of the duties that appends give work to. */
    public void wakes(Runnable flusherWake, Runnable preparerWake) {
        wakeFlusher = flusherWake;
        wakePreparer = preparerWake;
    }

    /** Every record below is readable. */
    public long confirmedTo() {
        return sync ? confirmations.confirmedTo() : commitLog.end();
    }

    /** Ends what waits for a flush that will not come. */
    public void abandon(Refused refusal) {
        confirmations.fail(refusal);
    }

    // ---- a block of plain records

    /** Whether an append is complete only when the disk has it; blocks are not appended then. */
    public boolean waitsForDisk() {
        return sync;
    }

    /**
     * Begins a block for a topic.
     *
     * @return {@code false} when records of this topic do not come in blocks: the delay topic's, and such as have a name that
     *     needs the wider layout
     */
    public boolean begin(RecordBlock block, String topicName) {
        TopicQueues topic = queues.find(topicName);
        if (topic == null) {
            if (!ConsumeQueues.isStorable(topicName)) {
                return false;
            }
            topic = queues.topic(topicName);
        }
        if (topic.isDelay() || topic.isFanOut() || topic.nameBytes().length > MessageLayout.TOPIC_V1_MAX_BYTES) {
            return false;
        }
        block.begin(topic.name(), topic.nameBytes(), topic.keyPrefixHash(), storeHost);
        return true;
    }

    /**
     * Appends a block, all of it or nothing. For {@code ASYNC_FLUSH} only, where nobody waits for the disk.
     *
     * @return the place of the first record and the size of all, or why nothing was written
     */
    public AppendResult append(RecordBlock block) {
        if (sync) {
            throw new IllegalStateException(
                    "a block is appended without waiting for the disk, which the flush mode asks for");
        }
        Refused refused = admission.refusal();
        if (refused == null) {
            refused = check(block);
        }
        if (refused != null) {
            return refused;
        }
        Stored stored;
        long nowMs = clock.millis();
        lock.lock();
        try {
            refused = refusalUnderLock(block.count(), admission.refusal());
            if (refused != null) {
                return refused;
            }
            stored = write(block, nowMs);
        } catch (IOException | InternalError noRoom) {
            return noRoom(noRoom);
        } finally {
            lock.unlock();
        }
        arrivals.arrived(block.topic(), block.queueId(), stored.queueOffset() + block.count());
        return stored;
    }

    private Refused check(RecordBlock block) {
        if (block.largestBody() > rules.maxMessageBytes()) {
            return new Refused(
                    Reason.TOO_LARGE,
                    "the body has %d bytes; maxMessageSize is %d"
                            .formatted(block.largestBody(), rules.maxMessageBytes()));
        }
        if (block.queueId() < 0 || block.queueId() > ConsumeQueues.QUEUE_ID_MAX) {
            return new Refused(
                    Reason.ILLEGAL,
                    "queueId %d cannot be stored; at most %d can"
                            .formatted(block.queueId(), ConsumeQueues.QUEUE_ID_MAX));
        }
        if (block.length() > commitLog.recordMaxBytes()) {
            return new Refused(
                    Reason.TOO_LARGE,
                    "the messages need %d bytes; a log file of %d bytes takes at most %d"
                            .formatted(block.length(), commitLog.segmentBytes(), commitLog.recordMaxBytes()));
        }
        return null;
    }

    private Stored write(RecordBlock block, long nowMs) throws IOException {
        int count = block.count();
        ConsumeQueue queue = queues.queue(queues.topic(block.topic()), block.queueId());
        long storedAt = storeTime(nowMs);
        long offset = commitLog.reserve(block.length());
        long queueOffset = queue.next();
        block.place(offset, queueOffset, storedAt);
        block.writeTo(commitLog.memory(), commitLog.positionOf(offset));
        for (int i = 0; i < count; i++) {
            long recordAt = offset + block.start(i);
            queues.putOne(queue, recordAt, block.size(i), block.tagHash(i));
            if (indexer != null) {
                for (int key = block.keysFrom(i); key < block.keysFrom(i + 1); key++) {
                    indexer.offer(block.keyHash(key), recordAt, storedAt);
                }
            }
        }
        queues.added(count);
        advance(offset + block.length(), offset + block.start(count - 1));
        queue.publish(queueOffset + count);
        return new Stored(offset, queueOffset, block.length(), storedAt);
    }

    // ---- one record

    public CompletionStage<AppendResult> append(NewRecord given) {
        NewRecord message = RecordChecksum.without(given);
        Refused refused = admission.refusal();
        if (refused != null) {
            return CompletableFuture.completedFuture(refused);
        }
        TopicQueues topic = queues.find(message.topic());
        byte[] topicBytes = topic != null ? topic.nameBytes() : message.topic().getBytes(StandardCharsets.UTF_8);
        byte[] host = storeHost;
        int size = MessageEncoder.sizeOf(message, topicBytes.length, host.length);
        refused = check(message, topicBytes, size, topic != null);
        if (refused != null) {
            return CompletableFuture.completedFuture(refused);
        }
        if (topic == null) {
            topic = queues.topic(message.topic());
        }
        int bodyCrc = RecordCheck.crcOf(message.body());
        RecordTraits traits = scratch.get().scan(message.properties(), topic.keyPrefixHash());
        Stored stored;
        SingleAnswer answer = null;
        ConsumeQueue queue;
        long nowMs = clock.millis();
        lock.lock();
        try {
            refused = refusalUnderLock(1, admission.refusal());
            if (refused != null) {
                return CompletableFuture.completedFuture(refused);
            }
            if (topic.isDropped()) {
                topic = queues.topic(message.topic());
            }
            queue = queueOf(message, topic);
            long storedAt = storeTime(nowMs);
            long offset = commitLog.reserve(size);
            int at = commitLog.positionOf(offset);
            ByteBuffer memory = commitLog.memory();
            long queueOffset = queue == null ? 0 : queue.next();
            MessageEncoder.fill(memory, at, message, topicBytes, bodyCrc, queueOffset, offset, storedAt, host);
            MessageEncoder.seal(memory, at, size, topicBytes.length);
            stored = new Stored(offset, queueOffset, size, storedAt);
            index(queue, topic, traits, message, offset, size, storedAt);
            advance(offset + size, offset);
            if (sync) {
                if (message.waitForDisk()) {
                    answer = new SingleAnswer(stored);
                }
                confirmations.add(queue, queueOffset + 1, offset + size, deadline(), answer);
            } else if (queue != null) {
                queue.publish(queueOffset + 1);
            }
        } catch (IOException | InternalError noRoom) {
            return CompletableFuture.completedFuture(noRoom(noRoom));
        } finally {
            lock.unlock();
            traits.clear();
        }
        if (sync) {
            wakeFlusher.run();
        } else if (queue != null) {
            arrivals.arrived(message.topic(), message.queueId(), stored.queueOffset() + 1);
        }
        return answer == null ? CompletableFuture.completedFuture(stored) : answer.future;
    }

    /** @param known the topic has a queue here, so its name can be stored */
    private Refused check(NewRecord message, byte[] topic, int size, boolean known) {
        int body = message.body().remaining();
        if (body > rules.maxMessageBytes()) {
            return new Refused(
                    Reason.TOO_LARGE,
                    "the body has %d bytes; maxMessageSize is %d".formatted(body, rules.maxMessageBytes()));
        }
        int properties = message.properties().remaining();
        if (properties > MessageLayout.PROPERTIES_MAX_BYTES) {
            return new Refused(
                    Reason.PROPERTIES_TOO_LARGE,
                    "the properties have %d bytes; at most %d can be stored"
                            .formatted(properties, MessageLayout.PROPERTIES_MAX_BYTES));
        }
        if (!known && (topic.length > MessageEncoder.TOPIC_MAX_BYTES || !ConsumeQueues.isStorable(message.topic()))) {
            return new Refused(
                    Reason.ILLEGAL,
                    "the topic name of %d bytes cannot be stored; expected 1 to %d bytes and no path separators"
                            .formatted(topic.length, MessageEncoder.TOPIC_MAX_BYTES));
        }
        if (message.queueId() > ConsumeQueues.QUEUE_ID_MAX) {
            return new Refused(
                    Reason.ILLEGAL,
                    "queue %d is too high; at most %d".formatted(message.queueId(), ConsumeQueues.QUEUE_ID_MAX));
        }
        if ((message.sysFlag() & (SysFlag.INNER_BATCH | SysFlag.NEED_UNWRAP)) != 0) {
            return new Refused(
                    Reason.ILLEGAL,
                    "a batch inside one record (sysFlag 0x%x) cannot be stored; send its messages one by one or as a plain batch"
                            .formatted(message.sysFlag()));
        }
        if (size > commitLog.recordMaxBytes()) {
            return new Refused(
                    Reason.TOO_LARGE,
                    "the message needs %d bytes; a log file of %d bytes takes at most %d"
                            .formatted(size, commitLog.segmentBytes(), commitLog.recordMaxBytes()));
        }
        return null;
    }

    /** @param refused what the admission says now */
    private Refused refusalUnderLock(int records, Refused refused) {
        if (refused != null) {
            return refused;
        }
        if (sync && confirmations.isFull(records)) {
            return new Refused(
                    Reason.OVERLOADED,
                    "%d records wait for the disk already; try again later".formatted(Confirmations.WAITING_MAX));
        }
        if (queues.backlog() + records > BACKLOG_MAX) {
            return new Refused(
                    Reason.OVERLOADED,
                    "%d queue entries wait to be written to files already; try again later".formatted(BACKLOG_MAX));
        }
        return null;
    }

    /** A half or rolled-back message is in no queue. */
    private ConsumeQueue queueOf(NewRecord message, TopicQueues topic) {
        int transaction = message.sysFlag() & SysFlag.TRANSACTION_MASK;
        boolean queued = transaction == SysFlag.TRANSACTION_NONE || transaction == SysFlag.TRANSACTION_COMMIT;
        return queued ? queues.queue(topic, message.queueId()) : null;
    }

    private void advance(long end, long last) {
        commitLog.advance(end, last);
        if (commitLog.isRoomLow()) {
            wakePreparer.run();
        }
    }

    /** @param nowMs by the clock, read before the lock was taken: looking at it takes as long as copying a short record */
    private long storeTime(long nowMs) {
        lastStoredAtMs = Math.max(lastStoredAtMs, nowMs);
        return lastStoredAtMs;
    }

    private long deadline() {
        return nanos.getAsLong() + rules.syncFlushTimeoutMs() * 1_000_000L;
    }

    private void index(
            ConsumeQueue queue,
            TopicQueues topic,
            RecordTraits traits,
            NewRecord message,
            long offset,
            int size,
            long storedAt) {
        if (queue != null) {
            queues.put(queue, offset, size, tagHash(topic, traits, storedAt));
        }
        if (indexer != null && (message.sysFlag() & SysFlag.TRANSACTION_MASK) != SysFlag.TRANSACTION_ROLLBACK) {
            for (int i = 0; i < traits.keyCount(); i++) {
                indexer.offer(traits.keyHash(i), offset, storedAt);
            }
        }
    }

    /** Entries of the delay topic carry the time at which they are due. */
    private long tagHash(TopicQueues topic, RecordTraits traits, long storedAt) {
        if (topic.isDelay()) {
            int level = traits.delayLevel();
            if (level != 0) {
                return rules.delayLevels().dueAtMs(level, storedAt);
            }
        }
        return traits.tagHash();
    }

    private Refused noRoom(Throwable cause) {
        if (cause instanceof InternalError) {
            log.error("writing to the memory of the log failed", cause);
            commitLog.lookForLoss();
            admission.readOnly("writing to the memory of the log failed (%s); check the disk, then restart"
                    .formatted(cause.getMessage()));
        } else {
            admission.noRoom(
                    "the file system gives no room for the log in %s (%s); make room, sends resume by themselves"
                            .formatted(commitLog.directory(), cause.getMessage()));
            wakePreparer.run();
        }
        return admission.refusal() != null
                ? admission.refusal()
                : new Refused(Reason.DISK_FULL, "there was no room for the log for a moment; try again");
    }

    /** One sender who waits for the disk. */
    private static final class SingleAnswer implements Confirmations.Answer {
        private final CompletableFuture<AppendResult> future = new CompletableFuture<>();
        private final Stored stored;

        SingleAnswer(Stored stored) {
            this.stored = stored;
        }

        @Override
        public void stored() {
            future.complete(stored);
        }

        @Override
        public void doubtful() {
            future.complete(new StoredWithDoubt(stored, Doubt.FLUSH_TIMEOUT));
        }

        @Override
        public void refused(Refused refusal) {
            future.complete(refusal);
        }
    }

    // ---- several records in one piece

    private enum Piece {
        BATCH,
        BUNDLE,
        FREEING_BUNDLE
    }

    public CompletionStage<List<AppendResult>> appendBatch(List<NewRecord> given) {
        return append(given, Piece.BATCH);
    }

    /** As {@link #appendBatch}; after a power cut, too, all of the records are there or none is. */
    public CompletionStage<List<AppendResult>> appendBundle(List<NewRecord> given) {
        return append(given, Piece.BUNDLE);
    }

    /** As {@link #appendBundle}, see {@link Admission#freeingRefusal}. */
    public CompletionStage<List<AppendResult>> appendFreeing(List<NewRecord> given) {
        return append(given, Piece.FREEING_BUNDLE);
    }

    private Refused refusalOf(Piece piece) {
        return piece == Piece.FREEING_BUNDLE ? admission.freeingRefusal() : admission.refusal();
    }

    private CompletionStage<List<AppendResult>> append(List<NewRecord> given, Piece piece) {
        if (given.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        List<NewRecord> messages = given.stream().map(RecordChecksum::without).toList();
        Batch batch = new Batch(messages, storeHost);
        boolean isBundle = piece != Piece.BATCH;
        Refused refused = refusalOf(piece);
        if (refused == null) {
            refused = batch.prepare();
        }
        if (refused == null && isBundle) {
            batch.bundle();
        }
        if (refused != null) {
            return CompletableFuture.completedFuture(all(messages, refused));
        }
        BatchAnswer answer = null;
        long nowMs = clock.millis();
        lock.lock();
        try {
            refused = refusalUnderLock(messages.size(), refusalOf(piece));
            if (refused != null) {
                return CompletableFuture.completedFuture(all(messages, refused));
            }
            if (sync && waitsForDisk(messages, isBundle)) {
                answer = new BatchAnswer(batch.results);
            }
            batch.write(answer, nowMs);
        } catch (IOException | InternalError noRoom) {
            return CompletableFuture.completedFuture(all(messages, noRoom(noRoom)));
        } finally {
            lock.unlock();
        }
        if (sync) {
            wakeFlusher.run();
        } else {
            batch.announce();
        }
        return answer == null ? CompletableFuture.completedFuture(List.copyOf(batch.results)) : answer.future;
    }

    /** A bundle holds as a whole, so it waits when any of its records does. */
    private static boolean waitsForDisk(List<NewRecord> messages, boolean isBundle) {
        return isBundle
                ? messages.stream().anyMatch(NewRecord::waitForDisk)
                : messages.get(messages.size() - 1).waitForDisk();
    }

    private static List<AppendResult> all(List<NewRecord> messages, Refused refused) {
        List<AppendResult> results = new ArrayList<>(messages.size());
        for (int i = 0; i < messages.size(); i++) {
            results.add(refused);
        }
        return results;
    }

    /** Messages that go into the log next to each other. */
    private final class Batch {
        private final byte[] host;
        private final TopicQueues[] topics;
        private final ConsumeQueue[] targets;
        private final RecordTraits[] traits;
        private final int[] crcs;
        private final int[] sizes;
        private final List<AppendResult> results;
        private List<NewRecord> messages;
        private int total;

        Batch(List<NewRecord> messages, byte[] host) {
            int count = messages.size();
            this.messages = messages;
            this.host = host;
            this.topics = new TopicQueues[count];
            this.targets = new ConsumeQueue[count];
            this.traits = new RecordTraits[count];
            this.crcs = new int[count];
            this.sizes = new int[count];
            this.results = new ArrayList<>(count);
        }

        Refused prepare() {
            long sum = 0;
            for (int i = 0; i < sizes.length; i++) {
                NewRecord message = messages.get(i);
                byte[] topic = message.topic().getBytes(StandardCharsets.UTF_8);
                sizes[i] = MessageEncoder.sizeOf(message, topic.length, host.length);
                sum += sizes[i];
                Refused refused = check(message, topic, sizes[i], false);
                if (refused != null) {
                    return refused;
                }
                crcs[i] = RecordCheck.crcOf(message.body());
            }
            if (sum > commitLog.recordMaxBytes()) {
                return new Refused(
                        Reason.TOO_LARGE,
                        "the batch needs %d bytes; a log file of %d bytes takes at most %d"
                                .formatted(sum, commitLog.segmentBytes(), commitLog.recordMaxBytes()));
            }
            total = (int) sum;
            for (int i = 0; i < sizes.length; i++) {
                topics[i] = queues.topic(messages.get(i).topic());
                traits[i] = new RecordTraits().scan(messages.get(i).properties(), topics[i].keyPrefixHash());
            }
            return null;
        }

        /** After {@link #prepare}. */
        void bundle() {
            messages = BundleMark.mark(messages, sizes);
        }

        /** The first record is sealed last: until then the whole batch reads as if nothing had been written. */
        void write(BatchAnswer answer, long nowMs) throws IOException {
            long storedAt = storeTime(nowMs);
            long start = commitLog.reserve(total);
            int startAt = commitLog.positionOf(start);
            ByteBuffer memory = commitLog.memory();
            int done = 0;
            for (int i = 0; i < sizes.length; i++) {
                if (topics[i].isDropped()) {
                    topics[i] = queues.topic(messages.get(i).topic());
                }
                targets[i] = queueOf(messages.get(i), topics[i]);
                long queueOffset = targets[i] == null ? 0 : targets[i].next();
                MessageEncoder.fill(
                        memory,
                        startAt + done,
                        messages.get(i),
                        topics[i].nameBytes(),
                        crcs[i],
                        queueOffset,
                        start + done,
                        storedAt,
                        host);
                results.add(new Stored(start + done, queueOffset, sizes[i], storedAt));
                index(targets[i], topics[i], traits[i], messages.get(i), start + done, sizes[i], storedAt);
                done += sizes[i];
            }
            long last = start + done - sizes[sizes.length - 1];
            for (int i = sizes.length - 1; i >= 0; i--) {
                done -= sizes[i];
                MessageEncoder.seal(memory, startAt + done, sizes[i], topics[i].nameBytes().length);
            }
            advance(start + total, last);
            publish(start + total, answer);
        }

        private void publish(long end, BatchAnswer answer) {
            for (int i = 0; i < sizes.length; i++) {
                ConsumeQueue queue = targets[i];
                long queueEnd = ((Stored) results.get(i)).queueOffset() + 1;
                if (sync) {
                    confirmations.add(queue, queueEnd, end, deadline(), i == sizes.length - 1 ? answer : null);
                } else if (queue != null) {
                    queue.publish(queueEnd);
                }
            }
        }

        void announce() {
            for (int i = 0; i < sizes.length; i++) {
                boolean lastOfItsQueue = i == sizes.length - 1 || targets[i + 1] != targets[i];
                if (targets[i] != null && lastOfItsQueue) {
                    Stored stored = (Stored) results.get(i);
                    arrivals.arrived(messages.get(i).topic(), messages.get(i).queueId(), stored.queueOffset() + 1);
                }
            }
        }
    }

    /** One sender of several records who waits for the disk. */
    private static final class BatchAnswer implements Confirmations.Answer {
        private final CompletableFuture<List<AppendResult>> future = new CompletableFuture<>();
        private final List<AppendResult> results;

        BatchAnswer(List<AppendResult> results) {
            this.results = results;
        }

        @Override
        public void stored() {
            future.complete(List.copyOf(results));
        }

        @Override
        public void doubtful() {
            List<AppendResult> doubtful = new ArrayList<>(results.size());
            for (AppendResult result : results) {
                doubtful.add(new StoredWithDoubt((Stored) result, Doubt.FLUSH_TIMEOUT));
            }
            future.complete(doubtful);
        }

        @Override
        public void refused(Refused refusal) {
            List<AppendResult> refused = new ArrayList<>(results.size());
            for (int i = 0; i < results.size(); i++) {
                refused.add(refusal);
            }
            future.complete(refused);
        }
    }
}
