package io.sluice.broker.timer;

import io.sluice.broker.topic.SystemTopics;
import io.sluice.model.PropertyNames;
import io.sluice.model.SluiceException;
import io.sluice.port.OffsetRange;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.runtime.Duty;
import io.sluice.runtime.DutyThread;
import io.sluice.store.MessageStore;
import io.sluice.store.QueueRead;
import io.sluice.store.file.Disk;
import io.sluice.store.log.AppendResult;
import io.sluice.store.queue.EntryFilter;
import io.sluice.store.table.TableFile;
import io.sluice.wire.message.MessageView;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores messages in their own topics at the time that their senders asked for.
 *
 * <p>A timed message is a record of the timer topic. Here its time and place go into the {@link TimerIndex}; when the time
 * has come, the message goes into the log in one bundle with the fact that it was delivered, so that both survive a crash or
 * neither does. What waits is therefore always the timer topic less the facts, and after a restart the index is brought up to
 * date from its last snapshot by reading both on.
 *
 * <p>The wall clock decides. A message never comes before its time; when the clock is set forward, what became due comes in
 * order of its time, and the append lock is left to senders for as long as each batch took.
 */
public final class TimerService implements Duty, AutoCloseable {
    /** Table of the store with the last snapshot. */
    public static final String SNAPSHOT_TABLE = "sluiceTimers.txt";

    /** Directory of the store with the files of the index. */
    public static final String INDEX_DIRECTORY = "timerindex";

    private static final Logger log = LoggerFactory.getLogger(TimerService.class);
    private static final int QUEUE_ID = 0;
    private static final int BATCH_MAX = 256;
    private static final int BATCH_BYTES = 256 * 1024;
    private static final int READ_MESSAGES = 256;
    private static final int READ_BYTES = 1024 * 1024;
    private static final int SNAPSHOT_CHANGES = 65_536;
    private static final long SNAPSHOT_AGE_MS = 600_000;
    private static final long PAUSE_AFTER_REFUSAL_MS = 100;
    /** How late a delivery must be before senders are let in between two batches. */
    private static final long LATE_MS = 1_000;

    private static final long LONGEST_SLEEP_MS = 1_000;
    /** While messages wait: how soon a step of the clock is noticed. */
    private static final long WATCH_MS = 50;

    private static final long NANOS_PER_MS = 1_000_000;

    private final MessageStore store;
    private final Disk disk;
    private final Path directory;
    private final Delivery delivery;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final int bufferMax;
    private final TimerKeeper keeper;
    private final TimerQuestions questions = new TimerQuestions(this::wake);
    /** Messages that wait, by topic; written by the timer thread. */
    private final Map<String, Long> counts = new ConcurrentHashMap<>();
    /** Messages due before were delivered by another broker. */
    private final long foreignUntilMs;

    /** {@code null} only before the first is made. */
    private TimerIndex index;

    private volatile long queueNext;
    private long factNext;
    /** Where the replay ends that follows the opening. */
    private long queueAtOpen;

    private long factAtOpen;
    private boolean replayed;
    /** Place in the log of the last record taken in. */
    private long takenInTo;
    /** Taken from the index and not in the log yet, in order. */
    private final List<TimerEntry> inHand = new ArrayList<>();
    /** Whether the batch was refused as a whole, so that each of its messages is tried for itself. */
    private boolean singly;

    private final List<Recall> recalls = new ArrayList<>();
    private long pausedUntilMs;
    private long restUntilNanos;
    private long changes;
    private long capturedAtMs;

    private volatile long oldestNeeded;
    private volatile long delivered;
    private volatile long recalled;
    private volatile long rewritten;
    private volatile long dropped;
    private volatile int buffered;
    private volatile int runs;
    private volatile DutyThread thread;
    private volatile boolean closed;

    /** A recall whose fact is on its way. */
    private record Recall(CompletableFuture<AppendResult> stored, CompletableFuture<Boolean> answer) {}

