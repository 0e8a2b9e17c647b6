package io.sluice.broker.lease;

import io.sluice.broker.lease.CursorFact.Returned;
import io.sluice.broker.lease.CursorSettler.Answer;
import io.sluice.broker.lease.SharedCursor.Exhausted;
import io.sluice.port.LeaseReader;
import io.sluice.port.LeaseReader.Receipt;
import io.sluice.port.LeaseReader.Result;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.store.QueueRead;
import io.sluice.store.queue.EntryFilter;
import io.sluice.wire.message.MessageView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What becomes of the leases of one desk: settlements on their way into the journal. Guarded by the desk. */
final class DeskSettling {
    private static final Logger log = LoggerFactory.getLogger(DeskSettling.class);

    private final LeaseDesk desk;
    private final DeskTools tools;
    private final DeskBurials burials;

    /**
     * One item of a settlement: which receipt, what it says, and where the result goes. Of several acknowledgements, which came
     * one after the other for messages that lie so, the first: the others follow it.
     */
    record Item(int index, Claim claim, Settlement settlement) {
        Item givenBack() {
            return new Item(index, claim, new Settlement.Release(settlement.receipt(), Duration.ZERO));
        }
    }

    /** Where results go: by the place of a settlement among those that were asked for. */
    interface Results {
        /** Of so many settlements, which keep their receipts. */
        void put(int index, int count, Result result);

        /** Of an extension. */
        void extended(int index, LeaseReader.Settled settled);
    }

    /** Entries of one cursor whose settlement is being written. */
    private record Batch(
            SharedCursor cursor, int generation, SettledRanges entries, CompletableFuture<Void> settling) {}

    DeskSettling(LeaseDesk desk, DeskTools tools) {
        this.desk = desk;
        this.tools = tools;
        this.burials = new DeskBurials(desk, tools);
    }

    DeskBurials burials() {
        return burials;
    }

    /**
     * Settles leases of this desk. Results are given to {@code results} by index; they hold when the stage completes. The
     * stage fails with {@link RefusedException} when one of them could not be written; then nobody knows which of those that
     * had to be written hold, and all may be tried again.
     */
    CompletionStage<Void> settle(List<Item> items, Results results) {
        Map<SharedCursor, Batch> batches = new HashMap<>();
        List<CompletionStage<Void>> pending = new ArrayList<>();
        Map<Batch, RefusedException> unwritten = new HashMap<>();
        desk.lock();
        try {
            if (desk.isClosed()) {
                return CompletableFuture.failedFuture(desk.gone());
            }
            Call call = new Call(batches, pending, results);
            items.forEach(call::take);
            batches.values().forEach(batch -> write(batch).ifPresent(refused -> unwritten.put(batch, refused)));
            call.touched.values().forEach(desk::flushNews);
        } finally {
            desk.unlock();
        }
        unwritten.forEach(this::conclude);
        batches.values().forEach(batch -> pending.add(batch.settling()));
        return CompletableFuture.allOf(
                pending.stream().map(CompletionStage::toCompletableFuture).toArray(CompletableFuture[]::new));
    }

    /** Concludes the batch when it is written; answers why it is not even tried. */
    private Optional<RefusedException> write(Batch batch) {
        CompletableFuture<Void> written = new CompletableFuture<>();
        written.whenComplete((done, failed) -> conclude(batch, failed));
        try {
            tools.journal().write(batch.cursor().key, batch.entries().facts(), written);
            return Optional.empty();
        } catch (RefusedException refused) {
            return Optional.of(refused);
        }
    }

    /** One call of {@link #settle}, under the lock. */
    private final class Call {
        private final Map<SharedCursor, Batch> batches;
        private final List<CompletionStage<Void>> pending;
        private final Results results;
        private final Map<Integer, SharedCursor> touched = new HashMap<>();
        /** That of the item before: items of one cursor mostly come together. */
        private SharedCursor last;

        private final long now = tools.clock().millis();
        private final int attemptsMax = tools.policy().attemptsMax(desk.group());

        Call(Map<SharedCursor, Batch> batches, List<CompletionStage<Void>> pending, Results results) {
            this.batches = batches;
            this.pending = pending;
            this.results = results;
        }

