package io.sluice.broker.unit;

import io.sluice.broker.topic.SystemTopics;
import io.sluice.broker.unit.UnitRecord.Kind;
import io.sluice.broker.unit.UnitWindow.Place;
import io.sluice.model.SluiceException;
import io.sluice.port.OffsetRange;
import io.sluice.port.PreparedUnit.State;
import io.sluice.store.Boundary;
import io.sluice.store.MessageStore;
import io.sluice.store.QueueRead;
import io.sluice.store.queue.EntryFilter;
import io.sluice.store.table.TableFile;
import io.sluice.wire.message.MessageView;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known of units: on their way, decided lately, prepared. A fold over the records of units; where the fold must begin for
 * the prepared ones is kept in a table, which may be behind but never ahead of what the disk has.
 */
final class UnitLedger {
    /** Table of the store with the first record of units that is needed. */
    static final String TABLE = "sluiceUnits.txt";

    private static final Logger log = LoggerFactory.getLogger(UnitLedger.class);
    private static final String TITLE = "sluice-units 1 ";
    private static final int READ_MESSAGES = 512;
    private static final int READ_BYTES = 1024 * 1024;
    /** Records looked at in one step on the way back. */
    private static final int STEP_BACK = 4096;

    private final UnitRules rules;
    private final MessageStore store;
    private final TableFile table;
    private final InstantSource clock;
    private final UnitWindow window;
    private final PreparedBook book;
    private final Traffic traffic;
    /** By id, what is being done at the moment. */
    private final Map<String, Underway> underway = new ConcurrentHashMap<>();
    /** Guarded by this object, as is {@link #candidate}. */
    private long saved = -1;

    private Mark candidate;

    /** The first record needed, once the disk has the log up to there. */
    private record Mark(long firstRecord, long logEnd) {}

    private UnitLedger(UnitRules rules, MessageStore store, TableFile table, InstantSource clock) {
        this.rules = rules;
        this.store = store;
        this.table = table;
        this.clock = clock;
        this.window = new UnitWindow(rules.windowMax(), rules.windowAge());
        this.book = new PreparedBook(rules.preparedMax(), rules.preparedBytesMax());
        this.traffic = new Traffic(rules.runningMax(), rules.runningBytesMax());
    }

    /** Reads back what the log says; before anything is written to the store. */
    static UnitLedger open(UnitRules rules, MessageStore store, InstantSource clock) {
        UnitLedger opened = new UnitLedger(rules, store, store.table(TABLE), clock);
        opened.fold();
        return opened;
    }

    UnitWindow window() {
        return window;
    }

    PreparedBook book() {
        return book;
    }

    Traffic traffic() {
        return traffic;
    }

    Map<String, Underway> underway() {
        return underway;
    }

    // ---- reading back

    private void fold() {
        OffsetRange range = store.range(SystemTopics.UNIT, UnitRecord.QUEUE_ID);
        long since = clock.millis() - rules.windowAge().toMillis();
        long prepared = preparedFrom(range);
        long from = Math.min(prepared, windowFrom(range, since));
        walk(from, range.max(), (record, unit) -> take(record, unit, since));
        log.info(
                "units opened: remembered={} undecided={} records from={} to={}",
                window.size(),
                book.all().size(),
                from,
                range.max());
    }

    /** Before this record nothing stands that is prepared still. */
    private long preparedFrom(OffsetRange range) {
        Optional<Long> told = table.load(UnitLedger::parse);
        if (told.isPresent() && told.get() <= range.max()) {
            saved = told.get();
            return Math.max(range.min(), told.get());
        }
        if (told.isPresent()) {
            // The log lost its end, and new records are to take the places that the table speaks of.
            save(range.min());
        }
        return range.min();
    }

    static String text(long firstRecord) {
        return TITLE + firstRecord + "\n";
    }

    static long parse(String text) {
        String line = text.trim();
        if (!line.startsWith(TITLE)) {
            throw new IllegalArgumentException("expected '%s' and an offset, found '%s'".formatted(TITLE, line));
        }
        return Long.parseLong(line.substring(TITLE.length()));
    }

    /** Goes back until there are as many ids as are remembered, or all that are young enough. */
    private long windowFrom(OffsetRange range, long sinceMs) {
        long first = Math.max(range.min(), storedSince(sinceMs));
        Set<String> ids = new HashSet<>();
        long from = range.max();
        while (from > first && ids.size() < rules.windowMax()) {
            long to = from;
            from = Math.max(first, from - STEP_BACK);
            walk(from, to, (record, unit) -> {
                if (isRemembered(unit)) {
                    ids.add(unit.id());
                }
            });
        }
        return from;
    }

