package io.sluice.broker.lease;

import io.sluice.broker.lease.CursorFact.Began;
import io.sluice.broker.lease.CursorFact.Returned;
import io.sluice.broker.lease.CursorFact.Settled;
import io.sluice.broker.lease.CursorFact.SettledBits;
import io.sluice.broker.lease.OpenEntry.State;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How far one group is with one queue: a low-water mark, what is settled above it, and what is open, that is lent or given
 * back. Everything else above the mark was never lent. Confined to its desk's lock.
 *
 * <p>What is lent together is one object until something happens to a part of it, so that leases cost memory and time by the
 * answer, not by the message.
 *
 * <p>Invariants: {@code low} is not settled; an entry is settled, or open, or never lent, and nothing of two; the offset of
 * an open entry is at least {@code low}.
 */
final class SharedCursor {
    final CursorKey key;
    /** Lends what is free. */
    final CursorLender lender;
    /** Takes in what becomes of leases. */
    final CursorSettler settler;

    private final int openMax;

    private long low;
    private OffsetBits settled;
    /** By their first offset; they do not overlap. */
    private final TreeMap<Long, OpenEntry> open = new TreeMap<>();
    /** How many entries they stand for. */
    private int openCount;
    /** Entries from here on are neither open nor settled. */
    private long untouchedFrom;

    private final TreeSet<OpenEntry> free = new TreeSet<>(OpenEntry.BY_OFFSET);
    private final TreeSet<OpenEntry> timed = new TreeSet<>(OpenEntry.BY_DUE);
    /** How many open entries' keys were not looked at. */
    private int unkeyed;
    /** The low-water mark that others were told last. */
    private long told;
    /** Rises when the cursor is put elsewhere: what was started before is void. */
    private int generation;
    /** Facts that are true already and only wait to be written; who changes the cursor takes them. */
    private final List<CursorFact> news = new ArrayList<>();

    /** @param openMax entries that may be lent or given back at one time */
    SharedCursor(CursorKey key, long low, int openMax) {
        this.key = key;
        this.openMax = openMax;
        this.low = low;
        this.settled = new OffsetBits(low);
        this.told = low;
        this.untouchedFrom = low;
        this.lender = new CursorLender(this);
        this.settler = new CursorSettler(this);
    }

    // ---- what others may know ----

    /** Everything below is settled. */
    long low() {
        return low;
    }

    /** Whether the low-water mark has risen since this was asked last. */
    boolean hasRisen() {
        boolean risen = low > told;
        told = low;
        return risen;
    }

    /** Whether something is with a consumer or waits for its time, so that an ordered reader must wait too. */
    boolean isBusy() {
        return openCount > free.size();
    }

    int generation() {
        return generation;
    }

    int openEntries() {
        return openCount;
    }

    int freeEntries() {
        return free.size();
    }

    /** Whether a consumer has something, or its word on it is on the way into the log. */
    boolean isAnyLent() {
        return open.values().stream()
                .anyMatch(entry -> entry.state == OpenEntry.State.LEASED || entry.state == OpenEntry.State.SETTLING);
    }

    /** When the next lease or delay ends; {@link Long#MAX_VALUE} for never. */
    long nextDueMs() {
        return timed.isEmpty() ? Long.MAX_VALUE : timed.first().dueMs;
    }

    /** Facts for the journal that nobody waits for, in order; the caller takes them over. */
    List<CursorFact> takeNews() {
        if (news.isEmpty()) {
            return List.of();
        }
        List<CursorFact> taken = List.copyOf(news);
        news.clear();
        return taken;
    }

    // ---- entries ----

    boolean isSettled(long offset) {
        return offset < low || settled.has(offset);
    }

    /** Memory that is held for what is settled above the low-water mark, bytes. */
    long settledBytes() {
        return settled.bytesHeld();
    }

    /** The first entry from here on that is not settled. */
    long nextUnsettled(long from) {
        return settled.nextAbsent(from);
    }

    /** Whether the entry was neither lent nor settled since the cursor knows of it; most are not. */
    boolean isUntouched(long offset) {
        return offset >= untouchedFrom || !isSettled(offset) && covering(offset) == null;
    }