        void take(Item item) {
            Claim claim = item.claim();
            SharedCursor cursor = desk.cursor(claim.key().queueId());
            if (cursor == null) {
                results.put(item.index(), claim.count(), Result.LEASE_OVER);
                return;
            }
            if (cursor != last) {
                last = cursor;
                touched.put(claim.key().queueId(), cursor);
                passTime(cursor, now, attemptsMax);
            }
            Settlement settlement = item.settlement();
            if (settlement instanceof Settlement.Ack) {
                acknowledge(cursor, item);
            } else if (settlement instanceof Settlement.Extend extend) {
                extend(cursor, item, extend);
            } else if (settlement instanceof Settlement.Release release) {
                put(item, release(cursor, claim, millis(release.delay())));
            } else if (settlement instanceof Settlement.GiveBack) {
                put(item, back(cursor, cursor.settler.giveBack(claim, now, attemptsMax, sameAs(claim))));
            } else if (settlement instanceof Settlement.Retry) {
                put(item, release(cursor, claim, delayMs(item)));
            } else if (settlement instanceof Settlement.Reject reject) {
                put(item, reject(cursor, claim, reject));
            }
        }

        private void put(Item item, Answer answer) {
            results.put(item.index(), 1, resultOf(answer));
        }

        private static Result resultOf(Answer answer) {
            return answer == Answer.OVER ? Result.LEASE_OVER : Result.DONE;
        }

        private void acknowledge(SharedCursor cursor, Item item) {
            Batch known = batches.get(cursor);
            Batch batch = known != null
                    ? known
                    : new Batch(cursor, cursor.generation(), new SettledRanges(), new CompletableFuture<>());
            Claim claim = item.claim();
            cursor.settler.acknowledge(claim, now, batch.settling(), sameAs(claim), (from, to, answer, before) -> {
                if (answer == Answer.STARTED) {
                    batches.put(cursor, batch);
                    batch.entries().add(from, to);
                } else if (answer == Answer.JOINED) {
                    pending.add(before != null ? before : cursor.settler.settling(from));
                }
                results.put(item.index() + (int) (from - claim.offset()), (int) (to - from), resultOf(answer));
            });
        }

        private Answer reject(SharedCursor cursor, Claim claim, Settlement.Reject reject) {
            CompletableFuture<Void> buried = new CompletableFuture<>();
            Answer answer = cursor.settler.reject(claim, now, buried, sameAs(claim));
            if (answer == Answer.STARTED) {
                pending.add(buried);
                burials.add(new DeskBurials.Burial(
                        cursor, cursor.generation(), claim.offset(), claim.attempt(), 0, reject.reason(), buried));
            } else if (answer == Answer.JOINED) {
                pending.add(cursor.settler.settling(claim.offset()));
            }
            return answer;
        }

        private void extend(SharedCursor cursor, Item item, Settlement.Extend extend) {
            Claim claim = item.claim();
            long termMs = millis(extend.leaseFor());
            long untilMs = now + termMs;
            long leaseId = claim.leaseId();
            Receipt longer;
            if (claim.isPopped()) {
                PopHandle handle = desk.receipts().handle(claim.key().queueId(), claim.offset(), now, termMs);
                leaseId = handle.leaseId();
                longer = handle.toReceipt();
            } else {
                longer = tools.receipts().write(claim.until(untilMs));
            }
            Answer answer = cursor.settler.extend(claim, now, untilMs, leaseId, sameAs(claim));
            if (answer != Answer.DONE) {
                put(item, answer);
                return;
            }
            desk.callNoLaterThan(untilMs);
            results.extended(item.index(), new LeaseReader.Settled(longer, Result.DONE, untilMs));
        }

        private Answer release(SharedCursor cursor, Claim claim, long delayMs) {
            long freeAtMs = now + delayMs;
            return back(cursor, cursor.settler.release(claim, now, freeAtMs, attemptsMax, sameAs(claim)));
        }

        /** What came back is written down, and those who wait are told. */
        private Answer back(SharedCursor cursor, Answer answer) {
            if (answer == Answer.DONE) {
                pending.add(tools.journal().write(cursor.key, cursor.takeNews()));
                desk.callNoLaterThan(cursor.nextDueMs());
                desk.grown();
            }
            return answer;
        }
    }

    static long millis(Duration duration) {
        return Math.max(duration.toMillis(), duration.isZero() ? 0 : 1);
    }

    /** Whether the message that the receipt has the fingerprint of is still there. */
    private BooleanSupplier sameAs(Claim claim) {
        return () -> {
            try (QueueRead read = witnessOf(claim)) {
                return isSame(claim, read);
            }
        };
    }

