package io.sluice.broker.lease;

import io.sluice.port.LeaseReader.Result;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What leasing promises, for one group, written for the reader: no time passes but by {@link #passTime}, everything is
 * written at once.
 */
final class LeaseModel {
    /** One message in one queue. */
    static final class Entry {
        final String text;
        final String tag;
        boolean settled;
        /** {@code null} when nobody has it. */
        Loan holder;

        long heldUntilMs;
        long freeAtMs;
        /** Deliveries that ended, which is what survives a crash. */
        int attempts;

        Loan releasedBy;

        Entry(String text, String tag) {
            this.text = text;
            this.tag = tag;
        }
    }

    /** One delivery; a new receipt for it is another loan with the same identity. */
    record Loan(int identity, int queueId, int offset, int attempt, long untilMs) {
        boolean isSame(Loan other) {
            return other != null && identity == other.identity;
        }
    }

    private final List<List<Entry>> queues = new ArrayList<>();
    private final int attemptsMax;
    private final Set<String> dead = new HashSet<>();
    private long nowMs;
    private int loans;
    private int firstQueue;

    LeaseModel(int queueCount, int attemptsMax, long nowMs) {
        for (int i = 0; i < queueCount; i++) {
            queues.add(new ArrayList<>());
        }
        this.attemptsMax = attemptsMax;
        this.nowMs = nowMs;
    }

    void send(int queueId, String text, String tag) {
        queues.get(queueId).add(new Entry(text, tag));
    }

    /** @param groupTags what the group wants, {@code null} for all; {@code ownTag} the same for the consumer */
    List<Loan> lease(Set<String> groupTags, String ownTag, int max, long leaseMs) {
        List<Loan> lent = new ArrayList<>();
        for (int i = 0; i < queues.size() && lent.size() < max; i++) {
            int queueId = (firstQueue + i) % queues.size();
            List<Entry> queue = queues.get(queueId);
            for (int offset = 0; offset < queue.size() && lent.size() < max; offset++) {
                Entry entry = queue.get(offset);
                if (entry.settled || entry.holder != null || entry.freeAtMs > nowMs) {
                    continue;
                }
                if (groupTags != null && (entry.tag == null || !groupTags.contains(entry.tag))) {
                    entry.settled = true;
                } else if (ownTag == null || ownTag.equals(entry.tag)) {
                    entry.heldUntilMs = nowMs + leaseMs;
                    entry.holder = new Loan(++loans, queueId, offset, entry.attempts + 1, entry.heldUntilMs);
                    lent.add(entry.holder);
                }
            }
        }
        if (!lent.isEmpty()) {
            firstQueue = (firstQueue + 1) % queues.size();
        }
        return lent;
    }

    private Entry entryOf(Loan loan) {
        return queues.get(loan.queueId()).get(loan.offset());
    }

    /** Whether the loan is in force; one that a crash made the broker forget is taken up again. */
    private boolean isInForce(Loan loan) {
        Entry entry = entryOf(loan);
        if (entry.settled) {
            return false;
        }
        if (loan.isSame(entry.holder)) {
            return true;
        }
        if (entry.holder == null && entry.attempts < loan.attempt() && loan.untilMs() > nowMs) {
            entry.holder = loan;
            entry.heldUntilMs = loan.untilMs();
            return true;
        }
        return false;
    }

    Result acknowledge(Loan loan) {
        Entry entry = entryOf(loan);
        if (entry.settled) {
            return Result.DONE;
        }
        if (!isInForce(loan)) {
            return Result.LEASE_OVER;
        }
        entry.settled = true;
        return Result.DONE;
    }

    Result reject(Loan loan) {
        Entry entry = entryOf(loan);
        boolean before = entry.settled;
        Result result = acknowledge(loan);
        if (entry.settled && !before) {
            dead.add(entry.text);
        }
        return result;
    }

    /** The loan with its new end; {@code null} when it is over. */
    Loan extend(Loan loan, long leaseMs) {
        if (!isInForce(loan)) {
            return null;
        }
        entryOf(loan).heldUntilMs = nowMs + leaseMs;
        return new Loan(loan.identity(), loan.queueId(), loan.offset(), loan.attempt(), nowMs + leaseMs);
    }

    Result release(Loan loan, long delayMs) {
        Entry entry = entryOf(loan);
        if (!entry.settled && loan.isSame(entry.releasedBy)) {
            return Result.DONE;
        }
        if (!isInForce(loan)) {
            return Result.LEASE_OVER;
        }
        entry.releasedBy = loan;
        comeBack(entry, nowMs + delayMs);
        return Result.DONE;
    }

    private void comeBack(Entry entry, long freeAtMs) {
        entry.attempts = entry.holder.attempt();
        entry.holder = null;
        entry.freeAtMs = freeAtMs;
        if (entry.attempts >= attemptsMax) {
            entry.settled = true;
            dead.add(entry.text);
        }
    }

    void passTime(long ms) {
        nowMs += ms;
        for (List<Entry> queue : queues) {
            for (Entry entry : queue) {
                if (!entry.settled && entry.holder != null && entry.heldUntilMs <= nowMs) {
                    comeBack(entry, nowMs);
                }
            }
        }
    }

    /** The broker ends, one way or another, and begins again. */
    void restart() {
        firstQueue = 0;
        queues.forEach(queue -> queue.forEach(entry -> {
            entry.holder = null;
            entry.releasedBy = null;
        }));
    }

    String text(Loan loan) {
        return entryOf(loan).text;
    }

    long low(int queueId) {
        int low = 0;
        List<Entry> queue = queues.get(queueId);
        while (low < queue.size() && queue.get(low).settled) {
            low++;
        }
        return low;
    }

    Set<String> dead() {
        return dead;
    }

    /** Texts of all messages that the group may still have, however they stand. */
    Set<String> unsettled() {
        Set<String> texts = new HashSet<>();
        queues.forEach(queue -> queue.stream().filter(entry -> !entry.settled).forEach(entry -> texts.add(entry.text)));
        return texts;
    }
}
