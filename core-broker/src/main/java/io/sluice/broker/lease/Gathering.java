package io.sluice.broker.lease;

import io.sluice.broker.topic.Expiry;
import io.sluice.port.Hold;
import io.sluice.port.LeaseReader.Receipt;
import io.sluice.wire.message.MessageLayout;
import io.sluice.wire.message.MessageView;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What one try of one request has found so far, and how much more it may take and look at. Confined to one try.
 */
final class Gathering {
    /** Entries of one queue, one after the other, lent for the same delivery. */
    static final class Run {
        final CursorKey key;
        final long offset;
        final int attempt;
        /** Their records; those that lie next to each other may be one slice. Valid while the gathering's holds are. */
        private final List<ByteBuffer> slices;

        private int count;

        private Run(CursorKey key, long offset, int attempt, int count, List<ByteBuffer> slices) {
            this.key = key;
            this.offset = offset;
            this.attempt = attempt;
            this.count = count;
            this.slices = new ArrayList<>(slices);
        }

        int count() {
            return count;
        }

        List<ByteBuffer> slices() {
            return slices;
        }

        /** The last record of the run, in memory that others do not move. */
        ByteBuffer last() {
            ByteBuffer slice = slices.get(slices.size() - 1);
            int at = slice.position();
            while (at + recordBytes(slice, at) < slice.limit()) {
                at += recordBytes(slice, at);
            }
            return slice.slice(at, slice.limit() - at);
        }

        private boolean goesOnWith(CursorKey nextKey, long nextOffset, int nextAttempt) {
            return key == nextKey && offset + count == nextOffset && attempt == nextAttempt && count < RUN_MAX;
        }
    }

    /** An entry whose message must come from the disk before it is looked at. */
    record Cold(SharedCursor cursor, long offset) {}

    /** Places that a receipt can tell. */
    private static final int RUN_MAX = Receipt.PLACE_MAX;

    /** Names this try, not 0. */
    final long number;

    final FilterPair filters;
    /** Whether messages with the same key go out one after the other. */
    final boolean byKey;
    /** When messages of the topic are over. */
    final Expiry expiry;
    /** Of everything that is lent. */
    final long leaseId;

    final long nowMs;
    final long untilMs;
    final int attemptsMax;

    private final List<Run> lent = new ArrayList<>();
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
            long leaseId,
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
        this.leaseId = leaseId;
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

    void add(CursorKey key, long offset, int count, List<ByteBuffer> slices, int attempt) {
        Run last = lent.isEmpty() ? null : lent.get(lent.size() - 1);
        if (last != null && last.goesOnWith(key, offset, attempt)) {
            last.count += count;
            last.slices.addAll(slices);
        } else {
            lent.add(new Run(key, offset, attempt, count, slices));
        }
        messagesLeft -= count;
        for (ByteBuffer slice : slices) {
            bytesLeft -= slice.remaining();
        }
    }

    /** A record begins with its length. */
    static int recordBytes(ByteBuffer slice, int at) {
        return slice.getInt(at + MessageLayout.TOTAL_SIZE);
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

    List<Run> lent() {
        return lent;
    }

    /** Releases everything that was read. */
    Hold hold() {
        List<Hold> all = List.copyOf(holds);
        return () -> all.forEach(Hold::release);
    }
}