    private QueueRead witnessOf(Claim claim) {
        return messageAt(claim, claim.witness());
    }

    private QueueRead messageAt(Claim claim, long offset) {
        EntryFilter only = new EntryFilter() {
            @Override
            public boolean acceptsEntry(long queueOffset, long tagHash) {
                return queueOffset == offset;
            }
        };
        return tools.log().read(desk.topic().value(), claim.key().queueId(), offset, only, 1, Integer.MAX_VALUE);
    }

    private static boolean isSame(Claim claim, QueueRead read) {
        return read.status() == QueueRead.Status.FOUND
                && claim.isOf(MessageView.of(read.slices().get(0)));
    }

    /**
     * Whether the message is not there for sure: none is, or one that came into the log after the holding. A damaged one, or one
     * that cannot be found while its queue is made again, may be it. The witness is not asked: it may be lost when the message is not.
     */
    private BooleanSupplier goneOrOther(Claim claim, long heldAt) {
        return () -> {
            try (QueueRead read = messageAt(claim, claim.offset())) {
                return switch (read.status()) {
                    case FOUND -> MessageView.of(read.slices().get(0)).logOffset() > heldAt;
                    case REBUILDING, REMOVED, NONE_MATCHED -> false;
                    default -> true;
                };
            }
        };
    }

    /** The settlements of a batch are in the log, or could not be written. */
    private void conclude(Batch batch, Throwable failed) {
        desk.lock();
        try {
            if (batch.cursor().generation() == batch.generation()) {
                long now = tools.clock().millis();
                int attemptsMax = tools.policy().attemptsMax(desk.group());
                batch.entries().forEach((from, to) -> {
                    if (failed == null) {
                        batch.cursor().settler.settled(from, to);
                    } else {
                        batch.cursor().settler.notSettled(from, to, now, attemptsMax);
                    }
                });
                desk.callNoLaterThan(batch.cursor().nextDueMs());
                desk.flushNews(batch.cursor());
            }
            desk.eased(failed != null);
        } finally {
            desk.unlock();
        }
        finish(batch.settling(), failed);
    }

    private static void finish(CompletableFuture<Void> settling, Throwable failed) {
        if (failed == null) {
            settling.complete(null);
        } else {
            settling.completeExceptionally(RefusedCause.of(failed));
        }
    }

    // ---- as part of something larger ----

    /**
     * Begins to settle leases of this desk as part of a whole; the caller holds the lock of the desk.
     *
     * @param held  whether they are held and not lent
     * @param facts what is true when the whole holds is added here
     * @param whole completes when the whole holds, fails when it does not
     * @return those whose lease is not in force, or that are not held any more; {@link #endJointly} takes back the others
     */
    List<Item> beginJointly(
            List<Item> items, boolean held, Map<CursorKey, List<CursorFact>> facts, CompletableFuture<Void> whole) {
        if (held && desk.isClosed()) {
            throw desk.gone();
        }
        long now = tools.clock().millis();
        int attemptsMax = tools.policy().attemptsMax(desk.group());
        List<Item> over = new ArrayList<>();
        Map<SharedCursor, SettledRanges> gone = new LinkedHashMap<>();
        for (Item item : items) {
            Claim claim = item.claim();
            SharedCursor cursor =
                    desk.isClosed() ? null : desk.cursor(claim.key().queueId());
            if (cursor == null) {
                over.add(item);
                continue;
            }
            passTime(cursor, now, attemptsMax);
            SettledRanges settled = gone.computeIfAbsent(cursor, none -> new SettledRanges());
            boolean twice = cursor.settler.isSettling(claim.offset(), whole);
            if (held) {
                cursor.settler.settleHeld(claim, whole);
            } else {
                cursor.settler.acknowledge(claim, now, whole, sameAs(claim), (from, to, answer, before) -> {});
            }
            if (twice) {
                continue;
            }
            if (!cursor.settler.isSettling(claim.offset(), whole)) {
                over.add(item);
            } else if (comesBack(item.settlement())) {
                long delayMs = delayMs(item);
                long freeAtMs = delayMs == 0 ? 0 : now + delayMs;
                facts.computeIfAbsent(cursor.key, none -> new ArrayList<>())
                        .add(new Returned(claim.offset(), cursor.settler.attempts(claim.offset()), freeAtMs));
            } else {
                settled.add(claim.offset(), claim.end());
            }
        }
        gone.forEach((cursor, entries) -> {
            if (!entries.isEmpty()) {
                facts.computeIfAbsent(cursor.key, none -> new ArrayList<>()).addAll(entries.facts());
            }
            desk.flushNews(cursor);
        });
        return over;
    }

