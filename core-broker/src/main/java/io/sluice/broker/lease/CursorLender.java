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
        }
    }

    /** Lends what is free and matches, oldest first. */
    void lend(Gathering to, LeaseLog log) {
        OffsetRange range = log.range(topic, cursor.key.queueId());
        startOverIfMoved();
        seenEnd = range.max();
        cursor.raiseTo(range.min());
        FilterView view = viewOf(to.filters);
        OpenEntry back = cursor.firstFree();
        while (to.wantsMore()) {
            long stop = back == null ? range.max() : Math.min(back.offset, range.max());
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

    private void lendNeverLent(Gathering to, LeaseLog log, FilterView view, long stop) {
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
            NeverLent look = new NeverLent(to, Math.min(stop, from + CHUNK_ENTRIES));
            QueueRead read = log.read(
                    topic,
                    cursor.key.queueId(),
                    from,
                    look,
                    Math.min(to.messagesLeft(), cursor.room()),
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
            if (cursor.isSettled(offset) || cursor.find(offset) != null) {
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
                cursor.lend(
                        to, cursor.open(read.queueOffsets()[i]), read.slices().get(i));
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
                cursor.settleRange(start, end);
            }
        }
    }

    private boolean mayLookAt(Gathering to, LeaseLog log, long offset) {
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

    private void lendAgain(Gathering to, LeaseLog log, FilterView view, OpenEntry back) {
        if (back.attempts >= to.attemptsMax) {
            cursor.exhaust(back, to.nowMs);
            return;
        }
        if (!mayLookAt(to, log, back.offset)) {
            return;
        }
        Back look = new Back(to, back.offset);
        QueueRead read = log.read(topic, cursor.key.queueId(), back.offset, look, 1, to.bytesLeft());
        if (read.status() == QueueRead.Status.FOUND) {
            to.keep(read.hold());
            cursor.lend(to, back, read.slices().get(0));
            return;
        }
        read.close();
        if (look.verdict == Verdict.NOT_OWN) {
            view.reject(back.offset);
        } else if (look.verdict == Verdict.OUTSIDER || read.status() != QueueRead.Status.REBUILDING) {
            // Either the group does not want it any more, or the message is gone.
            cursor.settleRange(back.offset, back.offset + 1);
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

    /** Entries from here up to but without {@code to} are in memory now, however old. */
    void warmed(long to) {
        warmTo = Math.max(warmTo, to);
    }
}