    private long storedSince(long ms) {
        long found = store.offsetAt(SystemTopics.UNIT, UnitRecord.QUEUE_ID, ms, Boundary.LOWER);
        return store.mendNow() ? store.offsetAt(SystemTopics.UNIT, UnitRecord.QUEUE_ID, ms, Boundary.LOWER) : found;
    }

    private static boolean isRemembered(UnitRecord unit) {
        return !unit.id().isEmpty() && (unit.kind() == Kind.COMMITTED || unit.kind() == Kind.ROLLED_BACK);
    }

    private void walk(long from, long to, BiConsumer<MessageView, UnitRecord> each) {
        long next = from;
        long mendedAt = -1;
        while (next < to) {
            int most = (int) Math.min(READ_MESSAGES, to - next);
            try (QueueRead read =
                    store.read(SystemTopics.UNIT, UnitRecord.QUEUE_ID, next, EntryFilter.ALL, most, READ_BYTES)) {
                read.slices().forEach(slice -> tell(MessageView.of(slice), each));
                if (read.nextOffset() <= next && mendedAt < next && store.mendNow()) {
                    mendedAt = next;
                } else if (read.nextOffset() <= next) {
                    throw new SluiceException("units cannot be read at %s/%d offset %d (%s); expected records up to %d"
                            .formatted(SystemTopics.UNIT, UnitRecord.QUEUE_ID, next, read.status(), to));
                }
                next = read.nextOffset();
            }
        }
    }

    private static void tell(MessageView record, BiConsumer<MessageView, UnitRecord> each) {
        try {
            each.accept(record, UnitRecord.decode(record));
        } catch (IllegalArgumentException unknown) {
            throw new SluiceException(
                    "the unit at log offset %d cannot be read: %s".formatted(record.logOffset(), unknown.getMessage()),
                    unknown);
        }
    }

    private void take(MessageView record, UnitRecord unit, long sinceMs) {
        switch (unit.kind()) {
            case PREPARED -> {
                PreparedPart part = PreparedPart.decode(unit.more(), unit.messages());
                UnitSummary summary = part.summary();
                book.put(entry(
                        unit,
                        State.PREPARED,
                        new UnitSummary(record.storedAtMs(), summary.settlements(), summary.bytes()),
                        record,
                        part.oldestNeeded()));
            }
            case HEURISTIC_COMMIT, HEURISTIC_ROLLBACK -> {
                State state = unit.kind() == Kind.HEURISTIC_COMMIT ? State.HEURISTIC_COMMIT : State.HEURISTIC_ROLLBACK;
                book.put(entry(unit, state, UnitSummary.readFrom(unit.more()), record, Long.MAX_VALUE));
            }
            case FORGOTTEN -> forget(unit.id());
            default -> {
                if (!unit.id().isEmpty()) {
                    book.remove(unit.id());
                }
                if (isRemembered(unit) && record.storedAtMs() >= sinceMs) {
                    boolean isRolledBack = unit.kind() == Kind.ROLLED_BACK;
                    window.add(unit.id(), new Place(record.logOffset(), record.storedAtMs(), isRolledBack));
                }
            }
        }
    }

    /** A decision that a power cut took is not there to be forgotten: the unit is prepared as before, and waits for another. */
    private void forget(String id) {
        boolean isDecided = book.find(id).map(entry -> !entry.isPrepared()).orElse(false);
        if (isDecided) {
            book.remove(id);
        }
    }

    private static PreparedBook.Entry entry(
            UnitRecord unit, State state, UnitSummary summary, MessageView record, long oldestNeeded) {
        return new PreparedBook.Entry(
                unit.id(),
                state,
                unit.fingerprint(),
                unit.messages(),
                summary,
                record.logOffset(),
                record.queueOffset(),
                record.storedAtMs(),
                oldestNeeded);
    }

    // ---- where the next run begins

    /** Where a record that is appended from now on will stand, or behind it. */
    long nextRecord() {
        return store.range(SystemTopics.UNIT, UnitRecord.QUEUE_ID).max();
    }

    /** Saves what was found the last time, if the disk has the log that far by now. Called now and then, by one thread at a time. */
    synchronized void saveProgress() {
        boolean isOnDisk = candidate != null && store.health().flushedTo() >= candidate.logEnd();
        if (isOnDisk && candidate.firstRecord() != saved) {
            save(candidate.firstRecord());
        }
        // In this order: what is put into the book meanwhile stands behind the end, and what it was taken out for
        // before the log's.
        long end = nextRecord();
        long first = book.firstRecord(end);
        candidate = new Mark(first, store.logRange().max());
    }

    private synchronized void save(long firstRecord) {
        table.save(text(firstRecord));
        saved = firstRecord;
    }
}