    private TimerService(
            Supplier<TimerRules> rules,
            MessageStore store,
            Disk disk,
            Path storeDirectory,
            Predicate<String> topicExists,
            InstantSource clock,
            LongSupplier nanos,
            int bufferMax) {
        this.store = Objects.requireNonNull(store, "store");
        this.disk = Objects.requireNonNull(disk, "disk");
        this.directory = storeDirectory.resolve(INDEX_DIRECTORY);
        this.delivery = new Delivery(store, rules, topicExists);
        this.clock = Objects.requireNonNull(clock, "clock");
        this.nanos = Objects.requireNonNull(nanos, "nanos");
        this.bufferMax = bufferMax;
        this.restUntilNanos = nanos.getAsLong();
        this.capturedAtMs = clock.millis();
        TableFile file = store.table(SNAPSHOT_TABLE);
        this.keeper = new TimerKeeper(store, disk, directory, file, clock);
        Optional<TimerSnapshot> snapshot = file.load(TimerSnapshot::parse);
        this.foreignUntilMs = snapshot.isPresent()
                ? 0
                : ForeignTimers.deliveredUntilMs(
                        disk, storeDirectory.resolve("config").resolve("timercheck"));
        begin(snapshot.orElse(TimerSnapshot.EMPTY));
        store.onArrival(this::arrived);
    }

    /**
     * Opens the index; it is brought up to date when the duty runs. Until then nothing is delivered.
     *
     * @param rules       as they are at the moment
     * @param topicExists whether a message may still be delivered to a topic
     */
    public static TimerService open(
            Supplier<TimerRules> rules,
            MessageStore store,
            Disk disk,
            Path storeDirectory,
            Predicate<String> topicExists,
            InstantSource clock) {
        return open(rules, store, disk, storeDirectory, topicExists, clock, System::nanoTime, TimerIndex.BUFFER_MAX);
    }

    /** @param bufferMax entries of the index in memory */
    static TimerService open(
            Supplier<TimerRules> rules,
            MessageStore store,
            Disk disk,
            Path storeDirectory,
            Predicate<String> topicExists,
            InstantSource clock,
            LongSupplier nanos,
            int bufferMax) {
        return new TimerService(rules, store, disk, storeDirectory, topicExists, clock, nanos, bufferMax);
    }

    private void begin(TimerSnapshot snapshot) {
        OffsetRange queue = store.range(SystemTopics.TIMER, QUEUE_ID);
        OffsetRange facts = store.range(TimerFacts.TOPIC, TimerFacts.QUEUE_ID);
        if (snapshot.queueNext() > queue.max() || snapshot.factNext() > facts.max()) {
            log.warn(
                    "the timer index knows {} timed messages and {} facts, the store has {} and {}; the index is made again",
                    snapshot.queueNext(),
                    snapshot.factNext(),
                    queue.max(),
                    facts.max());
            begin(TimerSnapshot.EMPTY);
            return;
        }
        try {
            index = TimerIndex.open(disk, directory, bufferMax, snapshot.runs(), index == null ? 0 : index.lastId());
        } catch (IllegalArgumentException damaged) {
            log.warn("the timer index is made again from the log: {}", damaged.getMessage());
            begin(TimerSnapshot.EMPTY);
            return;
        }
        queueNext = Math.max(snapshot.queueNext(), queue.min());
        factNext = Math.max(snapshot.factNext(), facts.min());
        queueAtOpen = queue.max();
        factAtOpen = facts.max();
        counts.clear();
        counts.putAll(snapshot.counts());
        replayed = false;
        oldestNeeded = 0;
        inHand.clear();
    }

    public void start() {
        keeper.start();
        thread = DutyThread.start(this);
    }

    private void arrived(String topic, int queueId, long nextOffset) {
        if (topic.equals(SystemTopics.TIMER)) {
            wake();
        }
    }

    private void wake() {
        DutyThread running = thread;
        if (running != null) {
            running.wake();
        }
    }

    @Override
    public int work() {
        try {
            return slice();
        } catch (SluiceException failed) {
            log.error("the timer index failed and is made again from the log", failed);
            index.close();
            begin(TimerSnapshot.EMPTY);
            return 0;
        }
    }

