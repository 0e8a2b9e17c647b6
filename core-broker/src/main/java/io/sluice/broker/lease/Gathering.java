package io.sluice.broker.lease;

import io.sluice.broker.topic.Expiry;
import io.sluice.port.Hold;
import io.sluice.wire.message.MessageView;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * What one try of one request has found so far, and how much more it may take and look at. Confined to one try.
 */
final class Gathering {
    /**
     * One entry lent.
     *
     * @param slice valid while the gathering's holds are
     */
    record Lent(CursorKey key, long offset, ByteBuffer slice, int attempt, long leaseId) {}

    /** An entry whose message must come from the disk before it is looked at. */
    record Cold(SharedCursor cursor, long offset) {}

    /** Names this try, not 0. */
    final long number;

    final FilterPair filters;
    /** Whether messages with the same key go out one after the other. */
    final boolean byKey;
    /** When messages of the topic are over. */
    final Expiry expiry;
    /** Names the lease of each entry that is lent. */
    final LongSupplier leaseIds;

    final long nowMs;
    final long untilMs;
    final int attemptsMax;

    private final List<Lent> lent = new ArrayList<>();
    private final List<Hold> holds = new ArrayList<>();
    private final List<Cold> cold = new ArrayList<>();
    private int messagesLeft;
    private int bytesLeft;
    private int entriesLeft;
    private int expired;

    /** Looking ended before everything was looked at: there may be more. */
    boolean incomplete;
    /** Entries were not lent because the cursor has too many open. */
    boolean withheld;
    /** Entries were not lent because others of their key are not settled yet. */
    boolean blocked;
    /** Part of the queue cannot be read at this moment. */
    boolean retrySoon;

    /** @param entriesLeft how many entries the whole try may look at */
    Gathering(
            long number,
            FilterPair filters,
            boolean byKey,
            Expiry expiry,
            LongSupplier leaseIds,
            long nowMs,
            long untilMs,
            int attemptsMax,
            int messagesLeft,
            int bytesLeft,
            int entriesLeft) {
        this.number = number;
        this.filters = filters;
        this.byKey = byKey;
        this.expiry = expiry;
        this.leaseIds = leaseIds;
        this.nowMs = nowMs;
        this.untilMs = untilMs;
        this.attemptsMax = attemptsMax;
        this.messagesLeft = messagesLeft;
        this.bytesLeft = bytesLeft;
        this.entriesLeft = entriesLeft;
    }

    boolean wantsMore() {
        return messagesLeft > 0 && bytesLeft > 0;
    }

    int messagesLeft() {
        return messagesLeft;
    }

    int bytesLeft() {
        return bytesLeft;
    }

    boolean mayLookFurther() {
        return entriesLeft > 0;
    }

    void looked() {
        entriesLeft--;
    }

    /** Whether the message is over, so that nobody gets it; counted. */
    boolean isOver(MessageView message) {
        boolean over = expiry.isPossible() && expiry.isOver(message, nowMs);
        expired += over ? 1 : 0;
        return over;
    }

    /** How many messages were found to be over. */
    int expired() {
        return expired;
    }

    void add(Lent entry) {
        lent.add(entry);
        messagesLeft--;
        bytesLeft -= entry.slice().remaining();
    }

    void keep(Hold hold) {
        holds.add(hold);
    }

    /** Looking ended at an entry that is not in memory. */
    void metCold(SharedCursor cursor, long offset) {
        cold.add(new Cold(cursor, offset));
        incomplete = true;
    }

    List<Cold> cold() {
        return cold;
    }

    List<Lent> lent() {
        return lent;
    }

    /** Releases everything that was read. */
    Hold hold() {
        List<Hold> all = List.copyOf(holds);
        return () -> all.forEach(Hold::release);
    }
}
