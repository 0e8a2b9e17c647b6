package io.sluice.broker.lease;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Who waits at a desk, in one line for each {@link Wanted}: when there is nothing for the first of a line there is nothing for
 * the others. Confined to the desk's lock.
 */
final class WaitingLines {
    /** Those who want the same, in the order of coming. Never empty while it is known. */
    static final class Line {
        private final Wanted wanted;
        private final TreeMap<Long, Waiter> waiters = new TreeMap<>();
        /** Whether the last try for this line looked at everything there was. */
        boolean lookedAtAll;
        /** When this line was tried last, if not everything was looked at. */
        long triedAt;

        private Line(Wanted wanted) {
            this.wanted = wanted;
        }

        boolean isEmpty() {
            return waiters.isEmpty();
        }

        Waiter first() {
            return waiters.firstEntry().getValue();
        }
    }

    /** First come, first served; lines that need long to look at everything take turns behind the others. */
    static final Comparator<Line> TURN = Comparator.<Line>comparingLong(line -> line.lookedAtAll ? 0 : line.triedAt)
            .thenComparingLong(line -> line.first().number());

    private final Map<Wanted, Line> lines = new HashMap<>();
    private final TreeSet<Waiter> byDeadline = new TreeSet<>(Waiter.BY_DEADLINE);

    int size() {
        return byDeadline.size();
    }

    List<Line> all() {
        return new ArrayList<>(lines.values());
    }

    Line add(Waiter waiter) {
        Line line = lines.computeIfAbsent(waiter.wanted(), Line::new);
        line.waiters.put(waiter.number(), waiter);
        byDeadline.add(waiter);
        return line;
    }

    /** Answers whether it stood in a line. */
    boolean remove(Waiter waiter) {
        Line line = lines.get(waiter.wanted());
        if (line == null || line.waiters.remove(waiter.number()) == null) {
            return false;
        }
        byDeadline.remove(waiter);
        if (line.isEmpty()) {
            lines.remove(line.wanted);
        }
        return true;
    }

    /** Those whose time is over and for whom everything was looked at. */
    List<Waiter> expired(long nowMs) {
        List<Waiter> expired = new ArrayList<>();
        for (Waiter waiter : byDeadline) {
            if (waiter.deadlineMs() > nowMs) {
                break;
            }
            if (lines.get(waiter.wanted()).lookedAtAll) {
                expired.add(waiter);
            }
        }
        return expired;
    }

    /**
     * The next time at which somebody's time is over; {@link Long#MAX_VALUE} for never. Whoever is over time now still waits
     * for a long look, which goes on without being called for.
     */
    long nextDeadlineAfter(long nowMs) {
        for (Waiter waiter : byDeadline) {
            if (waiter.deadlineMs() > nowMs) {
                return waiter.deadlineMs();
            }
        }
        return Long.MAX_VALUE;
    }

    /** Takes everybody out. */
    List<Waiter> clear() {
        List<Waiter> all = List.copyOf(byDeadline);
        byDeadline.clear();
        lines.clear();
        return all;
    }
}
