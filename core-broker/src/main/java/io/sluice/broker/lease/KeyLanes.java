package io.sluice.broker.lease;

import io.sluice.broker.lease.OpenEntry.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * In a group that is ordered by key: which keys of one cursor are with a consumer or failing, and which entries wait behind
 * them. A key of which nothing is open and nothing waits is not known here. Confined to the cursor.
 *
 * <p>Bounded: {@value #LISTED_MAX} waiting entries are listed, of a failing key {@value #LISTED_OF_FAILING_MAX} and no more;
 * what else waits behind a failing key is one bit each, and listed when its turn comes. When the list is full, looking ends
 * until something is settled.
 */
final class KeyLanes {
    static final int LISTED_MAX = 16_384;
    static final int LISTED_OF_FAILING_MAX = 256;

    private final Map<Long, Lane> lanes = new HashMap<>();
    /** Lanes of which nothing is open and something waits, the oldest first. */
    private final TreeSet<Lane> ready = new TreeSet<>(
            (a, b) -> a.head() != b.head() ? Long.compare(a.head(), b.head()) : Long.compare(a.key, b.key));
    /** Every entry that was passed over because of its key since the lanes began; lent or settled meanwhile, perhaps. */
    private final OffsetBits passed;

    private int listed;

    /** @param low nothing below it will be asked for */
    KeyLanes(long low) {
        passed = new OffsetBits(low);
    }

    /** One key. */
    final class Lane {
        final long key;
        /** In the order of their offsets. */
        private final List<OpenEntry> open = new ArrayList<>(1);

        private final OffsetLine waiting = new OffsetLine();
        /** Entries from here on that wait are not listed; {@link Long#MAX_VALUE}: all are. */
        private long unlistedFrom = Long.MAX_VALUE;
        /** Open entries that cannot be lent now. */
        private int busy;
        /** The try that something of this key was lent to last. */
        private long holder;
        /** Somebody goes through it now: it is put where it belongs afterwards. */
        private boolean inHand;

        private Lane(long key) {
            this.key = key;
        }

        private long head() {
            return waiting.isEmpty() ? unlistedFrom : waiting.at(0);
        }

        private boolean isReady() {
            return open.isEmpty() && hasWaiting();
        }

        private boolean hasWaiting() {
            return !waiting.isEmpty() || unlistedFrom != Long.MAX_VALUE;
        }

        /** Whether entries of this key may be lent to the try, in their order. */
        boolean admits(long number) {
            return busy == 0 || holder == number;
        }

        private boolean isFailing() {
            for (OpenEntry entry : open) {
                if (entry.attempts > 1 || entry.state != State.LEASED && entry.state != State.SETTLING) {
                    return true;
                }
            }
            return false;
        }

        /** Whether something older than this entry is to be lent first to whoever looks with this view. */
        private boolean hasBefore(long offset, FilterView view) {
            for (OpenEntry entry : open) {
                if (entry.offset < offset && entry.state == State.FREE && !view.hasRejected(entry.offset)) {
                    return true;
                }
            }
            for (int i = 0; i < waiting.size() && waiting.at(i) < offset; i++) {
                if (!view.hasRejected(waiting.at(i))) {
                    return true;
                }
            }
            return unlistedFrom < offset;
        }

        OffsetLine waiting() {
            return waiting;
        }

        /** The open entries, oldest first; not to be changed. */
        List<OpenEntry> open() {
            return open;
        }

        /** Where the entries that are not listed begin; {@link Long#MAX_VALUE}: there are none. */
        long unlistedFrom() {
            return unlistedFrom;
        }

        /** An open entry of this key changes its state. */
        void changed(boolean wasFree, boolean isFree) {
            if (wasFree != isFree) {
                busy += isFree ? -1 : 1;
            }
        }

        /** An open entry of this key is settled. */
        void closed(OpenEntry entry) {
            if (open.remove(entry)) {
                busy -= entry.state == State.FREE ? 0 : 1;
                tidy(this);
            }
        }
    }

    boolean isEmpty() {
        return lanes.isEmpty();
    }

    boolean isFull() {
        return listed >= LISTED_MAX;
    }

    /** Whether the entry was passed over before, so that it stands in a lane. */
    boolean hasPassed(long offset) {
        return passed.has(offset);
    }

    /** Whether an entry that was never looked at may be lent to the try. */
    boolean admits(long key, long offset, long number, FilterView view) {
        Lane lane = lanes.get(key);
        return lane == null || lane.admits(number) && !lane.hasBefore(offset, view);
    }

    /** The entry is lent, or was known before its key was: it holds its key. */
    void opened(OpenEntry entry, long key, long number) {
        entry.isKeyKnown = true;
        if (key == ShardingKey.NONE) {
            return;
        }
        Lane lane = lanes.computeIfAbsent(key, Lane::new);
        ready.remove(lane);
        entry.lane = lane;
        int at = lane.open.size();
        while (at > 0 && lane.open.get(at - 1).offset > entry.offset) {
            at--;
        }
        lane.open.add(at, entry);
        lane.busy += entry.state == State.FREE ? 0 : 1;
        lane.holder = number;
    }

    /** Passes an entry over; answers whether there was room to note it. */
    boolean pass(long key, long offset) {
        Lane lane = lanes.computeIfAbsent(key, Lane::new);
        if (offset < lane.unlistedFrom) {
            boolean failing = lane.waiting.size() >= LISTED_OF_FAILING_MAX && lane.isFailing();
            boolean isLast = lane.waiting.isEmpty() || lane.waiting.at(lane.waiting.size() - 1) < offset;
            if (failing && isLast) {
                lane.unlistedFrom = offset;
            } else if (!isFull() || shortened()) {
                // What was shortened may be this lane: behind what it lists now nothing may be listed.
                if (offset < lane.unlistedFrom) {
                    list(lane, offset);
                }
            } else {
                tidy(lane);
                return false;
            }
        }
        passed.add(offset);
        return true;
    }

    private void list(Lane lane, long offset) {
        ready.remove(lane);
        if (lane.waiting.add(offset)) {
            listed++;
        }
        tidy(lane);
    }

    /** Makes room where keys began to fail after much was listed behind them. */
    private boolean shortened() {
        for (Lane lane : lanes.values()) {
            if (lane.waiting.size() > LISTED_OF_FAILING_MAX && lane.isFailing()) {
                listed -= lane.waiting.size() - LISTED_OF_FAILING_MAX;
                lane.unlistedFrom = Math.min(lane.unlistedFrom, lane.waiting.cutTo(LISTED_OF_FAILING_MAX));
            }
        }
        return !isFull();
    }

    /** Puts a lane where it belongs now. */
    private void tidy(Lane lane) {
        if (lane.inHand) {
            return;
        }
        if (lane.isReady()) {
            ready.add(lane);
        } else {
            ready.remove(lane);
            if (lane.open.isEmpty()) {
                lanes.remove(lane.key);
            }
        }
    }

    /** Whether there is a key of which nothing is open and something waits. */
    boolean hasReady() {
        return !ready.isEmpty();
    }

    /** Takes the oldest lane in hand of which nothing is open and something waits; {@code null} when there is none. */
    Lane next() {
        Lane lane = ready.pollFirst();
        if (lane != null) {
            lane.inHand = true;
        }
        return lane;
    }

    // ---- one lane at a time ----

    /** Takes a lane in hand until {@link #done}, so that its place in the order does not change meanwhile. */
    void begin(Lane lane) {
        ready.remove(lane);
        lane.inHand = true;
    }

    /** An open entry of the lane is lent again. */
    void held(Lane lane, long number) {
        lane.holder = number;
    }

    /** Takes a waiting entry off the list: it is open now, or settled. */
    void unlist(Lane lane, int index) {
        lane.waiting.removeAt(index);
        listed--;
    }

    /** Lists one entry of those that were not; those below are none of this key. */
    void relist(Lane lane, long offset) {
        if (lane.waiting.add(offset)) {
            listed++;
        }
    }

    /** Those that are not listed begin here, or later; {@link Long#MAX_VALUE}: there are none. */
    void unlistedFrom(Lane lane, long offset) {
        lane.unlistedFrom = offset;
    }

    /** The first entry from here on that was passed over; {@link Long#MAX_VALUE}: none. */
    long nextPassed(long from) {
        return passed.nextPresent(from);
    }

    /** Puts a lane back that was taken in hand. */
    void done(Lane lane) {
        lane.inHand = false;
        tidy(lane);
    }

    void dropBelow(long low) {
        passed.dropBelow(low);
    }

    int listed() {
        return listed;
    }
}
