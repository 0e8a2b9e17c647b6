package io.sluice.broker.transaction;

import io.sluice.broker.topic.SystemTopics;
import io.sluice.broker.transaction.HalfEnd.Decision;
import io.sluice.broker.transaction.HalfEnd.Result;
import io.sluice.model.GroupName;
import io.sluice.model.IllegalNameException;
import io.sluice.model.PropertyNames;
import io.sluice.port.OffsetRange;
import io.sluice.port.Records;
import io.sluice.runtime.Duty;
import io.sluice.runtime.DutyThread;
import io.sluice.store.MessageStore;
import io.sluice.store.Precedence;
import io.sluice.store.QueueRead;
import io.sluice.store.StoreHealth;
import io.sluice.store.log.AppendResult;
import io.sluice.store.queue.EntryFilter;
import io.sluice.wire.message.MessageEncoder;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.NewRecord;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides on half messages. A half message is a record of the half topic; an op record says that it has ended, and when it was
 * committed, the message stands in its own topic right behind the op record: both are appended as one batch, so a commit is in
 * the log as a whole or not at all, and a repeated one finds it there.
 *
 * <p>Safe for many threads; a decision reads the half message, so it belongs on a lane that may wait for the disk. The {@code
 * transaction-check} thread follows the half topic, asks a connected producer of the group about what is not decided, and gives
 * up after the last question, or when the log is about to forget the half message. At most {@value #OPEN_MAX} half messages
 * are known at a time; the others wait in the log.
 *
 * <p>How far all has ended is told to {@link Progress} as the offsets of a group, once the log is on the disk that far; after a
 * restart everything beyond is read again.
 */
public final class Transactions implements Duty, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Transactions.class);
    private static final int OPEN_MAX = 100_000;
    private static final int READ_MESSAGES = 256;
    private static final int READ_BYTES = 1024 * 1024;
    private static final int ASKS_PER_SLICE = 256;
    private static final long LOOK_EVERY_MS = 200;
    private static final long LONGEST_SLEEP_MS = 1_000;
    private static final long NANOS_PER_MS = 1_000_000;

    private final TransactionRules rules;
    private final Supplier<Duration> ageMax;
    private final MessageStore store;
    private final Predicate<String> topicExists;
    private final Progress progress;
    private final InstantSource clock;
    private final GivenUp givenUp;

    /** Half messages read and not ended. Guarded by this object, as all below. */
    private final TreeMap<Long, Half> open = new TreeMap<>();

    private final EndedOffsets ended;
    private final OpProgress ops;
    private long halfNext;
    private long opNext;
    private final long opAtOpen;
    private boolean replayed;
    private Marks candidate;
    private long lookedAtMs;
    private volatile long oldestNeeded;
    private volatile Producers producers = (group, question) -> false;
    private volatile DutyThread thread;

    /** Where it is kept how far all transactions have ended. */
    public interface Progress {
        /** Next entry needed of the topic; 0 when nothing was told yet. */
        long load(String topic);

        void store(String topic, long next);
    }

    private record Asking(Half half, HalfQuestion question) {}

    private record Marks(long half, long op, long logEnd) {}

    private Transactions(
            TransactionRules rules,
            Supplier<Duration> ageMax,
            MessageStore store,
            Predicate<String> topicExists,
            Progress progress,
            InstantSource clock) {
        this.rules = Objects.requireNonNull(rules, "rules");
        this.ageMax = Objects.requireNonNull(ageMax, "ageMax");
        this.store = Objects.requireNonNull(store, "store");
        this.topicExists = Objects.requireNonNull(topicExists, "topicExists");
        this.progress = Objects.requireNonNull(progress, "progress");
        this.clock = Objects.requireNonNull(clock, "clock");
        this.givenUp = new GivenUp(store, topicExists);
        OffsetRange halves = store.range(SystemTopics.HALF, TransactionRecords.QUEUE_ID);
        OffsetRange opRecords = store.range(SystemTopics.OP_HALF, TransactionRecords.QUEUE_ID);
        this.halfNext = within(halves, progress.load(SystemTopics.HALF));
        this.opNext = within(opRecords, progress.load(SystemTopics.OP_HALF));
        this.opAtOpen = opRecords.max();
        this.ended = new EndedOffsets(halfNext);
        this.ops = new OpProgress(opNext);
        store.onArrival((topic, queueId, next) -> {
            if (topic.equals(SystemTopics.HALF)) {
                wake();
            }
        });
    }

    private static long within(OffsetRange range, long next) {
        return Math.max(range.min(), Math.min(next, range.max()));
    }

    /**
     * Reads nothing yet; what is not decided is found when the duty runs.
     *
     * @param ageMax      a half message older than this is given up; shorter than the log is kept at the moment
     * @param topicExists whether a message may still be delivered to a topic
     */
    public static Transactions open(
            TransactionRules rules,
            Supplier<Duration> ageMax,
            MessageStore store,
            Predicate<String> topicExists,
            Progress progress,
            InstantSource clock) {
        return new Transactions(rules, ageMax, store, topicExists, progress, clock);
    }

    /** @param connected who can be asked from now on */
    public void start(Producers connected) {
        connect(connected);
        thread = DutyThread.start(this);
    }

    void connect(Producers connected) {
        producers = connected;
    }

    private void wake() {
        DutyThread running = thread;
        if (running != null) {
            running.wake();
        }
    }

    // ---- decisions

    /** Ends a half message; a repeat changes nothing. May wait for the disk. */
    public synchronized Result end(HalfEnd end) {
        if (!replayed) {
            return Result.NOT_STORED;
        }
        try (Records found = store.recordAt(end.logOffset())) {
            if (found.slices().isEmpty()) {
                return Result.NOT_FOUND;
            }
            MessageView half = MessageView.of(found.slices().get(0));
            boolean isIt = half.topic().equals(SystemTopics.HALF)
                    && half.queueOffset() == end.halfOffset()
                    && end.group().value().equals(half.property(PropertyNames.PRODUCER_GROUP));
            if (!isIt) {
                return Result.NOT_FOUND;
            }
            if (ended.contains(end.halfOffset())) {
                return Result.ENDED_BEFORE;
            }
            return end(end.decision(), half);
        }
    }

    private Result end(Decision decision, MessageView half) {
        if (decision == Decision.ROLLBACK) {
            return store(half, List.of());
        }
        String topic = half.property(PropertyNames.REAL_TOPIC);
        if (topic == null || TransactionRecords.queueId(half) < 0 || !topicExists.test(topic)) {
            log.warn("a committed message is dropped, topic {} does not exist: logOffset={}", topic, half.logOffset());
            return store(half, List.of());
        }
        return store(half, List.of(TransactionRecords.committed(half)));
    }

    /** The op record comes first: whoever reads it later finds the message behind it, or does not believe it. */
    private Result store(MessageView half, List<NewRecord> outcome) {
        List<NewRecord> batch = new ArrayList<>();
        batch.add(TransactionRecords.op(half.queueOffset(), !outcome.isEmpty()));
        batch.addAll(outcome);
        AppendResult result =
                store.appendBatch(batch).toCompletableFuture().join().get(0);
        if (result instanceof AppendResult.Refused refused) {
            log.warn("the end of a half message at {} was not stored: {}", half.logOffset(), refused.sentence());
            return Result.NOT_STORED;
        }
        ended(half.queueOffset());
        long opOffset = result.fold(
                stored -> stored.queueOffset(), doubt -> doubt.stored().queueOffset(), refused -> -1L);
        ops.add(opOffset, half.queueOffset());
        opNext = opOffset + 1;
        return Result.DONE;
    }

    /** Half messages that nobody has decided on, from this entry of the half queue on, in order, as far as they were read. */
    synchronized List<Half> open(long fromHalfOffset, int limit) {
        return open.tailMap(fromHalfOffset).values().stream().limit(limit).toList();
    }

    /** Has the producers asked at the next look; {@code false} when the half message has ended, or was not read yet. */
    synchronized boolean askSoon(long halfOffset) {
        return open.computeIfPresent(halfOffset, (offset, half) -> half.later(0)) != null;
    }

    /** What becomes of those that were given up. */
    public GivenUp givenUp() {
        return givenUp;
    }

    private void ended(long halfOffset) {
        if (ended.add(halfOffset)) {
            open.remove(halfOffset);
        }
    }

    // ---- following the half topic

    @Override
    public int work() {
        int done;
        List<Asking> askings;
        synchronized (this) {
            done = replayed ? takeIn() : replay();
            askings = replayed ? due() : List.of();
            if (replayed) {
                keepProgress();
            }
        }
        // Not under the lock: a decision must not wait for another room.
        askings.forEach(this::ask);
        return done + askings.size();
    }

    private int replay() {
        if (opNext >= opAtOpen) {
            replayed = true;
            return 1;
        }
        try (QueueRead read = read(SystemTopics.OP_HALF, opNext)) {
            long next = read.nextOffset();
            for (int i = 0; i < read.slices().size(); i++) {
                if (!replay(read.slices().get(i), read.queueOffsets()[i])) {
                    next = read.queueOffsets()[i];
                    break;
                }
            }
            int taken = (int) Math.max(0, next - opNext);
            opNext += taken;
            return taken;
        }
    }

    /**
     * Takes in an op record. It counts for the half messages that stand before it in the log: when the power took one of those that it
     * ends, another may have its number since.
     *
     * @return {@code false} while that cannot be told of all of them; then the record is to be taken in once more
     */
    private boolean replay(ByteBuffer record, long opOffset) {
        MessageView op = MessageView.of(record);
        List<Long> halves = TransactionRecords.endedBy(op);
        if (TransactionRecords.isFollowed(op) && !stands(op.logOffset() + record.remaining(), halves)) {
            log.warn("op record {} lost its message with the power; the producer is asked again", opOffset);
            return true;
        }
        long maxHalf = -1;
        for (long halfOffset : halves) {
            maxHalf = Math.max(maxHalf, halfOffset);
            Precedence half =
                    store.precedence(SystemTopics.HALF, TransactionRecords.QUEUE_ID, halfOffset, op.logOffset());
            if (half == Precedence.REBUILDING) {
                return false;
            }
            if (half == Precedence.BEFORE) {
                ended(halfOffset);
            }
        }
        ops.add(opOffset, maxHalf);
        return true;
    }

    /**
     * Whether a record stands there that was made of one of these halves. Any other came there after the power had taken the
     * one that belongs there.
     */
    private boolean stands(long logOffset, List<Long> halves) {
        try (Records found = store.recordAt(logOffset)) {
            if (found.slices().isEmpty()) {
                return false;
            }
            MessageView message = MessageView.of(found.slices().get(0));
            return TransactionRecords.isOutcome(message)
                    && halves.stream().anyMatch(half -> isHalf(message.preparedTransactionOffset(), half));
        }
    }

    private boolean isHalf(long logOffset, long halfOffset) {
        try (Records found = store.recordAt(logOffset)) {
            if (found.slices().isEmpty()) {
                // It has left the log with its age, so nobody asks for it again.
                return logOffset < store.logRange().min();
            }
            MessageView half = MessageView.of(found.slices().get(0));
            return half.topic().equals(SystemTopics.HALF) && half.queueOffset() == halfOffset;
        }
    }

    private QueueRead read(String topic, long from) {
        return store.read(topic, TransactionRecords.QUEUE_ID, from, EntryFilter.ALL, READ_MESSAGES, READ_BYTES);
    }

    private int takeIn() {
        OffsetRange range = store.range(SystemTopics.HALF, TransactionRecords.QUEUE_ID);
        if (halfNext >= range.max() || open.size() >= OPEN_MAX) {
            return 0;
        }
        for (; halfNext < range.min(); halfNext++) {
            ended(halfNext);
        }
        try (QueueRead read = read(SystemTopics.HALF, halfNext)) {
            for (int i = 0; i < read.slices().size(); i++) {
                takeIn(read.slices().get(i), read.queueOffsets()[i]);
            }
            int taken = (int) Math.max(0, read.nextOffset() - halfNext);
            halfNext += taken;
            return taken;
        }
    }

    private void takeIn(ByteBuffer record, long halfOffset) {
        if (ended.contains(halfOffset)) {
            return;
        }
        MessageView half = MessageView.of(record);
        GroupName group;
        try {
            group = new GroupName(String.valueOf(half.property(PropertyNames.PRODUCER_GROUP)));
        } catch (IllegalNameException nobody) {
            log.warn("a half message names no producer group and is forgotten: logOffset={}", half.logOffset());
            ended(halfOffset);
            return;
        }
        long quiet = immunityMs(half);
        open.put(
                halfOffset,
                new Half(halfOffset, half.logOffset(), group, half.storedAtMs(), half.storedAtMs() + quiet, 0));
    }

    /** How long the half message is left alone. */
    private long immunityMs(MessageView half) {
        String seconds = half.property(PropertyNames.CHECK_IMMUNITY_SECONDS);
        return seconds != null && seconds.matches("[0-9]{1,9}")
                ? Duration.ofSeconds(Long.parseLong(seconds)).toMillis()
                : rules.timeout().toMillis();
    }

    // ---- asking

    private List<Asking> due() {
        long now = clock.millis();
        if (now >= lookedAtMs && now - lookedAtMs < LOOK_EVERY_MS) {
            return List.of();
        }
        lookedAtMs = now;
        List<Half> due = open.values().stream()
                .filter(half -> half.askAtMs() <= now)
                .limit(ASKS_PER_SLICE)
                .toList();
        List<Asking> askings = new ArrayList<>();
        for (Half half : due) {
            prepare(half, now, askings);
        }
        return askings;
    }

    private void prepare(Half half, long now, List<Asking> askings) {
        boolean isOver = half.asked() >= rules.checkMax()
                || now - half.storedAtMs() > ageMax.get().toMillis();
        try (Records found = store.recordAt(half.logOffset())) {
            if (found.slices().isEmpty()) {
                log.warn("a half message is gone from the log: logOffset={}", half.logOffset());
                ended(half.halfOffset());
                return;
            }
            MessageView message = MessageView.of(found.slices().get(0));
            open.put(half.halfOffset(), half.later(now + rules.checkEvery().toMillis()));
            if (isOver) {
                giveUp(half, message);
            } else {
                askings.add(new Asking(half, question(half, message)));
            }
        }
    }

    private void giveUp(Half half, MessageView message) {
        if (store(message, List.of(TransactionRecords.givenUp(message))) == Result.DONE) {
            log.warn(
                    "a half message of {} is given up after {} questions, see topic {}: logOffset={}",
                    half.group(),
                    half.asked(),
                    SystemTopics.CHECK_MAX_TIME,
                    half.logOffset());
        }
    }

    private void ask(Asking asking) {
        if (producers.ask(asking.half.group(), asking.question)) {
            synchronized (this) {
                open.computeIfPresent(asking.half.halfOffset(), (offset, half) -> half.askedOnce());
            }
        }
    }

    private static HalfQuestion question(Half half, MessageView message) {
        NewRecord shown = TransactionRecords.question(message);
        ByteBuffer record = MessageEncoder.encode(
                shown, message.queueOffset(), message.logOffset(), message.storedAtMs(), message.storeHost());
        String key = message.property(PropertyNames.UNIQUE_KEY);
        return new HalfQuestion(
                half.halfOffset(),
                half.logOffset(),
                key == null ? "" : key,
                message.messageId().toString(),
                record);
    }

    // ---- progress

    private void keepProgress() {
        StoreHealth health = store.health();
        if (candidate != null && health.flushedTo() >= candidate.logEnd) {
            progress.store(SystemTopics.HALF, candidate.half);
            progress.store(SystemTopics.OP_HALF, candidate.op);
            candidate = null;
        }
        if (candidate == null) {
            candidate = new Marks(ended.low(), ops.neededFrom(ended.low()), health.logEnd());
        }
        oldestNeeded =
                open.isEmpty() ? Long.MAX_VALUE : open.firstEntry().getValue().logOffset();
    }

    /** The log from here on is needed: half messages lie there. {@link Long#MAX_VALUE} when none does. */
    public long oldestNeeded() {
        return oldestNeeded;
    }

    /** Half messages that are not decided, as far as they were read. */
    public synchronized int openCount() {
        return open.size();
    }

    @Override
    public long idleNanos() {
        boolean waits = oldestNeeded != Long.MAX_VALUE;
        return (waits ? LOOK_EVERY_MS : LONGEST_SLEEP_MS) * NANOS_PER_MS;
    }

    @Override
    public String role() {
        return "transaction-check";
    }

    /** Ends the thread; decisions are in the log. Twice is harmless. */
    @Override
    public void close() {
        DutyThread running = thread;
        if (running != null) {
            running.close();
        }
    }
}
