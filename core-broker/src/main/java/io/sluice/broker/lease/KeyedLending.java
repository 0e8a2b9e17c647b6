package io.sluice.broker.lease;

import io.sluice.broker.lease.CursorLender.Looked;
import io.sluice.broker.lease.KeyLanes.Lane;
import io.sluice.broker.lease.OpenEntry.State;
import java.util.ArrayList;
import java.util.List;

/**
 * One try to lend of a cursor whose group is ordered by key: first what waits behind keys that nobody holds any more and what
 * came back, key by key and in order, then what was never looked at. All messages of a key that one answer brings go out
 * together; no other answer brings any of them until they are settled. Confined to one try.
 */
final class KeyedLending {
    private final SharedCursor cursor;
    private final KeyLanes lanes;
    private final CursorLender lender;
    private final Gathering to;
    private final LeaseLog log;
    private final FilterView view;

    KeyedLending(
            SharedCursor cursor, KeyLanes lanes, CursorLender lender, Gathering to, LeaseLog log, FilterView view) {
        this.cursor = cursor;
        this.lanes = lanes;
        this.lender = lender;
        this.to = to;
        this.log = log;
        this.view = view;
    }

    void lend(long end) {
        if (!learnKeys()) {
            return;
        }
        long before;
        do {
            before = view.position();
            if (!lendWaiting()) {
                return;
            }
            lender.lendNeverLent(to, log, view, end);
        } while (to.wantsMore() && !to.incomplete && view.position() > before && hasWaiting());
    }

    /** Whether there may be something that was older than all that was looked at, and no longer is. */
    private boolean hasWaiting() {
        return lanes.hasReady() || cursor.firstFree() != null;
    }

    /** Entries that are open since before their key mattered; answers whether all are known now. */
    private boolean learnKeys() {
        for (OpenEntry entry : cursor.unkeyed()) {
            Long key = lender.keyAt(to, log, entry.offset);
            if (key == null) {
                return false;
            }
            cursor.keyed(entry, lanes, key, 0);
        }
        return true;
    }

    /** Answers whether the try may go on. */
    private boolean lendWaiting() {
        return lendBack() && lendReady() && to.wantsMore();
    }

    /** Lends what came back, and what waits behind it. */
    private boolean lendBack() {
        OpenEntry back = cursor.firstFree();
        while (back != null && to.wantsMore()) {
            OpenEntry after = cursor.nextFree(back);
            Lane lane = back.lane;
            if (lane == null) {
                if (!view.hasRejected(back.offset)) {
                    lender.lendAgain(to, log, view, back);
                }
            } else if (lane.admits(to.number) && lane.open().get(nextFree(lane, 0)) == back) {
                lanes.begin(lane);
                lendLane(lane);
                lanes.done(lane);
            }
            if (to.incomplete) {
                return false;
            }
            back = after == null || after.state == State.FREE ? after : cursor.nextFree(after);
        }
        return true;
    }

    private boolean lendReady() {
        List<Lane> inHand = new ArrayList<>();
        try {
            while (to.wantsMore() && !to.incomplete) {
                Lane lane = lanes.next();
                if (lane == null) {
                    return true;
                }
                inHand.add(lane);
                lendLane(lane);
            }
            return !to.incomplete;
        } finally {
            inHand.forEach(lanes::done);
        }
    }

