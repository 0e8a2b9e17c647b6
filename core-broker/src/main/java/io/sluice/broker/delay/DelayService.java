package io.sluice.broker.delay;

import io.sluice.broker.table.TableSaver;
import io.sluice.broker.table.TableText;
import io.sluice.broker.topic.SystemTopics;
import io.sluice.broker.topic.TopicTable;
import io.sluice.model.PropertyNames;
import io.sluice.port.OffsetRange;
import io.sluice.port.Records;
import io.sluice.runtime.Duty;
import io.sluice.runtime.DutyThread;
import io.sluice.store.MessageStore;
import io.sluice.store.StoreHealth;
import io.sluice.store.log.AppendResult;
import io.sluice.tail.Later;
import io.sluice.wire.body.DataVersion;
import io.sluice.wire.body.DelayOffsetTable;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.NewRecord;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores delayed messages in their own topics when they are due.
 *
 * <p>All messages of a level have the same delay, so the head of a level's queue is due first: the {@code delay} thread
 * looks at the heads only and sleeps until the first of them is due, or until a level that had none gets a message. Within
 * the process a message comes at most a few milliseconds after it is due.
 *
 * <p>How far each level has come is saved every few seconds, and only once everything delivered until then is on the disk.
 * So a crash delivers the messages of the last seconds twice and loses none.
 */
