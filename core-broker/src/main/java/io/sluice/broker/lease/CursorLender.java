package io.sluice.broker.lease;

import io.sluice.port.OffsetRange;
import io.sluice.store.QueueRead;
import io.sluice.store.queue.EntryFilter;
import io.sluice.wire.message.MessageView;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds what of one cursor can be lent, oldest first, and remembers for each pair of filters how far it has looked. Confined
 * to its desk's lock.
 */
final class CursorLender {
    /** Entries between the low-water mark and the newest ever lent: bounds the memory for settled ones to 16 MiB. */
    static final long SPAN_MAX = 1L << 27;

    /** Pairs of filters whose progress is remembered; the one unused longest starts over. */
    static final int VIEWS_MAX = 256;

    /** Entries looked at between two looks at the bounds. */
    private static final int CHUNK_ENTRIES = 800;

    private final SharedCursor cursor;
    private final String topic;
    private final Map<FilterPair, FilterView> views = new LinkedHashMap<>(2, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<FilterPair, FilterView> eldest) {
            return size() > VIEWS_MAX;
        }
    };
    /** End of the queue when it was looked at last. */
    private long seenEnd;
    /** Entries below were brought to memory, however old. */
    private long warmTo;
    /** The cursor's when it was looked at last. */
    private int generation;

    /** What is known of keys; {@code null} while the group is not ordered by key. */
    private KeyLanes lanes;

    CursorLender(SharedCursor cursor) {
        this.cursor = cursor;
        this.topic = cursor.key.topic().value();
    }

    /** Whether the queue has grown since it was looked at last. */
    boolean hasGrown(LeaseLog log) {
        return generation != cursor.generation()
                || log.range(topic, cursor.key.queueId()).max() > seenEnd;
    }

    /** What was seen of a cursor that was put elsewhere since says nothing. */
    private void startOverIfMoved() {
        if (generation != cursor.generation()) {
            generation = cursor.generation();
            views.clear();
            warmTo = 0;
            lanes = lanes == null ? null : new KeyLanes(cursor.low());
        }
    }

    /** The group is ordered by key from now on, or not any more: then what was passed over is looked at again. */
    private void orderBy(boolean byKey) {
        if (byKey && lanes == null) {
            lanes = new KeyLanes(cursor.low());
        } else if (!byKey && lanes != null) {
            lanes = null;
            cursor.forgetKeys();
            views.clear();
        }
    }

    /** Lends what is free and matches, oldest first. */
    void lend(Gathering to, LeaseLog log) {
        OffsetRange range = log.range(topic, cursor.key.queueId());
        startOverIfMoved();
        seenEnd = range.max();
        cursor.raiseTo(range.min());
        orderBy(to.byKey);
        FilterView view = viewOf(to.filters);
        if (lanes == null) {
            lendInTurn(to, log, view, range.max());
        } else {
            lanes.dropBelow(cursor.low());
            new KeyedLending(cursor, lanes, this, to, log, view).lend(range.max());
            to.blocked |= !lanes.isEmpty();
        }
    }

    private void lendInTurn(Gathering to, LeaseLog log, FilterView view, long end) {
        OpenEntry back = cursor.firstFree();
        while (to.wantsMore()) {
            long stop = back == null ? end : Math.min(back.offset, end);
            lendNeverLent(to, log, view, stop);
            if (back == null || to.incomplete) {
                return;
            }
            OpenEntry after = cursor.nextFree(back);
            if (to.wantsMore() && !view.hasRejected(back.offset)) {
                lendAgain(to, log, view, back);
            }
            back = after;
        }
    }

    private FilterView viewOf(FilterPair filters) {
        FilterView view = views.get(filters);
        if (view == null) {
            view = new FilterView(cursor.low());
            views.put(filters, view);
        }
        view.dropBelow(cursor.low());
        return view;
    }

    /** Lends of what was never lent, up to but without {@code stop}. */
    void lendNeverLent(Gathering to, LeaseLog log, FilterView view, long stop) {
        while (to.wantsMore()) {
            view.moveTo(cursor.nextUnsettled(view.position()));
            long from = view.position();
            if (from >= stop) {
                return;
            }
            if (cursor.room() == 0 || from - cursor.low() >= SPAN_MAX) {
                to.withheld = true;
                return;
            }
            if (!mayLookAt(to, log, from)) {
                return;
            }
            NeverLent look = new NeverLent(to, view, Math.min(stop, from + CHUNK_ENTRIES));
            QueueRead read = log.readRuns(
                    topic,
                    cursor.key.queueId(),
                    from,
                    look,
                    Math.min(to.messagesLeft(), cursor.room()),
                    to.bytesLeft());
            boolean goesOn = look.take(read, from);
            look.settleOutsiders();
            look.expired.forEach(offset -> expire(to, offset));
            if (!goesOn) {
                return;
            }
        }
    }

    /** Looks at entries that were never lent, and notes those that nobody of the group is to have. */
    private final class NeverLent implements EntryFilter {
        private final Gathering to;
        private final FilterView view;
        private long limit;
        private final List<Long> outsiders = new ArrayList<>();
        /** Those that are over and become dead letters. */
        private final List<Long> expired = new ArrayList<>();
        /** Keys of the entries that were accepted, in their order, when the group is ordered by key. */
        private final List<Long> keys = new ArrayList<>();
        /** Whether nothing can be said against a message but by its entry. */
        private final boolean takesAll;

        private long firstNotLookedAt = Long.MAX_VALUE;

        NeverLent(Gathering to, FilterView view, long limit) {
            this.to = to;
            this.view = view;
            this.limit = limit;
            this.takesAll = to.filters.isForAll() && !to.expiry.isPossible() && lanes == null;
        }

        @Override
        public boolean looksAtRecords() {
            return !takesAll;
        }

        @Override
        public boolean acceptsEntry(long offset, long tagHash) {
            if (offset >= limit) {
                firstNotLookedAt = Math.min(firstNotLookedAt, offset);
                return false;
            }
            to.looked();
            if (!cursor.isUntouched(offset) || lanes != null && lanes.hasPassed(offset)) {
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
            if (to.isOver(message)) {
                (to.expiry.deadLetters() ? expired : outsiders).add(offset);
                return false;
            }
            return to.filters.own().matches(message) && (lanes == null || isInTurn(offset, message));
        }

        private boolean isInTurn(long offset, MessageView message) {
            long key = ShardingKey.of(message.propertiesBytes());
            if (key != ShardingKey.NONE && !lanes.admits(key, offset, to.number, view)) {
                if (!lanes.pass(key, offset)) {
                    limit = offset;
                    firstNotLookedAt = Math.min(firstNotLookedAt, offset);
                }
                return false;
            }
            if (offset >= limit) {
                return false;
            }
            keys.add(key);
            return true;
        }

        /** Lends what was read; answers whether there may be more behind it. */
        boolean take(QueueRead read, long from) {
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
            int taken = 0;
            for (int i = 0; i < read.slices().size(); ) {
                if (lanes == null) {
                    i = lendRun(read, i);
                } else {
                    taken += lendEach(read.slices().get(i), read.queueOffsets()[i], taken);
                    i++;
                }
            }
        }

        /** Lends the slices from this one on that follow each other in the queue; answers where the next ones begin. */
        private int lendRun(QueueRead read, int first) {
            long from = read.queueOffsets()[first];
            long end = from;
            int i = first;
            while (i < read.slices().size() && read.queueOffsets()[i] == end) {
                end += recordsIn(read.slices().get(i));
                i++;
            }
            cursor.lendNew(to, from, (int) (end - from), read.slices().subList(first, i));
            return i;
        }

        private int lendEach(ByteBuffer slice, long first, int firstKey) {
            int count = 0;
            for (int at = slice.position(); at < slice.limit(); count++) {
                int bytes = Gathering.recordBytes(slice, at);
                OpenEntry entry = cursor.open(first + count);
                cursor.keyed(entry, lanes, keys.get(firstKey + count), to.number);
                cursor.lend(to, entry, slice.slice(at, bytes));
                at += bytes;
            }
            return count;
        }

        private void settleOutsiders() {
            for (int i = 0; i < outsiders.size(); ) {
                long start = outsiders.get(i);
                long end = start;
                while (i < outsiders.size() && outsiders.get(i) == end) {
                    end++;
                    i++;
                }
                cursor.settleRange(start, end);
            }
        }
    }

    private static int recordsIn(ByteBuffer slice) {
        int count = 0;
        for (int at = slice.position(); at < slice.limit(); at += Gathering.recordBytes(slice, at)) {
            count++;
        }
        return count;
    }

    /** Whether the entry may be looked at now; if not the try is incomplete. */
    boolean mayLookAt(Gathering to, LeaseLog log, long offset) {
        if (!to.mayLookFurther()) {
            to.incomplete = true;
            return false;
        }
        if (offset >= warmTo && log.isCold(topic, cursor.key.queueId(), offset)) {
            to.metCold(cursor, offset);
            return false;
        }
        return true;
    }

    /** What became of an entry that was looked at by itself. */
    enum Looked {
        LENT,
        /** The request does not want it. */
        NOT_WANTED,
        /** Settled now, because the group does not want it or its message is gone. */
        SETTLED,
        /** It cannot be told now, or no attempt is left. */
        STUCK
    }

    /** Lends an entry that was given back. */
    Looked lendAgain(Gathering to, LeaseLog log, FilterView view, OpenEntry back) {
        if (back.attempts >= to.attemptsMax) {
            cursor.exhaust(back, to.nowMs);
            return Looked.STUCK;
        }
        return lendOne(to, log, view, back.offset, back);
    }

    /** @param back {@code null} when the entry was never lent */
    Looked lendOne(Gathering to, LeaseLog log, FilterView view, long offset, OpenEntry back) {
        if (!mayLookAt(to, log, offset)) {
            return Looked.STUCK;
        }
        OneEntry look = new OneEntry(to, offset);
        QueueRead read = log.read(topic, cursor.key.queueId(), offset, look, 1, to.bytesLeft());
        if (read.status() == QueueRead.Status.FOUND) {
            to.keep(read.hold());
            OpenEntry entry = back;
            if (entry == null) {
                entry = cursor.open(offset);
                cursor.keyed(entry, lanes, look.key, to.number);
            }
            cursor.lend(to, entry, read.slices().get(0));
            return Looked.LENT;
        }
        read.close();
        if (look.verdict == Verdict.NOT_OWN) {
            view.reject(offset);
            return Looked.NOT_WANTED;
        }
        if (look.verdict == Verdict.OVER) {
            expire(to, offset);
            return cursor.isSettled(offset) ? Looked.SETTLED : Looked.STUCK;
        }
        if (look.verdict == Verdict.OUTSIDER || read.status() != QueueRead.Status.REBUILDING) {
            // Either the group does not want it any more, or the message is gone.
            cursor.settleRange(offset, offset + 1);
            return Looked.SETTLED;
        }
        to.retrySoon = true;
        return Looked.STUCK;
    }

    /** An entry that is over: settled, or on its way to the dead letters. */
    private void expire(Gathering to, long offset) {
        if (!to.expiry.deadLetters()) {
            cursor.settleRange(offset, offset + 1);
            return;
        }
        OpenEntry known = cursor.find(offset);
        OpenEntry entry = known != null ? known : cursor.open(offset);
        entry.isOver = true;
        cursor.exhaust(entry, to.nowMs);
    }

    /** The key of one entry's message, 0 without one or without a message; {@code null} when it cannot be told now. */
    Long keyAt(Gathering to, LeaseLog log, long offset) {
        if (!mayLookAt(to, log, offset)) {
            return null;
        }
        KeyOf look = new KeyOf(to, offset);
        try (QueueRead read = log.read(topic, cursor.key.queueId(), offset, look, 1, Integer.MAX_VALUE)) {
            if (read.status() == QueueRead.Status.REBUILDING) {
                to.retrySoon = true;
                return null;
            }
        }
        return look.key;
    }

    /** Looks at the key of one entry. */
    private static final class KeyOf implements EntryFilter {
        private final Gathering to;
        private final long wanted;
        private long key = ShardingKey.NONE;

        KeyOf(Gathering to, long wanted) {
            this.to = to;
            this.wanted = wanted;
        }

        @Override
        public boolean acceptsEntry(long offset, long tagHash) {
            if (offset == wanted) {
                to.looked();
            }
            return offset == wanted;
        }

        @Override
        public boolean acceptsRecord(long offset, ByteBuffer record) {
            key = ShardingKey.of(MessageView.of(record).propertiesBytes());
            return true;
        }
    }

    /** What the filters say of one entry. */
    private enum Verdict {
        NOT_FOUND,
        OUTSIDER,
        OVER,
        NOT_OWN,
        WANTED
    }

    /** Looks at one entry by itself. */
    private static final class OneEntry implements EntryFilter {
        private final Gathering to;
        private final long wanted;
        private Verdict verdict = Verdict.NOT_FOUND;
        private long key = ShardingKey.NONE;

        OneEntry(Gathering to, long wanted) {
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
                    : to.isOver(message)
                            ? Verdict.OVER
                            : to.filters.own().matches(message) ? Verdict.WANTED : Verdict.NOT_OWN;
            key = to.byKey ? ShardingKey.of(message.propertiesBytes()) : ShardingKey.NONE;
            return verdict == Verdict.WANTED;
        }
    }

    /** Entries from here up to but without {@code to} are in memory now, however old. */
    void warmed(long to) {
        warmTo = Math.max(warmTo, to);
    }
}