    /** Lends of one key, oldest first, what lies before the entries that the view has not come to. */
    private void lendLane(Lane lane) {
        int open = 0;
        int waiting = 0;
        while (to.wantsMore()) {
            open = nextFree(lane, open);
            long nextOpen = open < lane.open().size() ? lane.open().get(open).offset : Long.MAX_VALUE;
            boolean isListedOver = waiting == lane.waiting().size();
            long unlisted = !isListedOver
                    ? Long.MAX_VALUE
                    : waiting == 0 ? lane.unlistedFrom() : Math.max(lane.unlistedFrom(), view.soughtTo(lane.key));
            if (unlisted < Math.min(nextOpen, view.position())) {
                boolean goesOn = waiting == 0 ? list(lane) : lendUnlisted(lane, Math.min(nextOpen, view.position()));
                if (!goesOn) {
                    return;
                }
                continue;
            }
            long nextWaiting = isListedOver ? Long.MAX_VALUE : lane.waiting().at(waiting);
            if (Math.min(nextOpen, nextWaiting) >= view.position()) {
                return;
            }
            Looked looked = nextOpen < nextWaiting
                    ? lendOpen(lane, lane.open().get(open))
                    : lendListed(lane, waiting, nextWaiting);
            if (looked == Looked.STUCK) {
                return;
            }
            if (looked == Looked.NOT_WANTED) {
                open += nextOpen < nextWaiting ? 1 : 0;
                waiting += nextOpen < nextWaiting ? 0 : 1;
            }
        }
    }

    private static int nextFree(Lane lane, int from) {
        int at = from;
        while (at < lane.open().size() && lane.open().get(at).state != State.FREE) {
            at++;
        }
        return at;
    }

    private Looked lendOpen(Lane lane, OpenEntry entry) {
        if (view.hasRejected(entry.offset)) {
            return Looked.NOT_WANTED;
        }
        Looked looked = lender.lendAgain(to, log, view, entry);
        if (looked == Looked.LENT) {
            lanes.held(lane, to.number);
        }
        return looked;
    }

    private Looked lendListed(Lane lane, int index, long offset) {
        if (cursor.isSettled(offset) || cursor.find(offset) != null) {
            lanes.unlist(lane, index);
            return Looked.SETTLED;
        }
        if (view.hasRejected(offset)) {
            return Looked.NOT_WANTED;
        }
        if (cursor.room() == 0) {
            to.withheld = true;
            return Looked.STUCK;
        }
        Looked looked = lender.lendOne(to, log, view, offset, null);
        if (looked == Looked.LENT || looked == Looked.SETTLED) {
            lanes.unlist(lane, index);
        }
        return looked;
    }

    /**
     * What is listed is not wanted by this view: lends the first entry behind it, before {@code stop}, that is. Answers whether
     * the try may go on.
     */
    private boolean lendUnlisted(Lane lane, long stop) {
        long at = lanes.nextPassed(Math.max(lane.unlistedFrom(), view.soughtTo(lane.key)));
        while (at < stop) {
            if (!cursor.isSettled(at) && cursor.find(at) == null && !view.hasRejected(at)) {
                Looked looked = lendIfOf(lane, at);
                if (looked == Looked.LENT || looked == Looked.STUCK) {
                    view.seekFrom(lane.key, at);
                    return looked == Looked.LENT;
                }
            }
            at = lanes.nextPassed(at + 1);
        }
        view.seekFrom(lane.key, stop);
        return true;
    }

    private Looked lendIfOf(Lane lane, long offset) {
        Long key = lender.keyAt(to, log, offset);
        if (key == null) {
            return Looked.STUCK;
        }
        if (key != lane.key) {
            return Looked.NOT_WANTED;
        }
        if (cursor.room() == 0) {
            to.withheld = true;
            return Looked.STUCK;
        }
        return lender.lendOne(to, log, view, offset, null);
    }

    /** Lists some of what waits behind a key and was only marked; answers whether the try may go on. */
    private boolean list(Lane lane) {
        long at = lanes.nextPassed(lane.unlistedFrom());
        int found = 0;
        while (at != Long.MAX_VALUE && found < KeyLanes.LISTED_OF_FAILING_MAX) {
            if (!cursor.isSettled(at) && cursor.find(at) == null) {
                Long key = lender.keyAt(to, log, at);
                if (key == null) {
                    lanes.unlistedFrom(lane, at);
                    return false;
                }
                if (key == lane.key) {
                    lanes.relist(lane, at);
                    found++;
                }
            }
            at = lanes.nextPassed(at + 1);
        }
        lanes.unlistedFrom(lane, at);
        return true;
    }
}