    private int slice() {
        if (!replayed) {
            return replay();
        }
        keeper.takeMerged().ifPresent(done -> index.replace(done.inputs(), done.run()));
        int done = landRecalls() + fire() + takeIn() + questions.answer();
        tidy();
        return done;
    }

    // ---- bringing the index up to date

    private int replay() {
        if (queueNext < queueAtOpen) {
            return takeIn();
        }
        if (factNext < factAtOpen) {
            return takeInFacts();
        }
        replayed = true;
        tidy();
        long waiting = counts.values().stream().mapToLong(Long::longValue).sum();
        if (waiting > 0) {
            log.info("{} timed messages of {} topics wait", waiting, counts.size());
        }
        return 1;
    }

    private int takeIn() {
        OffsetRange range = store.range(SystemTopics.TIMER, QUEUE_ID);
        if (queueNext >= range.max() || index.isFull()) {
            return 0;
        }
        if (queueNext < range.min()) {
            log.warn("timed messages {} to {} left the log before they were looked at", queueNext, range.min());
            queueNext = range.min();
        }
        try (QueueRead read =
                store.read(SystemTopics.TIMER, QUEUE_ID, queueNext, EntryFilter.ALL, READ_MESSAGES, READ_BYTES)) {
            read.slices().forEach(this::takeIn);
            int taken = (int) Math.max(0, read.nextOffset() - queueNext);
            queueNext += taken;
            changes += taken;
            return taken;
        }
    }

    private void takeIn(ByteBuffer record) {
        MessageView message = MessageView.of(record);
        takenInTo = message.logOffset();
        String topic = message.property(PropertyNames.REAL_TOPIC);
        long wakeAtMs = TimerRecords.wakeAtMs(message);
        if (topic == null || wakeAtMs < 0 || TimerRecords.queueId(message) < 0) {
            log.warn("a record of the timer topic does not say where it belongs and when: logOffset={}", takenInTo);
            return;
        }
        boolean isMessage = message.property(PropertyNames.TIMER_DELETE_KEY) == null;
        if (isMessage && TimerRecords.dueAtMs(message) > foreignUntilMs) {
            index.add(new TimerEntry(wakeAtMs, takenInTo, record.remaining(), topic.hashCode()));
            counts.merge(topic, 1L, Long::sum);
        }
    }

    private int takeInFacts() {
        try (QueueRead read = store.read(
                TimerFacts.TOPIC, TimerFacts.QUEUE_ID, factNext, EntryFilter.ALL, READ_MESSAGES, READ_BYTES)) {
            for (int i = 0; i < read.slices().size(); i++) {
                takeInFacts(read.slices().get(i), read.queueOffsets()[i]);
            }
            int taken = (int) Math.max(0, read.nextOffset() - factNext);
            factNext += taken;
            changes += taken;
            return taken;
        }
    }

    private void takeInFacts(ByteBuffer record, long offset) {
        try {
            for (TimerFacts.Fact fact :
                    TimerFacts.decode(MessageView.of(record).storedBody()).all()) {
                index.add(fact.entry());
                uncount(fact.topic());
            }
        } catch (IllegalArgumentException damaged) {
            log.error(
                    "record {} of {} holds no timer facts, messages may be delivered again: {}",
                    offset,
                    TimerFacts.TOPIC,
                    damaged.getMessage());
        }
    }

    private void uncount(String topic) {
        counts.computeIfPresent(topic, (name, count) -> count > 1 ? count - 1 : null);
    }

    // ---- delivering

    private int fire() {
        long now = clock.millis();
        if (isPaused(now) || nanos.getAsLong() - restUntilNanos < 0) {
            return 0;
        }
        if (inHand.isEmpty() && !takeDue(now)) {
            return 0;
        }
        long begun = nanos.getAsLong();
        boolean late = now - inHand.get(0).wakeAtMs() > LATE_MS;
        List<TimerEntry> batch = List.copyOf(singly ? inHand.subList(0, 1) : inHand);
        Delivery.Outcome outcome = delivery.deliver(batch, now);
        if (late) {
            long ended = nanos.getAsLong();
            restUntilNanos = ended + (ended - begun);
        }
        return outcome instanceof Delivery.Outcome.Done done
                ? done(batch.size(), done)
                : refused((Delivery.Outcome.Refused) outcome);
    }