    /** What the entry at the offset is open with, perhaps together with others; {@code null} when it is not open. */
    OpenEntry covering(long offset) {
        Map.Entry<Long, OpenEntry> before = open.floorEntry(offset);
        return before != null && before.getValue().end() > offset ? before.getValue() : null;
    }

    /** The open entry at the offset, by itself; {@code null} when there is none. */
    OpenEntry find(long offset) {
        OpenEntry entry = covering(offset);
        return entry == null || entry.count() == 1 ? entry : part(entry, offset, offset + 1);
    }

    /** Of several entries that are open together those in between, by themselves. */
    OpenEntry part(OpenEntry whole, long from, long to) {
        OpenEntry part = from > whole.offset ? split(whole, from) : whole;
        if (to < part.end()) {
            split(part, to);
        }
        return part;
    }

    private OpenEntry split(OpenEntry entry, long at) {
        OpenEntry rest = entry.split(at);
        open.put(at, rest);
        if (rest.isTimed()) {
            timed.add(rest);
        }
        return rest;
    }

    /** The entries one by one. */
    private List<OpenEntry> singles(OpenEntry entry) {
        List<OpenEntry> singles = new ArrayList<>(entry.count());
        OpenEntry rest = entry;
        while (rest.count() > 1) {
            singles.add(rest);
            rest = split(rest, rest.offset + 1);
        }
        singles.add(rest);
        return singles;
    }

    /** What is open within the range, divided at its ends. A view. */
    private NavigableMap<Long, OpenEntry> openWithin(long from, long to) {
        for (long edge : new long[] {from, to}) {
            OpenEntry over = covering(edge);
            if (over != null && over.offset < edge) {
                split(over, edge);
            }
        }
        return open.subMap(from, true, to, false);
    }

    /** Opens an entry that is neither open nor settled. */
    OpenEntry open(long offset) {
        return open(offset, offset + 1);
    }

    /** Opens entries of which none is open or settled. */
    private OpenEntry open(long from, long to) {
        OpenEntry entry = new OpenEntry(from, to);
        open.put(from, entry);
        openCount += entry.count();
        unkeyed += entry.count();
        untouchedFrom = Math.max(untouchedFrom, to);
        return entry;
    }

    /** Open entries whose key was not looked at, for a group that is ordered by key. */
    List<OpenEntry> unkeyed() {
        if (unkeyed == 0) {
            return List.of();
        }
        List.copyOf(open.values()).forEach(this::singles);
        return open.values().stream().filter(entry -> !entry.isKeyKnown).toList();
    }

    /** The key of an open entry is known now. */
    void keyed(OpenEntry entry, KeyLanes lanes, long shardingKey, long number) {
        lanes.opened(entry, shardingKey, number);
        unkeyed--;
    }

    /** The group is not ordered by key any more. */
    void forgetKeys() {
        for (OpenEntry entry : open.values()) {
            entry.isKeyKnown = false;
            entry.lane = null;
        }
        unkeyed = openCount;
    }

    /** How many entries may be opened still. */
    int room() {
        return Math.max(0, openMax - openCount);
    }

    /** The oldest entry that was given back and may be lent now; {@code null} when there is none. */
    OpenEntry firstFree() {
        return free.isEmpty() ? null : free.first();
    }

    OpenEntry nextFree(OpenEntry before) {
        return free.higher(before);
    }

    /** Lends entries that were never lent, one after the other. */
    void lendNew(Gathering to, long from, int count, List<ByteBuffer> slices) {
        OpenEntry entry = open(from, from + count);
        lend(to, entry);
        to.add(key, from, count, slices, entry.attempts);
    }

    /** Lends an open entry. */
    void lend(Gathering to, OpenEntry entry, ByteBuffer slice) {
        lend(to, entry);
        to.add(key, entry.offset, 1, List.of(slice), entry.attempts);
    }

    private void lend(Gathering to, OpenEntry entry) {
        entry.attempts++;
        entry.lentAtMs = to.nowMs;
        entry.leaseId = to.leaseId;
        moveTo(entry, State.LEASED, to.untilMs);
    }

    /** Takes a lease back that never reached a consumer: the delivery does not count. */
    void takeBack(long offset, long leaseId) {
        OpenEntry entry = find(offset);
        if (entry != null && entry.leaseId == leaseId && entry.state == State.LEASED) {
            entry.attempts--;
            moveTo(entry, State.FREE, 0);
        }
    }

