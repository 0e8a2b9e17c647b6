package io.sluice.broker.lease;

import io.sluice.broker.lease.CursorFact.Began;
import io.sluice.broker.lease.CursorFact.Returned;
import io.sluice.broker.lease.CursorFact.Settled;
import io.sluice.broker.lease.CursorFact.SettledBits;
import io.sluice.broker.lease.OpenEntry.State;
import io.sluice.port.OffsetRange;
import io.sluice.store.QueueRead;
import io.sluice.store.queue.EntryFilter;
import io.sluice.wire.message.MessageView;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongPredicate;

/**
 * How far one group is with one queue: a low-water mark, what is settled above it, and what is open, that is lent or given
 * back. Everything else above the mark was never lent. Confined to its desk's lock.
 *
 * <p>Invariants: {@code low} is not settled; an entry is settled, or open, or never lent, and nothing of two; the offset of
 * an open entry is at least {@code low}.
 */
final class SharedCursor {
    /** Entries between the low-water mark and the newest ever lent: bounds the memory for settled ones to 16 MiB. */
    static final long SPAN_MAX = 1L << 27;

    /** Pairs of filters whose progress is remembered; the one unused longest starts over. */
    static final int VIEWS_MAX = 256;

    /** Entries looked at between two looks at the bounds. */
    private static final int CHUNK_ENTRIES = 800;

    final CursorKey key;
    private final String topic;
    private final int openMax;