    /** Not after a step of the clock back, which would make the pause last as long as the step. */
    private boolean isPaused(long now) {
        return now < pausedUntilMs && pausedUntilMs - now <= PAUSE_AFTER_REFUSAL_MS;
    }

    private boolean takeDue(long now) {
        singly = false;
        long bytes = 0;
        TimerEntry next = index.peek();
        while (next != null
                && next.wakeAtMs() <= now
                && inHand.size() < BATCH_MAX
                && (inHand.isEmpty() || bytes + next.size() <= BATCH_BYTES)) {
            inHand.add(next);
            index.pop();
            bytes += next.size();
            next = index.peek();
        }
        return !inHand.isEmpty();
    }

    private int done(int count, Delivery.Outcome.Done done) {
        if (pausedUntilMs != 0) {
            log.info("timed messages go on");
            pausedUntilMs = 0;
        }
        inHand.subList(0, count).clear();
        for (TimerFacts.Fact fact : done.facts().all()) {
            uncount(fact.topic());
            switch (fact.kind()) {
                case DELIVERED, DELIVERED_ALONE -> delivered++;
                case REWRITTEN -> rewritten++;
                case RECALLED -> recalled++;
                case DROPPED -> dropped++;
            }
        }
        factNext = done.factNext();
        changes += count;
        return count;
    }

    private int refused(Delivery.Outcome.Refused refused) {
        if (refused.isForGood() && !singly) {
            singly = true;
            return 1;
        }
        if (pausedUntilMs == 0) {
            log.warn(
                    "timed messages wait, the store refuses: {}",
                    refused.refusal().sentence());
        }
        pausedUntilMs = clock.millis() + PAUSE_AFTER_REFUSAL_MS;
        return 0;
    }

    // ---- questions

    /**
     * Takes a message away that waits; completes with whether it did wait, when that has the durability of the store.
     *
     * @param candidates where the message was seen to wait
     */
    CompletionStage<Boolean> recall(String topic, List<TimerEntry> candidates) {
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        questions
                .ask(() -> {
                    beginRecall(topic, candidates, answer);
                    return true;
                })
                .whenComplete((begun, failed) -> {
                    if (failed != null) {
                        answer.completeExceptionally(failed);
                    }
                });
        return answer;
    }

    /** What waits now; to be closed by the caller. */
    CompletionStage<IndexView> view() {
        return questions.ask(() -> index.view());
    }

    private void beginRecall(String topic, List<TimerEntry> candidates, CompletableFuture<Boolean> answer) {
        while (takeIn() > 0) {
            log.trace("timed messages are taken in before one is called back");
        }
        if (index.isFull()) {
            throw new RefusedException(
                    Refusal.OVERLOADED, "the timer index is being merged; call the message back a little later");
        }
        // After a power cut a message may wait twice: once as it was, once as it was written anew.
        List<TimerEntry> waiting = candidates.stream().filter(this::isWaiting).toList();
        if (waiting.isEmpty()) {
            answer.complete(false);
            return;
        }
        TimerFacts facts = new TimerFacts();
        waiting.forEach(entry -> facts.add(TimerFacts.Kind.RECALLED, topic, entry));
        CompletableFuture<AppendResult> stored =
                store.append(TimerRecords.facts(facts, true)).toCompletableFuture();
        recalls.add(new Recall(stored, answer));
        if (stored.isDone() && stored.join() instanceof AppendResult.Refused) {
            return;
        }
        for (TimerEntry entry : waiting) {
            if (!inHand.remove(entry)) {
                index.add(TimerEntry.gone(entry.wakeAtMs(), entry.logOffset()));
            }
            uncount(topic);
        }
        recalled++;
        changes++;
        stored.whenComplete((result, failed) -> wake());
    }

    private boolean isWaiting(TimerEntry entry) {
        return inHand.contains(entry) || index.find(entry).isPresent();
    }