    /** No attempt is left for an entry that was given back. */
    void exhaust(OpenEntry entry, long nowMs) {
        moveTo(entry, State.EXHAUSTED, nowMs);
    }

    // ---- time ----

    /**
     * An entry to be buried.
     *
     * @param burials failed tries so far
     */
    record Exhausted(CursorKey key, long offset, int attempts, int burials, int generation, boolean isOver) {
        String reason() {
            return isOver
                    ? "its time to live ended"
                    : "delivered %d times without being acknowledged".formatted(attempts);
        }
    }

    /** Ends leases and delays that are due; answers what has no attempt left. */
    List<Exhausted> passTime(long nowMs, int attemptsMax) {
        List<Exhausted> exhausted = List.of();
        while (!timed.isEmpty() && timed.first().dueMs <= nowMs) {
            OpenEntry entry = timed.first();
            switch (entry.state) {
                case LEASED -> singles(entry).forEach(single -> comeBack(single, nowMs, nowMs, attemptsMax));
                case DELAYED -> moveTo(entry, State.FREE, 0);
                default -> {
                    moveTo(entry, State.BURYING, entry.dueMs);
                    exhausted = exhausted.isEmpty() ? new ArrayList<>() : exhausted;
                    exhausted.add(
                            new Exhausted(key, entry.offset, entry.attempts, entry.burials, generation, entry.isOver));
                }
            }
        }
        return exhausted;
    }

    /** The lease of a single entry ends. */
    void comeBack(OpenEntry entry, long nowMs, long freeAtMs, int attemptsMax) {
        boolean delayed = freeAtMs > nowMs;
        entry.leaseId = 0;
        news.add(new Returned(entry.offset, entry.attempts, delayed ? freeAtMs : 0));
        if (entry.attempts >= attemptsMax) {
            moveTo(entry, State.EXHAUSTED, nowMs);
        } else if (delayed) {
            moveTo(entry, State.DELAYED, freeAtMs);
        } else {
            moveTo(entry, State.FREE, 0);
        }
        if (entry.lane != null) {
            recallBehind(entry);
        }
    }

    /** What was lent together with an entry of the same key that came back comes back too, uncounted: order is kept. */
    private void recallBehind(OpenEntry entry) {
        for (OpenEntry later : entry.lane.open()) {
            if (later.offset > entry.offset && later.state == State.LEASED) {
                later.attempts--;
                later.releasedLeaseId = later.leaseId;
                later.wasRecalled = true;
                later.leaseId = 0;
                moveTo(later, State.FREE, 0);
            }
        }
    }

    /** The one place where an entry changes its state, so that it is in the right sets. */
    void moveTo(OpenEntry entry, State state, long dueMs) {
        if (entry.isTimed()) {
            timed.remove(entry);
        }
        if (entry.state == State.FREE) {
            free.remove(entry);
        }
        if (entry.lane != null) {
            entry.lane.changed(entry.state == State.FREE, state == State.FREE);
        }
        entry.state = state;
        entry.dueMs = dueMs;
        if (entry.isTimed()) {
            timed.add(entry);
        }
        if (state == State.FREE) {
            free.add(entry);
        }
    }

    // ---- the marks ----

    void settleRange(long from, long to) {
        markSettled(from, to);
        news.add(new Settled(from, to));
    }

    void markSettled(long from, long to) {
        dropOpen(from, to);
        settled.addRange(Math.max(from, low), to);
        untouchedFrom = Math.max(untouchedFrom, to);
        long next = settled.nextAbsent(low);
        if (next > low) {
            low = next;
            settled.dropBelow(low);
        }
    }

    /** The entries in the range that are being settled, one by one; those that something else happened to are left out. */
    List<OpenEntry> settling(long from, long to) {
        List<OpenEntry> settling = new ArrayList<>();
        for (OpenEntry entry : List.copyOf(openWithin(from, to).values())) {
            if (entry.settling != null) {
                settling.addAll(singles(entry));
            }
        }
        return settling;
    }

    private void dropOpen(long from, long to) {
        if (!open.isEmpty()) {
            Map<Long, OpenEntry> dropped = openWithin(from, to);
            dropped.values().forEach(this::drop);
            dropped.clear();
        }
    }

