package io.sluice.broker.timer;

import io.sluice.broker.topic.SystemTopics;
import io.sluice.model.SluiceException;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.runtime.Duty;
import io.sluice.runtime.DutyThread;
import io.sluice.store.MessageStore;
import io.sluice.store.file.Disk;
import io.sluice.store.table.TableFile;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
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
    private static final int BATCH_MAX = 256;
    private static final int BATCH_BYTES = 256 * 1024;
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
    private final TimerIntake intake;
    private final Recalls recalls;

    /** {@code null} only before the first is made. */
    private TimerIndex index;

    /** Taken from the index and not in the log yet, in order. */
    private final List<TimerEntry> inHand = new ArrayList<>();
    /** Whether the batch was refused as a whole, so that each of its messages is tried for itself. */
    private boolean singly;

    private long pausedUntilMs;
    private long restUntilNanos;
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
        this.intake = new TimerIntake(
                store,
                snapshot.isPresent()
                        ? 0
                        : ForeignTimers.deliveredUntilMs(
                                disk, storeDirectory.resolve("config").resolve("timercheck")));
        this.recalls = new Recalls(store, this::wake);
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
        if (!intake.fits(snapshot)) {
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
        intake.begin(snapshot, index);
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
        if (!intake.isReplayed()) {
            int done = intake.replay();
            if (intake.isReplayed()) {
                tidy();
            }
            return done;
        }
        keeper.takeMerged().ifPresent(done -> index.replace(done.inputs(), done.run()));
        int done = recalls.land(intake::knowsFactsTo) + fire() + intake.takeIn() + questions.answer();
        tidy();
        return done;
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
            intake.gone(fact.topic());
            switch (fact.kind()) {
                case DELIVERED, DELIVERED_ALONE -> delivered++;
                case REWRITTEN -> rewritten++;
                case RECALLED -> recalled++;
                case DROPPED -> dropped++;
            }
        }
        intake.knowsFactsTo(done.factNext());
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
        while (intake.takeIn() > 0) {
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
        if (!recalls.begin(facts, answer)) {
            return;
        }
        for (TimerEntry entry : waiting) {
            if (!inHand.remove(entry)) {
                index.add(TimerEntry.gone(entry.wakeAtMs(), entry.logOffset()));
            }
            intake.gone(topic);
        }
        recalled++;
    }

    private boolean isWaiting(TimerEntry entry) {
        return inHand.contains(entry) || index.find(entry).isPresent();
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
        boolean isDue = intake.changes() >= SNAPSHOT_CHANGES || intake.changes() > 0 && isOld;
        if (isDue && !keeper.isSaving() && inHand.isEmpty() && recalls.isEmpty()) {
            index.spill();
            keeper.save(new TimerKeeper.Captured(
                    intake.snapshot(index.places()),
                    index.holdRuns(),
                    index.takeRetired(),
                    store.logRange().max()));
            capturedAtMs = now;
        }
    }

    private long oldest() {
        long oldest = index.minLogOffset();
        for (TimerEntry entry : inHand) {
            oldest = Math.min(oldest, entry.logOffset());
        }
        return intake.oldestNeeded(oldest);
    }

    /** The log from here on is needed: messages lie there that wait. {@link Long#MAX_VALUE} when none does. */
    public long oldestNeeded() {
        return oldestNeeded;
    }

    /** Figures of now. */
    public TimerStatus status() {
        return new TimerStatus(
                intake.counts(), intake.behind(), delivered, recalled, rewritten, dropped, buffered, runs);
    }

    @Override
    public long idleNanos() {
        if (!intake.isReplayed()) {
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
        recalls.abandon();
        index.close();
    }
}
