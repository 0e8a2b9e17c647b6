package io.sluice.broker.unit;

import io.sluice.port.PreparedUnit.State;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which units are prepared, or were decided heuristically and are not forgotten, in the order of their ids; and what of the log
 * they need. Bounded: room is kept for a unit before it is prepared, and stays taken until it is forgotten. Safe for many threads.
 */
final class PreparedBook {
    /** What a unit costs beside its messages; a settlement of it, while it is prepared. */
    private static final long UNIT_BYTES = 256;

    private static final long SETTLEMENT_BYTES = 64;

    private final int max;
    private final long bytesMax;
    private final TreeMap<String, Entry> entries = new TreeMap<>();
    /** By id, those on their way into the log. */
    private final Map<String, Coming> coming = new HashMap<>();

    private long bytes;

    /**
     * One unit.
     *
     * @param id           as the log has it
     * @param logOffset    of its last record
     * @param queueOffset  of that among the records of units
     * @param storedAtMs   of that
     * @param oldestNeeded log offset from which on the log is needed
     */
    record Entry(
            String id,
            State state,
            int fingerprint,
            int messages,
            UnitSummary summary,
            long logOffset,
            long queueOffset,
            long storedAtMs,
            long oldestNeeded) {
        /** Of what is decided only the outcome is kept. */
        long cost() {
            return isPrepared() ? costOf(summary) : UNIT_BYTES;
        }

        boolean isPrepared() {
            return state == State.PREPARED;
        }
    }

    private record Coming(long cost, long oldestNeeded, long queueOffset) {}

    PreparedBook(int max, long bytesMax) {
        this.max = max;
        this.bytesMax = bytesMax;
    }

    private static long costOf(UnitSummary summary) {
        return UNIT_BYTES + summary.bytes() + SETTLEMENT_BYTES * summary.settlements();
    }

    /**
     * Keeps room for a unit, and the log from there on, until it is put in or {@link #giveUp given up}.
     *
     * @param queueOffset at or below which its record will stand
     * @throws RefusedException when there is no room
     */
    synchronized void expect(String id, UnitSummary summary, long oldestNeeded, long queueOffset) {
        long cost = costOf(summary);
        if (entries.size() + coming.size() >= max || bytes + cost > bytesMax && bytes > 0) {
            throw new RefusedException(
                    Refusal.OVERLOADED,
                    "%d units of work with %d bytes are prepared, or decided by hand and not forgotten; at most %d with %d (preparedUnitsMax, preparedUnitsBytesMax). Decide or forget some"
                            .formatted(entries.size(), bytes, max, bytesMax));
        }
        bytes += cost;
        coming.put(id, new Coming(cost, oldestNeeded, queueOffset));
    }

    synchronized void giveUp(String id) {
        Coming gone = coming.remove(id);
        bytes -= gone == null ? 0 : gone.cost();
    }

    /** In the place of what was known of the id. */
    synchronized void put(Entry entry) {
        giveUp(entry.id());
        Entry before = entries.put(entry.id(), entry);
        bytes += entry.cost() - (before == null ? 0 : before.cost());
    }

    synchronized void remove(String id) {
        Entry gone = entries.remove(id);
        bytes -= gone == null ? 0 : gone.cost();
    }

    synchronized Optional<Entry> find(String id) {
        return Optional.ofNullable(entries.get(id));
    }

    /** So many behind the id, in order. */
    synchronized List<Entry> behind(String id, int limit) {
        return entries.tailMap(id, false).values().stream().limit(limit).toList();
    }

    /** So many behind the id that were prepared before this time, in order. */
    synchronized List<Entry> preparedBefore(long ms, String id, int limit) {
        return entries.tailMap(id, false).values().stream()
                .filter(entry -> entry.isPrepared() && entry.summary().sinceMs() < ms)
                .limit(limit)
                .toList();
    }

    /** Heuristic outcomes whose last record was written before this time. */
    synchronized List<Entry> heuristicStoredBefore(long ms, int limit) {
        return entries.values().stream()
                .filter(entry -> !entry.isPrepared() && entry.storedAtMs() < ms)
                .limit(limit)
                .toList();
    }

    /** Whether nothing is in it, or on its way into it. */
    synchronized boolean isEmpty() {
        return entries.isEmpty() && coming.isEmpty();
    }

    synchronized Collection<Entry> all() {
        return List.copyOf(entries.values());
    }

    /** Byte of the log from which on it is needed; {@link Long#MAX_VALUE} for none. */
    synchronized long oldestNeeded() {
        long oldest = Long.MAX_VALUE;
        for (Entry entry : entries.values()) {
            oldest = Math.min(oldest, Math.min(entry.oldestNeeded(), entry.logOffset()));
        }
        for (Coming one : coming.values()) {
            oldest = Math.min(oldest, one.oldestNeeded());
        }
        return oldest;
    }

    /** First of the records of units that is needed, or else this one. */
    synchronized long firstRecord(long otherwise) {
        long first = otherwise;
        for (Entry entry : entries.values()) {
            first = Math.min(first, entry.queueOffset());
        }
        for (Coming one : coming.values()) {
            first = Math.min(first, one.queueOffset());
        }
        return first;
    }
}
