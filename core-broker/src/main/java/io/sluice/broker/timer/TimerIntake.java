package io.sluice.broker.timer;

import io.sluice.broker.topic.SystemTopics;
import io.sluice.model.PropertyNames;
import io.sluice.port.OffsetRange;
import io.sluice.store.MessageStore;
import io.sluice.store.QueueRead;
import io.sluice.store.queue.EntryFilter;
import io.sluice.wire.message.MessageView;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the index up to date: reads the timer topic behind the senders, and after a restart first what both the topic and the
 * facts have got since the last snapshot. Counts what waits, by topic.
 *
 * <p>Confined to the timer thread, except {@link #counts} and {@link #behind}, which any thread may ask.
 */
final class TimerIntake {
    private static final Logger log = LoggerFactory.getLogger(TimerIntake.class);
    private static final int QUEUE_ID = 0;
    private static final int READ_MESSAGES = 256;
    private static final int READ_BYTES = 1024 * 1024;

    private final MessageStore store;
    /** Messages due before were delivered by another broker. */
    private final long foreignUntilMs;
    /** Messages that wait, by topic. */
    private final Map<String, Long> counts = new ConcurrentHashMap<>();

    /** {@code null} only before the first begins. */
    private TimerIndex index;

    private volatile long queueNext;
    private long factNext;
    /** Where the replay ends that follows the opening. */
    private long queueAtOpen;

    private long factAtOpen;
    private boolean replayed;
    /** Place in the log of the last record taken in. */
    private long takenInTo;
    /** Entries that came and went since the last snapshot. */
    private long changes;

    TimerIntake(MessageStore store, long foreignUntilMs) {
        this.store = store;
        this.foreignUntilMs = foreignUntilMs;
    }

    /** Whether the log holds what the snapshot speaks of; says what does not fit together when it does not. */
    boolean fits(TimerSnapshot snapshot) {
        OffsetRange queue = queue();
        OffsetRange facts = facts();
        if (snapshot.queueNext() <= queue.max() && snapshot.factNext() <= facts.max()) {
            return true;
        }
        log.warn(
                "the timer index knows {} timed messages and {} facts, the store has {} and {}; the index is made again",
                snapshot.queueNext(),
                snapshot.factNext(),
                queue.max(),
                facts.max());
        return false;
    }

    /** @param of as the snapshot left it */
    void begin(TimerSnapshot snapshot, TimerIndex of) {
        index = of;
        queueNext = Math.max(snapshot.queueNext(), queue().min());
        factNext = Math.max(snapshot.factNext(), facts().min());
        queueAtOpen = queue().max();
        factAtOpen = facts().max();
        counts.clear();
        counts.putAll(snapshot.counts());
        replayed = false;
    }

    private OffsetRange queue() {
        return store.range(SystemTopics.TIMER, QUEUE_ID);
    }

    private OffsetRange facts() {
        return store.range(TimerFacts.TOPIC, TimerFacts.QUEUE_ID);
    }

    /** Until then nothing may be delivered. */
    boolean isReplayed() {
        return replayed;
    }

    /** Reads a piece of what came after the snapshot; how much. */
    int replay() {
        if (queueNext < queueAtOpen) {
            return takeIn();
        }
        if (factNext < factAtOpen) {
            return takeInFacts();
        }
        replayed = true;
        long waiting = counts.values().stream().mapToLong(Long::longValue).sum();
        if (waiting > 0) {
            log.info("{} timed messages of {} topics wait", waiting, counts.size());
        }
        return 1;
    }

    /** Reads a piece of the timer topic; how many messages, 0 also when the index takes no more. */
    int takeIn() {
        OffsetRange range = queue();
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

    /** A message of the topic does not wait any more. */
    void gone(String topic) {
        uncount(topic);
        changes++;
    }

    private void uncount(String topic) {
        counts.computeIfPresent(topic, (name, count) -> count > 1 ? count - 1 : null);
    }

    /** The facts before this offset are known here. */
    void knowsFactsTo(long next) {
        factNext = Math.max(factNext, next);
    }

    /** Entries that came and went since the last {@link #snapshot}. */
    long changes() {
        return changes;
    }

    /** What to save: how far was read, and what waits in these places. */
    TimerSnapshot snapshot(List<TimerIndex.Place> places) {
        changes = 0;
        return new TimerSnapshot(queueNext, factNext, places, Map.copyOf(counts));
    }

    /** Whence the log is needed, when it is needed from there on for what was taken in. */
    long oldestNeeded(long oldestTakenIn) {
        return queueNext < queue().max() ? Math.min(oldestTakenIn, takenInTo) : oldestTakenIn;
    }

    /** Messages that wait, by topic. */
    Map<String, Long> counts() {
        return counts;
    }

    /** Messages of the timer topic that were not looked at. */
    long behind() {
        return Math.max(0, queue().max() - queueNext);
    }
}