public final class DelayService implements Duty, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(DelayService.class);
    private static final int SLICE_MAX = 64;
    private static final long LONGEST_SLEEP_MS = 1_000;
    private static final long PAUSE_AFTER_REFUSAL_MS = 100;
    private static final long NONE = Long.MAX_VALUE;
    private static final long NANOS_PER_MS = 1_000_000;

    private final MessageStore store;
    private final TopicTable topics;
    private final InstantSource clock;
    private final List<Level> levels;
    private final TableSaver saver;

    /** What may be saved as soon as the disk holds the log up to its end. Guarded by this object. */
    private Snapshot candidate;
    /** What the next save writes. Guarded by this object. */
    private DelayOffsetTable saved;

    private volatile DutyThread thread;

    private record Snapshot(Map<Integer, Long> offsets, long logEnd) {}

    private record Due(long offset, long logOffset, long dueMs) {}

    /** One level. Everything but {@code next} and {@code stirred} belongs to the delay thread. */
    private static final class Level {
        final int number;
        final long delayMs;
        /** Next entry to deliver; written by the delay thread only. */
        volatile long next;
        /** Whether its queue may have grown since the head was looked for. */
        volatile boolean stirred = true;
        /** When the head is due; {@link #NONE} when the queue has been read to its end. */
        long headDueMs = NONE;
        /** Not before then after the store has refused a message. */
        long pausedUntilMs;

        Level(int number, long delayMs, long next) {
            this.number = number;
            this.delayMs = delayMs;
            this.next = next;
        }

        int queueId() {
            return number - 1;
        }

        /** A pause or a delay that would last longer than it may tells of a clock that was set back; then it is over. */
        boolean rests(long now) {
            if (now < pausedUntilMs && pausedUntilMs - now <= PAUSE_AFTER_REFUSAL_MS) {
                return true;
            }
            return headDueMs == NONE ? !stirred : headDueMs > now && headDueMs - now <= delayMs;
        }
    }

    private DelayService(
            DelayLevels levels,
            MessageStore store,
            TopicTable topics,
            InstantSource clock,
            Later later,
            DelayOffsetTable loaded,
            Consumer<String> file) {
        this.store = Objects.requireNonNull(store, "store");
        this.topics = Objects.requireNonNull(topics, "topics");
        this.clock = Objects.requireNonNull(clock, "clock");
        this.saved = loaded;
        this.saver = new TableSaver("the table of delay levels", later, this::text, file);
        List<Level> all = new ArrayList<>();
        for (int number = 1; number <= levels.max(); number++) {
            all.add(new Level(
                    number,
                    levels.delay(number).toMillis(),
                    loaded.offsetTable().getOrDefault(number, 0L)));
        }
        this.levels = Collections.unmodifiableList(all);
        store.onArrival(this::arrived);
    }

    /**
     * @param stored what the table's file holds, if it exists
     * @param later  where the file is written
     * @param file   writes the file when the disk has the log, also of what was delivered last before the end
     */
    public static DelayService open(
            DelayLevels levels,
            MessageStore store,
            TopicTable topics,
            InstantSource clock,
            Later later,
            Optional<DelayOffsetTable> stored,
            Consumer<String> file) {
        return new DelayService(
                levels,
                store,
                topics,
                clock,
                later,
                stored.orElseGet(() -> new DelayOffsetTable(Map.of(), DataVersion.initial(clock.millis()))),
                file);
    }

    public void start() {
        thread = DutyThread.start(this);
    }

    /** On the thread of the sender: a level that waits for its next message is woken, others have work anyway. */
    private void arrived(String topic, int queueId, long nextOffset) {
        if (!topic.equals(SystemTopics.SCHEDULE) || queueId >= levels.size()) {
            return;
        }
        Level level = levels.get(queueId);
        if (!level.stirred) {
            level.stirred = true;
            DutyThread running = thread;
            if (running != null) {
                running.wake();
            }
        }
    }

    @Override
    public int work() {
        int delivered = 0;
        for (Level level : levels) {
            delivered += serve(level);
        }
        return delivered;
    }

    private int serve(Level level) {
        long now = clock.millis();
        if (level.rests(now)) {
            return 0;
        }
        level.stirred = false;
        List<Due> heads = heads(level);
        level.headDueMs = NONE;
        int delivered = 0;
        for (Due due : heads) {
            if (due.dueMs > now) {
                level.headDueMs = due.dueMs;
                break;
            }
            if (!deliver(level, due)) {
                level.pausedUntilMs = clock.millis() + PAUSE_AFTER_REFUSAL_MS;
                level.headDueMs = due.dueMs;
                break;
            }
            level.next = due.offset + 1;
            delivered++;
        }
        if (delivered == heads.size() && delivered > 0) {
            level.headDueMs = 0;
        }
        return delivered;
    }

    /** The next entries of the level; its position is moved into what the store has. */
    private List<Due> heads(Level level) {
        OffsetRange range = store.range(SystemTopics.SCHEDULE, level.queueId());
        long next = Math.max(range.min(), Math.min(level.next, range.max()));
        if (next != level.next) {
            log.warn(
                    "delay level {} goes on at {} instead of {}: the store has {} to {}",
                    level.number,
                    next,
                    level.next,
                    range.min(),
                    range.max());
            level.next = next;
        }
        List<Due> heads = new ArrayList<>();
        long latest = clock.millis() + level.delayMs;
        store.entries(
                SystemTopics.SCHEDULE, level.queueId(), next, next + SLICE_MAX, (offset, logOffset, size, dueMs) -> {
                    // Further away than the level's own delay: the clock or the levels were changed.
                    heads.add(new Due(offset, logOffset, dueMs > latest ? 0 : dueMs));
                    return true;
                });
        return heads;
    }

    /** Answers whether the message is dealt with. */
    private boolean deliver(Level level, Due due) {
        try (Records found = store.recordAt(due.logOffset)) {
            if (found.slices().isEmpty()) {
                log.warn(
                        "delayed message is gone: level={} offset={} logOffset={}",
                        level.number,
                        due.offset,
                        due.logOffset);
                return true;
            }
            MessageView message = MessageView.of(found.slices().get(0));
            String topic = message.property(PropertyNames.REAL_TOPIC);
            int queueId = queueId(message.property(PropertyNames.REAL_QUEUE_ID));
            if (topic == null || queueId < 0 || topics.find(topic).isEmpty()) {
                log.warn(
                        "delayed message is dropped, its topic does not exist: level={} offset={} topic={}",
                        level.number,
                        due.offset,
                        topic);
                return true;
            }
            return store(level, message, topic, queueId);
        }
    }

    private static int queueId(String text) {
        return text != null && text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : -1;
    }

    /** The properties go on as they are: consumers see where the message came from, as they do with other brokers. */
    private boolean store(Level level, MessageView message, String topic, int queueId) {
        AppendResult result = store.append(new NewRecord(
                        topic,
                        queueId,
                        message.flag(),
                        message.sysFlag(),
                        message.bornAtMs(),
                        message.bornHost(),
                        message.reconsumeTimes(),
                        0,
                        message.storedBody(),
                        message.propertiesBytes(),
                        false))
                .toCompletableFuture()
                .join();
        if (result instanceof AppendResult.Refused refused) {
            if (level.pausedUntilMs == 0) {
                log.warn("delay level {} waits, the store refuses: {}", level.number, refused.sentence());
            }
            return false;
        }
        if (level.pausedUntilMs != 0) {
            log.info("delay level {} goes on", level.number);
            level.pausedUntilMs = 0;
        }
        return true;
    }

    @Override
    public long idleNanos() {
        long now = clock.millis();
        long sleepMs = LONGEST_SLEEP_MS;
        for (Level level : levels) {
            if (level.headDueMs != NONE) {
                sleepMs = Math.min(sleepMs, Math.max(level.headDueMs, level.pausedUntilMs) - now);
            }
        }
        return Math.max(0, sleepMs) * NANOS_PER_MS;
    }

    @Override
    public String role() {
        return "delay";
    }

    /** Next entry and end of each level's queue, for tools. */
    public Map<Integer, OffsetRange> progress() {
        Map<Integer, OffsetRange> all = new TreeMap<>();
        for (Level level : levels) {
            long end = store.range(SystemTopics.SCHEDULE, level.queueId()).max();
            all.put(level.number, new OffsetRange(level.next, end));
        }
        return all;
    }

    /** Saves the progress that is certain to survive; to be called every few seconds. */
    public void saveProgress() {
        // Before the end of the log is looked at: what is delivered in between is beyond it.
        Map<Integer, Long> reached = offsets();
        StoreHealth health = store.health();
        boolean changed = false;
        synchronized (this) {
            if (candidate != null && health.flushedTo() >= candidate.logEnd) {
                changed = accept(candidate.offsets);
                candidate = null;
            }
            if (candidate == null) {
                candidate = new Snapshot(reached, health.logEnd());
            }
        }
        if (changed) {
            saver.save();
        }
    }

    private boolean accept(Map<Integer, Long> offsets) {
        boolean changed = !offsets.equals(saved.offsetTable());
        if (changed) {
            saved = new DelayOffsetTable(offsets, saved.dataVersion().next(clock.millis()));
        }
        return changed;
    }

    /** Levels that nobody has used yet are left out, as other brokers do. */
    private Map<Integer, Long> offsets() {
        Map<Integer, Long> offsets = new TreeMap<>();
        for (Level level : levels) {
            if (level.next > 0) {
                offsets.put(level.number, level.next);
            }
        }
        return offsets;
    }

    /** How far each level had come when that was last saved, as replicas ask for it. */
    public synchronized DelayOffsetTable saved() {
        return saved;
    }

    private String text() {
        return TableText.write(saved());
    }

    /** Stops delivering and saves the progress. Twice is harmless. */
    @Override
    public void close() {
        DutyThread running = thread;
        if (running != null) {
            running.close();
        }
        synchronized (this) {
            accept(offsets());
        }
        saver.saveNow();
    }
}