    private static boolean comesBack(Settlement settlement) {
        return settlement instanceof Settlement.Release || settlement instanceof Settlement.Retry;
    }

    /** After which time an entry that comes back may be lent again. */
    private long delayMs(Item item) {
        if (item.settlement() instanceof Settlement.Release release) {
            return millis(release.delay());
        }
        long told = tools.policy()
                .redeliveryDelay(desk.group())
                .afterMs(item.claim().attempt());
        return Math.min(told, tools.rules().termMax().toMillis());
    }

    /** How a whole that leases are part of ended, as far as it has. */
    enum End {
        /** It holds. */
        HOLDS,
        /** It does not, and the leases go on. */
        LEASED,
        /** It is decided later: until then the entries are with nobody. */
        HELD
    }

    /** Takes in how the whole ended. */
    void endJointly(List<Item> items, CompletableFuture<Void> whole, End end) {
        desk.lock();
        try {
            long now = tools.clock().millis();
            int attemptsMax = tools.policy().attemptsMax(desk.group());
            for (Item item : items) {
                Claim claim = item.claim();
                SharedCursor cursor = desk.cursor(claim.key().queueId());
                if (cursor == null || !cursor.settler.isSettling(claim.offset(), whole)) {
                    continue;
                }
                if (end == End.LEASED) {
                    cursor.settler.notSettled(claim.offset(), claim.end(), now, attemptsMax);
                } else if (end == End.HELD) {
                    cursor.settler.hold(claim);
                } else if (comesBack(item.settlement())) {
                    cursor.settler.released(claim, now, now + delayMs(item), attemptsMax);
                } else {
                    cursor.settler.settled(claim.offset(), claim.end());
                }
                desk.callNoLaterThan(cursor.nextDueMs());
                desk.flushNews(cursor);
            }
            desk.eased(true);
        } finally {
            desk.unlock();
        }
    }

    /** See {@link LeaseService#holdAgain}. Before the desk is used. */
    void holdAgain(List<Item> items, long heldAt) {
        desk.lock();
        try {
            for (Item item : items) {
                SharedCursor cursor = desk.cursor(item.claim().key().queueId());
                if (cursor != null) {
                    cursor.settler.holdAgain(item.claim(), goneOrOther(item.claim(), heldAt));
                }
            }
        } finally {
            desk.unlock();
        }
    }

    /**
     * Where in the log the oldest of the messages lies; {@link Long#MAX_VALUE} when none is there.
     *
     * @throws RefusedException when that cannot be told now
     */
    long oldestOf(List<Item> items) {
        Map<Integer, Long> first = new HashMap<>();
        items.forEach(
                item -> first.merge(item.claim().key().queueId(), item.claim().offset(), Math::min));
        long oldest = Long.MAX_VALUE;
        for (Map.Entry<Integer, Long> entry : first.entrySet()) {
            try (QueueRead read = tools.log()
                    .read(
                            desk.topic().value(),
                            entry.getKey(),
                            entry.getValue(),
                            EntryFilter.ALL,
                            1,
                            Integer.MAX_VALUE)) {
                if (read.status() == QueueRead.Status.REBUILDING) {
                    throw new RefusedException(
                            Refusal.UNAVAILABLE,
                            "queue %d of %s is being rebuilt, so that it is not known from where on the log must be kept; prepare again soon"
                                    .formatted(entry.getKey(), desk.topic()));
                }
                if (!read.slices().isEmpty()) {
                    oldest = Math.min(
                            oldest, MessageView.of(read.slices().get(0)).logOffset());
                }
            }
        }
        return oldest;
    }

    /** Ends leases and delays of a cursor that are due. Under the desk's lock. */
    void passTime(SharedCursor cursor, long now, int attemptsMax) {
        for (Exhausted entry : cursor.passTime(now, attemptsMax)) {
            burials.add(new DeskBurials.Burial(
                    cursor,
                    entry.generation(),
                    entry.offset(),
                    entry.attempts(),
                    entry.burials(),
                    entry.reason(),
                    null));
        }
    }
}