    private int landRecalls() {
        int landed = 0;
        for (int i = recalls.size() - 1; i >= 0; i--) {
            Recall recall = recalls.get(i);
            if (recall.stored.isDone()) {
                recalls.remove(i);
                land(recall);
                landed++;
            }
        }
        return landed;
    }

    private void land(Recall recall) {
        AppendResult result = recall.stored.join();
        result.fold(
                stored -> {
                    factNext = Math.max(factNext, stored.queueOffset() + 1);
                    return recall.answer.complete(true);
                },
                doubt -> {
                    factNext = Math.max(factNext, doubt.stored().queueOffset() + 1);
                    return recall.answer.completeExceptionally(new RefusedException(
                            Refusal.UNAVAILABLE,
                            "the recall is in the log, but the disk did not confirm it in time; recall again"));
                },
                refused -> recall.answer.completeExceptionally(
                        new RefusedException(Refusal.UNAVAILABLE, "the recall was not stored: " + refused.sentence())));
    }

    // ---- keeping the index small and the log long enough

    private void tidy() {
        if (!keeper.isMerging()) {
            index.mergeOrder().ifPresent(order -> keeper.merge(new TimerKeeper.Ordered(index, order)));
        }
        captureIfDue();
        oldestNeeded = oldest();
        buffered = index.bufferedCount();
        runs = index.runCount();
    }

    private void captureIfDue() {
        long now = clock.millis();
        boolean isOld = now - capturedAtMs >= SNAPSHOT_AGE_MS || now < capturedAtMs;
        boolean isDue = changes >= SNAPSHOT_CHANGES || changes > 0 && isOld;
        if (isDue && !keeper.isSaving() && inHand.isEmpty() && recalls.isEmpty()) {
            index.spill();
            TimerSnapshot snapshot = new TimerSnapshot(queueNext, factNext, index.places(), Map.copyOf(counts));
            keeper.save(new TimerKeeper.Captured(
                    snapshot,
                    index.holdRuns(),
                    index.takeRetired(),
                    store.logRange().max()));
            changes = 0;
            capturedAtMs = now;
        }
    }

    private long oldest() {
        long oldest = index.minLogOffset();
        for (TimerEntry entry : inHand) {
            oldest = Math.min(oldest, entry.logOffset());
        }
        boolean isBehind = queueNext < store.range(SystemTopics.TIMER, QUEUE_ID).max();
        return isBehind ? Math.min(oldest, takenInTo) : oldest;
    }

    /** The log from here on is needed: messages lie there that wait. {@link Long#MAX_VALUE} when none does. */
    public long oldestNeeded() {
        return oldestNeeded;
    }

    /** Figures of now. */
    public TimerStatus status() {
        long behind = Math.max(0, store.range(SystemTopics.TIMER, QUEUE_ID).max() - queueNext);
        return new TimerStatus(counts, behind, delivered, recalled, rewritten, dropped, buffered, runs);
    }

    @Override
    public long idleNanos() {
        if (!replayed) {
            return PAUSE_AFTER_REFUSAL_MS * NANOS_PER_MS;
        }
        TimerEntry next = inHand.isEmpty() ? index.peek() : inHand.get(0);
        if (next == null) {
            return LONGEST_SLEEP_MS * NANOS_PER_MS;
        }
        long now = clock.millis();
        long untilMs = Math.max(next.wakeAtMs(), pausedUntilMs) - now;
        long sleepNanos = Math.max(0, Math.min(untilMs, WATCH_MS)) * NANOS_PER_MS;
        return Math.max(sleepNanos, Math.min(restUntilNanos - nanos.getAsLong(), WATCH_MS * NANOS_PER_MS));
    }

    @Override
    public String role() {
        return "timer";
    }

    /** The slow half of the work, for tests that run it by hand. */
    Duty keeper() {
        return keeper;
    }

    /** Ends the threads. What was delivered is in the log, so nothing need be saved. Twice is harmless. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        DutyThread running = thread;
        if (running != null) {
            running.close();
        }
        keeper.close();
        questions.close();
        recalls.forEach(recall -> recall.answer().completeExceptionally(TimerQuestions.stopping()));
        recalls.clear();
        index.close();
    }
}