    private void drop(OpenEntry entry) {
        if (entry.isTimed()) {
            timed.remove(entry);
        }
        if (entry.state == State.FREE) {
            free.remove(entry);
        }
        openCount -= entry.count();
        unkeyed -= entry.isKeyKnown ? 0 : entry.count();
        if (entry.lane != null) {
            entry.lane.closed(entry);
        }
    }

    /** What the queue does not hold any more counts as settled. */
    void raiseTo(long min) {
        if (min > low) {
            markSettled(low, min);
        }
    }

    /** Puts the cursor elsewhere: everything below is settled, nothing above, and every lease is void. */
    void begin(long at) {
        low = at;
        told = at;
        settled = new OffsetBits(at);
        untouchedFrom = at;
        open.clear();
        openCount = 0;
        unkeyed = 0;
        free.clear();
        timed.clear();
        news.clear();
        generation++;
    }

    // ---- the fold ----

    /** Takes in a fact from the journal. */
    void restore(CursorFact fact, long nowMs, int attemptsMax) {
        if (fact instanceof Began began) {
            begin(began.at());
        } else if (fact instanceof Settled range) {
            if (range.to() > low) {
                markSettled(Math.max(low, range.from()), range.to());
            }
        } else if (fact instanceof SettledBits bits) {
            settled.addBits(bits.from(), bits.words());
            untouchedFrom = Math.max(untouchedFrom, bits.from() + OffsetBits.SEGMENT_OFFSETS);
            open.values().removeIf(entry -> {
                if (settled.has(entry.offset)) {
                    drop(entry);
                    return true;
                }
                return false;
            });
            markSettled(low, low);
        } else if (fact instanceof Returned back && !isSettled(back.offset())) {
            OpenEntry known = find(back.offset());
            OpenEntry entry = known != null ? known : open(back.offset());
            entry.attempts = Math.max(entry.attempts, back.attempts());
            comeBack(entry, nowMs, back.freeAtMs(), attemptsMax);
            news.clear();
        }
    }

    /**
     * Takes back what is said of entries that the queue does not have, because the log lost its end with the power.
     *
     * @return whether there was any
     */
    boolean cutAt(long end) {
        boolean has = low > end
                || settled.nextPresent(Math.max(low, end)) != Long.MAX_VALUE
                || !open.tailMap(end, true).isEmpty();
        if (!has) {
            return false;
        }
        List<CursorFact> kept = new ArrayList<>();
        settled.forEachFact(low, kept::add);
        long newLow = Math.min(low, end);
        List<OpenEntry> keptOpen =
                open.values().stream().filter(entry -> entry.offset < end).toList();
        begin(newLow);
        for (OpenEntry entry : keptOpen) {
            OpenEntry again = open(entry.offset);
            again.attempts = entry.attempts;
            moveTo(again, entry.state, entry.dueMs);
        }
        kept.forEach(fact -> restoreBelow(fact, end));
        return true;
    }

    private void restoreBelow(CursorFact fact, long end) {
        if (fact instanceof Settled range && range.from() < end) {
            markSettled(range.from(), Math.min(range.to(), end));
        } else if (fact instanceof SettledBits bits) {
            OffsetBits segment = new OffsetBits(bits.from());
            segment.addBits(bits.from(), bits.words());
            for (long at = segment.nextPresent(bits.from()); at < end; at = segment.nextPresent(at + 1)) {
                markSettled(at, at + 1);
            }
        }
    }

    /** Everything that must be known to go on after a restart; leases in force count as never given. */
    List<CursorFact> facts() {
        List<CursorFact> facts = new ArrayList<>();
        facts.add(new Began(low));
        settled.forEachFact(low, facts::add);
        open.values().forEach(entry -> {
            boolean isBack =
                    entry.state == State.FREE || entry.state == State.DELAYED || entry.state == State.EXHAUSTED;
            int attempts = isBack ? entry.attempts : entry.attempts - 1;
            for (long offset = entry.offset; attempts > 0 && offset < entry.end(); offset++) {
                facts.add(new Returned(offset, attempts, entry.state == State.DELAYED ? entry.dueMs : 0));
            }
        });
        return facts;
    }
}