    private long low;
    private OffsetBits settled;
    private final Map<Long, OpenEntry> open = new HashMap<>();
    private final TreeSet<OpenEntry> free = new TreeSet<>(OpenEntry.BY_OFFSET);
    private final TreeSet<OpenEntry> timed = new TreeSet<>(OpenEntry.BY_DUE);
    private final Map<FilterPair, FilterView> views = new LinkedHashMap<>(2, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<FilterPair, FilterView> eldest) {
            return size() > VIEWS_MAX;
        }
    };
    /** The low-water mark that others were told last. */
    private long told;
    /** End of the queue when it was looked at last. */
    private long seenEnd;
    /** Rises when the cursor is put elsewhere: what was started before is void. */
    private int generation;
    /** Entries below were brought to memory, however old. */
    private long warmTo;
    /** Facts that are true already and only wait to be written; who changes the cursor takes them. */
    private final List<CursorFact> news = new ArrayList<>();

    /** @param openMax entries that may be lent or given back at one time */
    SharedCursor(CursorKey key, long low, int openMax) {
        this.key = key;
        this.topic = key.topic().value();
        this.openMax = openMax;
        this.low = low;
        this.settled = new OffsetBits(low);
        this.told = low;
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

    /** Whether the queue has grown since it was looked at last. */
    boolean hasGrown(LeaseLog log) {
        return log.range(topic, key.queueId()).max() > seenEnd;
    }

    /** Whether something is with a consumer or waits for its time, so that an ordered reader must wait too. */
    boolean isBusy() {
        return open.size() > free.size();
    }

    int generation() {
        return generation;
    }

    int openEntries() {
        return open.size();
    }

    int freeEntries() {
        return free.size();
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

    // ---- lending ----

    /** Lends what is free and matches, oldest first. */
    void lend(Gathering to, LeaseLog log) {
        OffsetRange range = log.range(topic, key.queueId());
        seenEnd = range.max();
        raiseTo(range.min());
        FilterView view = viewOf(to.filters);
        OpenEntry back = free.isEmpty() ? null : free.first();
        while (to.wantsMore()) {
            long stop = back == null ? range.max() : Math.min(back.offset, range.max());
            lendNeverLent(to, log, view, stop);
            if (back == null || to.incomplete) {
                return;
            }
            OpenEntry after = free.higher(back);
            if (to.wantsMore() && !view.hasRejected(back.offset)) {
                lendAgain(to, log, view, back);
            }
            back = after;
        }
    }

    private FilterView viewOf(FilterPair filters) {
        FilterView view = views.get(filters);
        if (view == null) {
            view = new FilterView(low);
            views.put(filters, view);
        }
        view.dropBelow(low);
        return view;
    }

    private void lendNeverLent(Gathering to, LeaseLog log, FilterView view, long stop) {
        while (to.wantsMore()) {
            view.moveTo(settled.nextAbsent(view.position()));
            long from = view.position();
            if (from >= stop) {
                return;
            }
            if (open.size() >= openMax || from - low >= SPAN_MAX) {
                to.withheld = true;
                return;
            }
            if (!mayLookAt(to, log, from)) {
                return;
            }
            NeverLent look = new NeverLent(to, Math.min(stop, from + CHUNK_ENTRIES));
            QueueRead read = log.read(
                    topic,
                    key.queueId(),
                    from,
                    look,
                    Math.min(to.messagesLeft(), openMax - open.size()),
                    to.bytesLeft());
            boolean goesOn = look.take(read, from, view);
            look.settleOutsiders();
            if (!goesOn) {
                return;
            }
        }
    }

    /** Looks at entries that were never lent, and notes those that the group's filter rejects. */
    private final class NeverLent implements EntryFilter {
        private final Gathering to;
        private final long limit;
        private final List<Long> outsiders = new ArrayList<>();
        private long firstNotLookedAt = Long.MAX_VALUE;

        NeverLent(Gathering to, long limit) {
            this.to = to;
            this.limit = limit;
        }

        @Override
        public boolean acceptsEntry(long offset, long tagHash) {
            if (offset >= limit) {
                firstNotLookedAt = Math.min(firstNotLookedAt, offset);
                return false;
            }
            to.looked();
            if (settled.has(offset) || open.containsKey(offset)) {
                return false;
            }
            if (!to.filters.group().mayMatchTagHash(tagHash)) {
                outsiders.add(offset);
                return false;
            }
            return to.filters.own().mayMatchTagHash(tagHash);
        }

        @Override
        public boolean acceptsRecord(long offset, ByteBuffer record) {
            MessageView message = MessageView.of(record);
            if (!to.filters.group().matches(message)) {
                outsiders.add(offset);
                return false;
            }
            return to.filters.own().matches(message);
        }

        /** Lends what was read; answers whether there may be more behind it. */
        boolean take(QueueRead read, long from, FilterView view) {
            switch (read.status()) {
                case FOUND:
                    lendAll(read);
                    break;
                case NONE_MATCHED, REMOVED, OFFSET_TOO_SMALL:
                    read.close();
                    break;
                case REBUILDING:
                    read.close();
                    to.retrySoon = true;
                    return false;
                default:
                    read.close();
                    return false;
            }
            long next = Math.min(read.nextOffset(), firstNotLookedAt);
            view.moveTo(next);
            return next > from;
        }

        private void lendAll(QueueRead read) {
            to.keep(read.hold());
            for (int i = 0; i < read.slices().size(); i++) {
                OpenEntry entry = new OpenEntry(read.queueOffsets()[i]);
                open.put(entry.offset, entry);
                lendTo(to, entry, read.slices().get(i));
            }
        }

        private void settleOutsiders() {
            for (int i = 0; i < outsiders.size(); ) {
                long start = outsiders.get(i);
                long end = start;
                while (i < outsiders.size() && outsiders.get(i) == end) {
                    end++;
                    i++;
                }
                settleRange(start, end);
            }
        }
    }

    private boolean mayLookAt(Gathering to, LeaseLog log, long offset) {
        if (!to.mayLookFurther()) {
            to.incomplete = true;
            return false;
        }
        if (offset >= warmTo && log.isCold(topic, key.queueId(), offset)) {
            to.metCold(this, offset);
            return false;
        }
        return true;
    }

    private void lendAgain(Gathering to, LeaseLog log, FilterView view, OpenEntry back) {
        if (back.attempts >= to.attemptsMax) {
            moveTo(back, State.EXHAUSTED, to.nowMs);
            return;
        }
        if (!mayLookAt(to, log, back.offset)) {
            return;
        }
        Back look = new Back(to, back.offset);
        QueueRead read = log.read(topic, key.queueId(), back.offset, look, 1, to.bytesLeft());
        if (read.status() == QueueRead.Status.FOUND) {
            to.keep(read.hold());
            lendTo(to, back, read.slices().get(0));
            return;
        }
        read.close();
        if (look.verdict == Verdict.NOT_OWN) {
            view.reject(back.offset);
        } else if (look.verdict == Verdict.OUTSIDER || read.status() != QueueRead.Status.REBUILDING) {
            // Either the group does not want it any more, or the message is gone.
            settleRange(back.offset, back.offset + 1);
        } else {
            to.retrySoon = true;
        }
    }

    /** What the filters say of one entry. */
    private enum Verdict {
        NOT_FOUND,
        OUTSIDER,
        NOT_OWN,
        WANTED
    }

    /** Looks at one entry that was given back. */
    private static final class Back implements EntryFilter {
        private final Gathering to;
        private final long wanted;
        private Verdict verdict = Verdict.NOT_FOUND;

        Back(Gathering to, long wanted) {
            this.to = to;
            this.wanted = wanted;
        }

        @Override
        public boolean acceptsEntry(long offset, long tagHash) {
            if (offset != wanted) {
                return false;
            }
            to.looked();
            verdict = !to.filters.group().mayMatchTagHash(tagHash)
                    ? Verdict.OUTSIDER
                    : to.filters.own().mayMatchTagHash(tagHash) ? Verdict.NOT_FOUND : Verdict.NOT_OWN;
            return verdict == Verdict.NOT_FOUND;
        }

        @Override
        public boolean acceptsRecord(long offset, ByteBuffer record) {
            MessageView message = MessageView.of(record);
            verdict = !to.filters.group().matches(message)
                    ? Verdict.OUTSIDER
                    : to.filters.own().matches(message) ? Verdict.WANTED : Verdict.NOT_OWN;
            return verdict == Verdict.WANTED;
        }
    }

    private void lendTo(Gathering to, OpenEntry entry, ByteBuffer slice) {
        entry.attempts++;
        entry.lentAtMs = to.nowMs;
        entry.leaseId = to.leaseIds.getAsLong();
        moveTo(entry, State.LEASED, to.untilMs);
        to.add(new Gathering.Lent(key, entry.offset, slice, entry.attempts, entry.leaseId));
    }

    /** Takes a lease back that never reached a consumer: the delivery does not count. */
    void takeBack(long offset, long leaseId) {
        OpenEntry entry = open.get(offset);
        if (entry != null && entry.leaseId == leaseId && entry.state == State.LEASED) {
            entry.attempts--;
            moveTo(entry, State.FREE, 0);
        }
    }

    /** Entries from here up to but without {@code to} are in memory now, however old. */
    void warmed(long to) {
        warmTo = Math.max(warmTo, to);
    }

    // ---- settling ----

    /** What became of a settlement, as far as the cursor knows. */
    enum Answer {
        /** In force already. */
        ALREADY,
        /** Begun now or before, by whoever: it is in force when the entry's {@code settling} completes. */
        STARTED,
        /** Done now. */
        DONE,
        /** The lease had ended. */
        OVER
    }

    /**
     * Begins to settle.
     *
     * @param settling completes when the settlement is in force
     * @param isSame   whether the entry's message is still the one that was lent; asked when the lease is not known
     */
    Answer acknowledge(Claim claim, long nowMs, CompletableFuture<Void> settling, LongPredicate isSame) {
        return begin(State.SETTLING, claim, nowMs, settling, isSame);
    }

    /** Begins to bury, see {@link #acknowledge}. */
    Answer reject(Claim claim, long nowMs, CompletableFuture<Void> settling, LongPredicate isSame) {
        return begin(State.BURYING, claim, nowMs, settling, isSame);
    }

    private Answer begin(State state, Claim claim, long nowMs, CompletableFuture<Void> settling, LongPredicate isSame) {
        if (isSettled(claim.offset())) {
            return Answer.ALREADY;
        }
        OpenEntry known = open.get(claim.offset());
        if (known != null && known.settling != null) {
            return Answer.STARTED;
        }
        OpenEntry entry = heldBy(claim, nowMs, isSame);
        if (entry == null) {
            return Answer.OVER;
        }
        entry.settling = settling;
        moveTo(entry, state, entry.dueMs);
        return Answer.STARTED;
    }

    /** What an entry that is being settled waits for. */
    CompletableFuture<Void> settling(long offset) {
        return open.get(offset).settling;
    }

    /** @param leaseId of the lease from now on; the claim's own to keep its receipt good */
    Answer extend(Claim claim, long nowMs, long untilMs, long leaseId, LongPredicate isSame) {
        OpenEntry entry = isSettled(claim.offset()) ? null : heldBy(claim, nowMs, isSame);
        if (entry == null) {
            return Answer.OVER;
        }
        entry.leaseId = leaseId;
        moveTo(entry, State.LEASED, untilMs);
        return Answer.DONE;
    }

    /** @param freeAtMs not before the present: at once */
    Answer release(Claim claim, long nowMs, long freeAtMs, int attemptsMax, LongPredicate isSame) {
        if (isSettled(claim.offset())) {
            return Answer.OVER;
        }
        OpenEntry known = open.get(claim.offset());
        if (known != null && known.releasedLeaseId == claim.leaseId()) {
            return Answer.ALREADY;
        }
        OpenEntry entry = heldBy(claim, nowMs, isSame);
        if (entry == null) {
            return Answer.OVER;
        }
        entry.releasedLeaseId = claim.leaseId();
        comeBack(entry, nowMs, freeAtMs, attemptsMax);
        return Answer.DONE;
    }

    boolean isSettled(long offset) {
        return offset < low || settled.has(offset);
    }

    /**
     * The entry when the claim's lease is in force. A lease that the cursor does not know was given before the broker was
     * started last; it is in force until its end unless the entry was lent since.
     */
    private OpenEntry heldBy(Claim claim, long nowMs, LongPredicate isSame) {
        OpenEntry entry = open.get(claim.offset());
        if (entry != null && entry.state == State.LEASED && entry.leaseId == claim.leaseId()) {
            return entry.dueMs <= nowMs ? null : entry;
        }
        boolean isLentSince = entry != null
                && (claim.isOlderThan(entry) || entry.state != State.FREE && entry.state != State.DELAYED);
        if (isLentSince || claim.untilMs() <= nowMs || !isSame.test(claim.offset())) {
            return null;
        }
        if (entry == null) {
            entry = new OpenEntry(claim.offset());
            open.put(claim.offset(), entry);
        }
        entry.attempts = claim.attemptOf(entry);
        entry.lentAtMs = claim.lentAtMs();
        entry.leaseId = claim.leaseId();
        moveTo(entry, State.LEASED, claim.untilMs());
        return entry;
    }

    /** Deliveries of an entry that is open. */
    int attempts(long offset) {
        return open.get(offset).attempts;
    }

    /** Whether this very settlement of the entry is on its way. */
    boolean isSettling(long offset, CompletableFuture<Void> settling) {
        OpenEntry entry = open.get(offset);
        return entry != null && entry.settling == settling;
    }

    /** The release of an entry that was settled together with others is in the log. */
    void released(Claim claim, long nowMs, long freeAtMs, int attemptsMax) {
        OpenEntry entry = open.get(claim.offset());
        entry.settling = null;
        entry.releasedLeaseId = claim.leaseId();
        comeBack(entry, nowMs, freeAtMs, attemptsMax);
    }

    /** The settlement of this entry is in the log. */
    void settled(long offset) {
        if (!isSettled(offset)) {
            markSettled(offset, offset + 1);
        }
    }

    /** The settlement could not be written: the lease goes on. */
    void notSettled(long offset, long nowMs, int attemptsMax) {
        OpenEntry entry = open.get(offset);
        if (entry == null || entry.settling == null) {
            return;
        }
        entry.settling = null;
        moveTo(entry, State.LEASED, entry.dueMs);
        if (entry.dueMs <= nowMs) {
            comeBack(entry, nowMs, nowMs, attemptsMax);
        }
    }

    /** The dead letter of an entry without attempts could not be stored: once more later. */
    void notBuried(long offset, long againAtMs) {
        OpenEntry entry = open.get(offset);
        if (entry != null) {
            entry.burials++;
            moveTo(entry, State.EXHAUSTED, againAtMs);
        }
    }

    // ---- time ----

    /**
     * An entry to be buried.
     *
     * @param burials failed tries so far
     */
    record Exhausted(CursorKey key, long offset, int attempts, int burials, int generation) {}

    /** Ends leases and delays that are due; answers what has no attempt left. */
    List<Exhausted> passTime(long nowMs, int attemptsMax) {
        List<Exhausted> exhausted = List.of();
        while (!timed.isEmpty() && timed.first().dueMs <= nowMs) {
            OpenEntry entry = timed.first();
            switch (entry.state) {
                case LEASED -> comeBack(entry, nowMs, nowMs, attemptsMax);
                case DELAYED -> moveTo(entry, State.FREE, 0);
                default -> {
                    moveTo(entry, State.BURYING, entry.dueMs);
                    exhausted = exhausted.isEmpty() ? new ArrayList<>() : exhausted;
                    exhausted.add(new Exhausted(key, entry.offset, entry.attempts, entry.burials, generation));
                }
            }
        }
        return exhausted;
    }

    private void comeBack(OpenEntry entry, long nowMs, long freeAtMs, int attemptsMax) {
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
    }

    /** The one place where an entry changes its state, so that it is in the right sets. */
    private void moveTo(OpenEntry entry, State state, long dueMs) {
        if (entry.isTimed()) {
            timed.remove(entry);
        }
        if (entry.state == State.FREE) {
            free.remove(entry);
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

    private void settleRange(long from, long to) {
        markSettled(from, to);
        news.add(new Settled(from, to));
    }

    private void markSettled(long from, long to) {
        dropOpen(from, to);
        settled.addRange(Math.max(from, low), to);
        long next = settled.nextAbsent(low);
        if (next > low) {
            low = next;
            settled.dropBelow(low);
        }
    }

    private void dropOpen(long from, long to) {
        if (to - from < open.size()) {
            for (long offset = from; offset < to; offset++) {
                drop(open.remove(offset));
            }
        } else if (!open.isEmpty()) {
            open.values().removeIf(entry -> {
                boolean goes = entry.offset >= from && entry.offset < to;
                if (goes) {
                    drop(entry);
                }
                return goes;
            });
        }
    }

    private void drop(OpenEntry entry) {
        if (entry != null) {
            timed.remove(entry);
            free.remove(entry);
        }
    }

    /** What the queue does not hold any more counts as settled. */
    private void raiseTo(long min) {
        if (min > low) {
            markSettled(low, min);
        }
    }

    /** Puts the cursor elsewhere: everything below is settled, nothing above, and every lease is void. */
    void begin(long at) {
        low = at;
        told = at;
        seenEnd = 0;
        settled = new OffsetBits(at);
        open.clear();
        free.clear();
        timed.clear();
        views.clear();
        news.clear();
        warmTo = 0;
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
            open.values().removeIf(entry -> {
                if (settled.has(entry.offset)) {
                    drop(entry);
                    return true;
                }
                return false;
            });
            markSettled(low, low);
        } else if (fact instanceof Returned back && !isSettled(back.offset())) {
            OpenEntry entry = open.computeIfAbsent(back.offset(), OpenEntry::new);
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
                || open.keySet().stream().anyMatch(offset -> offset >= end);
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
            OpenEntry again = new OpenEntry(entry.offset);
            again.attempts = entry.attempts;
            open.put(entry.offset, again);
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
        open.values().stream().sorted(OpenEntry.BY_OFFSET).forEach(entry -> {
            boolean isBack =
                    entry.state == State.FREE || entry.state == State.DELAYED || entry.state == State.EXHAUSTED;
            int attempts = isBack ? entry.attempts : entry.attempts - 1;
            if (attempts > 0) {
                facts.add(new Returned(entry.offset, attempts, entry.state == State.DELAYED ? entry.dueMs : 0));
            }
        });
        return facts;
    }
}
