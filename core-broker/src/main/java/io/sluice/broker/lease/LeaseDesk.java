package io.sluice.broker.lease;

import io.sluice.broker.lease.CursorFact.Began;
import io.sluice.broker.lease.CursorFact.Forgotten;
import io.sluice.broker.lease.CursorFact.Returned;
import io.sluice.broker.lease.CursorFact.Settled;
import io.sluice.broker.lease.SharedCursor.Answer;
import io.sluice.broker.lease.SharedCursor.Exhausted;
import io.sluice.broker.lease.WaitingLines.Line;
import io.sluice.model.GroupName;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.port.LeaseReader;
import io.sluice.port.LeaseReader.Lease;
import io.sluice.port.LeaseReader.Leased;
import io.sluice.port.LeaseReader.Receipt;
import io.sluice.port.LeaseReader.Result;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.LeaseReader.Start;
import io.sluice.port.OffsetRange;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.store.QueueRead;
import io.sluice.store.queue.EntryFilter;
import io.sluice.wire.message.MessageView;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the consumers of one group get the messages of one topic: the cursors of its queues, and who waits.
 *
 * <p>Everything mutable is guarded by this object. Under the lock entries are looked at and marked, a bounded number at a
 * time, and messages are read that are in memory; facts are handed to the journal there, so that its order is the lock's.
 * Answers are given, receipts signed and the disk read outside.
 */
final class LeaseDesk {
    private static final Logger log = LoggerFactory.getLogger(LeaseDesk.class);

    /** Entries that one try may look at. */
    private static final int LOOK_ENTRIES = 4096;

    /** Lines that need long to look at everything and are tried in one pass. */
    private static final int LONG_LOOKS_MAX = 8;

    private static final int WARM_MESSAGES = 32;
    private static final int WARM_BYTES = 512 * 1024;
    private static final int PAGE_BYTES = 4096;
    private static final long REBUILD_PAUSE_MS = 100;
    private static final long FAILURE_PAUSE_MS = 1_000;
    private static final long BURIAL_PAUSE_MS = 1_000;
    private static final long BURIAL_PAUSE_MAX_MS = 60_000;

    /** Whether the desk stands in the keeper's queue; owned by the keeper. */
    final AtomicBoolean isQueued = new AtomicBoolean();

    private final GroupName group;
    private final TopicName topic;
    private final long number;
    private final DeskTools tools;

    private final TreeMap<Integer, SharedCursor> cursors = new TreeMap<>();
    private final WaitingLines lines = new WaitingLines();
    private final List<Burial> burials = new ArrayList<>();
    private final List<Gathering.Cold> cold = new ArrayList<>();
    /** While cursors come into being: completes when they have. */
    private CompletableFuture<Void> opening;
    /** Cursors that come into being now. */
    private List<SharedCursor> fresh = List.of();
    /** Where the next request begins, so that no queue is always first. */
    private int firstQueue;

    private long passes;
    private LeaseKeeper.Call call;
    /** Entries were held back because too many are open. */
    private boolean withholds;

    private boolean closed;

    /** Queues 0 up to but without this one have cursors. */
    private volatile int openedQueues;

    /** How many wait, so that an arrival costs one look at a field while nobody does. */
    private volatile int waiting;

    /** Something may be there that those who wait were not offered. */
    private volatile boolean dirty;

    /** One item of a settlement: which receipt, what it says, and where the result goes. */
    record Item(int index, Claim claim, Settlement settlement) {}

    /** An entry to be buried; {@code settling} is {@code null} when nobody waits for it. */
    private record Burial(
            SharedCursor cursor,
            int generation,
            long offset,
            int attempts,
            int tries,
            String reason,
            CompletableFuture<Void> settling) {}

    /** Entries of one cursor whose settlement is being written. */
    private record Batch(SharedCursor cursor, int generation, List<Long> offsets, CompletableFuture<Void> settling) {}

    /** @param number differs from that of every other desk */
    LeaseDesk(GroupName group, TopicName topic, long number, DeskTools tools) {
        this.group = group;
        this.topic = topic;
        this.number = number;
        this.tools = tools;
    }

    GroupName group() {
        return group;
    }

    TopicName topic() {
        return topic;
    }

    /** Puts in a cursor that was found in the journal. Before the desk is used. */
    synchronized void restore(SharedCursor cursor) {
        cursors.put(cursor.key.queueId(), cursor);
        countOpened();
        tools.progress().advanced(group, topic, cursor.key.queueId(), cursor.low());
        callNoLaterThan(cursor.nextDueMs());
    }

    private void countOpened() {
        int opened = 0;
        while (cursors.containsKey(opened)) {
            opened++;
        }
        openedQueues = opened;
    }

    // ---- cursors come into being ----

    /** Completes when the first queues of the topic, so many, have cursors that survive a crash. */
    CompletionStage<Void> open(int queues, Start start) {
        if (openedQueues >= queues) {
            return CompletableFuture.completedFuture(null);
        }
        List<SharedCursor> missing = new ArrayList<>();
        List<CompletableFuture<Void>> written = new ArrayList<>();
        CompletableFuture<Void> opened = new CompletableFuture<>();
        synchronized (this) {
            if (closed) {
                return CompletableFuture.failedFuture(gone());
            }
            if (opening != null) {
                return opening;
            }
            for (int queueId = 0; queueId < queues; queueId++) {
                if (!cursors.containsKey(queueId)) {
                    CursorKey key = new CursorKey(group, topic, queueId);
                    missing.add(new SharedCursor(
                            key, startOf(queueId, start), tools.rules().openMax()));
                }
            }
            if (missing.isEmpty()) {
                return CompletableFuture.completedFuture(null);
            }
            if (tools.cursors().addAndGet(missing.size()) > tools.rules().cursorsMax()) {
                tools.cursors().addAndGet(-missing.size());
                return CompletableFuture.failedFuture(new RefusedException(
                        Refusal.OVERLOADED,
                        "this broker keeps at most %d cursors (one per group and queue); delete groups that are not used"
                                .formatted(tools.rules().cursorsMax())));
            }
            for (SharedCursor cursor : missing) {
                written.add(tools.journal()
                        .write(cursor.key, List.of(new Began(cursor.low())))
                        .toCompletableFuture());
            }
            opening = opened;
            fresh = missing;
        }
        CompletableFuture.allOf(written.toArray(CompletableFuture[]::new))
                .whenComplete((done, failed) -> opened(opened, failed));
        return opened;
    }

    private long startOf(int queueId, Start start) {
        OffsetRange range = tools.log().range(topic.value(), queueId);
        long wanted = tools.progress()
                .committed(group, topic, queueId)
                .orElse(start == Start.FIRST ? range.min() : range.max());
        return Math.max(range.min(), Math.min(wanted, range.max()));
    }

    private void opened(CompletableFuture<Void> opened, Throwable failed) {
        synchronized (this) {
            opening = null;
            if (failed == null && !closed) {
                for (SharedCursor cursor : fresh) {
                    cursors.put(cursor.key.queueId(), cursor);
                    tools.progress().advanced(group, topic, cursor.key.queueId(), cursor.low());
                }
                countOpened();
            } else {
                tools.cursors().addAndGet(-fresh.size());
            }
            fresh = List.of();
        }
        if (failed == null) {
            opened.complete(null);
        } else {
            opened.completeExceptionally(RefusedCause.of(failed));
        }
    }

    private RefusedException gone() {
        return new RefusedException(
                Refusal.UNAVAILABLE,
                "group %s or topic %s is being deleted or the broker stops".formatted(group, topic));
    }

    // ---- leasing ----

    /** Answers the request at once, or lets it wait. */
    void ask(Waiter waiter) {
        List<Runnable> answers = new ArrayList<>();
        synchronized (this) {
            if (closed) {
                answers.add(() -> waiter.answer().completeExceptionally(gone()));
            } else if (dirty || !tryFirst(waiter, answers)) {
                park(waiter, answers);
            }
            flushNews();
        }
        answers.forEach(Runnable::run);
    }

    /** Tries a request that has just come; answers whether it is answered. */
    private boolean tryFirst(Waiter waiter, List<Runnable> answers) {
        Gathering found = tryFor(waiter);
        if (!found.lent().isEmpty()) {
            answers.add(answerOf(waiter, found));
            return true;
        }
        if (found.incomplete) {
            dirty = true;
            return false;
        }
        if (found.withheld) {
            answers.add(() -> waiter.answer().completeExceptionally(tooManyOpen()));
            return true;
        }
        if (waiter.deadlineMs() <= found.nowMs) {
            answers.add(() -> waiter.answer().complete(Leased.NONE));
            return true;
        }
        return false;
    }

    private RefusedException tooManyOpen() {
        return new RefusedException(
                Refusal.OVERLOADED,
                "group %s has %d messages of a queue of %s open, which is the limit; settle some first"
                        .formatted(group, tools.rules().openMax(), topic));
    }

    private Gathering tryFor(Waiter waiter) {
        long now = tools.clock().millis();
        Wanted wanted = waiter.wanted();
        Gathering found = new Gathering(
                wanted.filters(),
                waiter.pops() ? popIds(now, waiter.leaseMs()) : tools.ids()::next,
                now,
                now + waiter.leaseMs(),
                tools.policy().attemptsMax(group),
                Math.min(waiter.messages(), tools.rules().messagesMax()),
                tools.rules().bytesMax(),
                LOOK_ENTRIES);
        int queues = waiter.queues();
        try {
            for (int i = 0; i < queues && found.wantsMore(); i++) {
                int queueId = (firstQueue + i) % queues;
                if (wanted.isOf(queueId)) {
                    lendFrom(cursors.get(queueId), found, wanted.ordered());
                }
            }
        } catch (RuntimeException failed) {
            found.hold().release();
            undo(found);
            throw failed;
        }
        if (!found.lent().isEmpty()) {
            firstQueue = (firstQueue + 1) % queues;
        }
        cold.addAll(found.cold());
        withholds |= found.withheld;
        if (found.retrySoon) {
            callNoLaterThan(now + REBUILD_PAUSE_MS);
        }
        return found;
    }

    /** All entries lent at one moment for one term share an id, so that a handle need not name each. */
    private LongSupplier popIds(long nowMs, long leaseMs) {
        long id = PopHandle.leaseId(nowMs, tools.receipts().seal(group, topic, nowMs, leaseMs));
        return () -> id;
    }

    private void lendFrom(SharedCursor cursor, Gathering found, boolean ordered) {
        if (cursor == null) {
            return;
        }
        passTime(cursor, found.nowMs, found.attemptsMax);
        if (ordered && cursor.isBusy()) {
            withholds = true;
        } else {
            cursor.lend(found, tools.log());
        }
        callNoLaterThan(cursor.nextDueMs());
    }

    private void passTime(SharedCursor cursor, long now, int attemptsMax) {
        List<Exhausted> exhausted = cursor.passTime(now, attemptsMax);
        for (Exhausted entry : exhausted) {
            burials.add(new Burial(
                    cursor,
                    entry.generation(),
                    entry.offset(),
                    entry.attempts(),
                    entry.burials(),
                    "delivered %d times without being acknowledged".formatted(entry.attempts()),
                    null));
        }
        if (!exhausted.isEmpty()) {
            tools.keeper().serve(this);
        }
    }

    /** Answers with what was lent; if whoever asked has gone, it comes back at once and the delivery does not count. */
    private Runnable answerOf(Waiter waiter, Gathering found) {
        return () -> {
            Function<Gathering.Lent, Receipt> receipts =
                    waiter.pops() ? handlesOf(found) : lent -> signedFor(lent, found.untilMs);
            Leased leased = new Leased(
                    found.lent().stream()
                            .map(lent -> leaseOf(lent, receipts.apply(lent), found.untilMs))
                            .toList(),
                    found.hold());
            if (!waiter.answer().complete(leased)) {
                leased.close();
                takeBack(found);
            }
        };
    }

    private Lease leaseOf(Gathering.Lent lent, Receipt receipt, long untilMs) {
        MessageQueue queue =
                new MessageQueue(topic, tools.rules().brokerName(), lent.key().queueId());
        return new Lease(receipt, queue, lent.slice(), lent.attempt(), untilMs);
    }

    private Receipt signedFor(Gathering.Lent lent, long untilMs) {
        int fingerprint = Receipts.fingerprint(MessageView.of(lent.slice()));
        return tools.receipts()
                .write(Claim.signed(lent.key(), lent.offset(), lent.leaseId(), lent.attempt(), untilMs, fingerprint));
    }

    private Function<Gathering.Lent, Receipt> handlesOf(Gathering found) {
        long termMs = found.untilMs - found.nowMs;
        int seal = tools.receipts().seal(group, topic, found.nowMs, termMs);
        return lent -> handle(lent.key().queueId(), lent.offset(), found.nowMs, termMs, seal)
                .toReceipt();
    }

    private PopHandle handle(int queueId, long offset, long popTimeMs, long invisibleMs, int seal) {
        return new PopHandle(offset, popTimeMs, invisibleMs, seal, tools.rules().brokerName(), queueId, offset);
    }

    private void takeBack(Gathering found) {
        synchronized (this) {
            undo(found);
            dirty = true;
        }
        tools.keeper().serve(this);
    }

    private void undo(Gathering found) {
        for (Gathering.Lent lent : found.lent()) {
            SharedCursor cursor = cursors.get(lent.key().queueId());
            if (cursor != null) {
                cursor.takeBack(lent.offset(), lent.leaseId());
            }
        }
    }

    /**
     * Lets a request wait. It counts as waiting before the queues are looked at once more, so that an arrival is either seen
     * here or sees somebody waiting.
     */
    private void park(Waiter waiter, List<Runnable> answers) {
        if (tools.waiters().incrementAndGet() > tools.rules().waitersMax()) {
            tools.waiters().decrementAndGet();
            answers.add(() -> waiter.answer()
                    .completeExceptionally(new RefusedException(
                            Refusal.OVERLOADED,
                            "%d requests for leases wait, which is the limit; try again later"
                                    .formatted(tools.rules().waitersMax()))));
            return;
        }
        Line line = lines.add(waiter);
        // Runs at once when the question has been taken back already; the lock is held by this thread then.
        waiter.answer().whenComplete((leased, failed) -> leave(waiter));
        waiting = lines.size();
        line.lookedAtAll = !dirty;
        callNoLaterThan(waiter.deadlineMs());
        if (!dirty) {
            dirty = cursors.values().stream().anyMatch(cursor -> cursor.hasGrown(tools.log()));
        }
        if (dirty) {
            tools.keeper().serve(this);
        }
    }

    private void unpark(Waiter waiter) {
        if (lines.remove(waiter)) {
            waiting = lines.size();
            tools.waiters().decrementAndGet();
        }
    }

    /** Whoever asked has taken the question back, or was answered. */
    private synchronized void leave(Waiter waiter) {
        unpark(waiter);
    }

    /** A queue of the topic has grown. Any thread; never blocks. */
    void grown() {
        if (waiting > 0) {
            dirty = true;
            tools.keeper().serve(this);
        }
    }

    // ---- the keeper's calls ----

    /** The time has come that the keeper was asked for. */
    void called() {
        synchronized (this) {
            call = null;
            dirty |= waiting > 0;
        }
        serve(true);
    }

    /** Serving has failed: once more after a while. */
    synchronized void callAgain() {
        callNoLaterThan(tools.clock().millis() + FAILURE_PAUSE_MS);
    }

    /** Something has happened here. */
    void serve() {
        serve(false);
    }

    /**
     * Offers what there is to those who wait, ends what is over, buries what has no attempt left.
     *
     * @param called whether the call that stood for all deadlines of this desk is used up, so that they need another
     */
    private void serve(boolean called) {
        warm();
        List<Runnable> answers = new ArrayList<>();
        List<Burial> due;
        synchronized (this) {
            long now = tools.clock().millis();
            int attemptsMax = tools.policy().attemptsMax(group);
            if (called) {
                cursors.values().forEach(cursor -> passTime(cursor, now, attemptsMax));
            }
            offer(answers);
            expire(now, answers);
            due = List.copyOf(burials);
            burials.clear();
            if (called) {
                cursors.values().forEach(cursor -> callNoLaterThan(cursor.nextDueMs()));
                callNoLaterThan(lines.nextDeadlineAfter(now));
            }
            flushNews();
            if (dirty) {
                tools.keeper().serve(this);
            }
        }
        answers.forEach(Runnable::run);
        due.forEach(this::bury);
    }

    /** Brings messages to memory that are wanted, without the lock. */
    private void warm() {
        List<Gathering.Cold> spots;
        synchronized (this) {
            spots = List.copyOf(cold);
            cold.clear();
        }
        for (Gathering.Cold spot : spots) {
            long next;
            try (QueueRead read = tools.log()
                    .read(
                            topic.value(),
                            spot.cursor().key.queueId(),
                            spot.offset(),
                            EntryFilter.ALL,
                            WARM_MESSAGES,
                            WARM_BYTES)) {
                read.slices().forEach(LeaseDesk::touch);
                next = Math.max(read.nextOffset(), spot.offset() + 1);
            }
            synchronized (this) {
                spot.cursor().warmed(next);
            }
        }
    }

    private static int touch(ByteBuffer slice) {
        int sum = 0;
        for (int at = slice.position(); at < slice.limit(); at += PAGE_BYTES) {
            sum += slice.get(at);
        }
        return sum;
    }

    private void offer(List<Runnable> answers) {
        if (!dirty) {
            return;
        }
        dirty = false;
        passes++;
        int longLooks = 0;
        PriorityQueue<Line> turns = new PriorityQueue<>(WaitingLines.TURN);
        turns.addAll(lines.all());
        while (!turns.isEmpty() && longLooks < LONG_LOOKS_MAX) {
            Line line = turns.poll();
            Waiter waiter = line.first();
            if (waiter.answer().isDone()) {
                unpark(waiter);
                if (!line.isEmpty()) {
                    turns.add(line);
                }
                continue;
            }
            Gathering found = tryFor(waiter);
            line.lookedAtAll = !found.incomplete;
            line.triedAt = passes;
            if (found.incomplete) {
                longLooks++;
                dirty = true;
            }
            if (!found.lent().isEmpty()) {
                unpark(waiter);
                answers.add(answerOf(waiter, found));
                if (!line.isEmpty() && !found.incomplete && !found.wantsMore()) {
                    turns.add(line);
                }
            }
        }
        dirty |= !turns.isEmpty();
    }

    private void expire(long now, List<Runnable> answers) {
        for (Waiter waiter : lines.expired(now)) {
            unpark(waiter);
            answers.add(() -> waiter.answer().complete(Leased.NONE));
        }
    }

    private void callNoLaterThan(long atMs) {
        if (atMs != Long.MAX_VALUE && (call == null || atMs < call.atMs()) && !closed) {
            LeaseKeeper.Call earlier = new LeaseKeeper.Call(atMs, number, this);
            tools.keeper().call(call, earlier);
            call = earlier;
        }
    }

    /** Hands the journal what nobody waits for, and tells progress. */
    private void flushNews() {
        for (SharedCursor cursor : cursors.values()) {
            flushNews(cursor);
        }
    }

    private void flushNews(SharedCursor cursor) {
        tools.journal().note(cursor.key, cursor.takeNews());
        if (cursor.hasRisen()) {
            tools.progress().advanced(group, topic, cursor.key.queueId(), cursor.low());
        }
    }

    // ---- settling ----

    /**
     * Settles leases of this desk. Results are given to {@code results} by index; they hold when the stage completes. The
     * stage fails with {@link RefusedException} when one of them could not be written; then nobody knows which of those that
     * had to be written hold, and all may be tried again.
     */
    CompletionStage<Void> settle(List<Item> items, BiConsumer<Item, LeaseReader.Settled> results) {
        Map<SharedCursor, Batch> batches = new HashMap<>();
        List<CompletionStage<Void>> pending = new ArrayList<>();
        Map<Batch, CompletionStage<Void>> written = new HashMap<>();
        synchronized (this) {
            if (closed) {
                return CompletableFuture.failedFuture(gone());
            }
            Settling settling = new Settling(batches, pending);
            items.forEach(item -> results.accept(item, settling.one(item)));
            batches.forEach((cursor, batch) ->
                    written.put(batch, tools.journal().write(cursor.key, rangesOf(batch.offsets()))));
            settling.touched.values().forEach(this::flushNews);
        }
        written.forEach((batch, stage) -> {
            pending.add(batch.settling());
            stage.whenComplete((done, failed) -> conclude(batch, failed));
        });
        return CompletableFuture.allOf(
                pending.stream().map(CompletionStage::toCompletableFuture).toArray(CompletableFuture[]::new));
    }

    /** One call of {@link #settle}, under the lock. */
    private final class Settling {
        private final Map<SharedCursor, Batch> batches;
        private final List<CompletionStage<Void>> pending;
        private final Map<Integer, SharedCursor> touched = new HashMap<>();
        private final long now = tools.clock().millis();
        private final int attemptsMax = tools.policy().attemptsMax(group);

        Settling(Map<SharedCursor, Batch> batches, List<CompletionStage<Void>> pending) {
            this.batches = batches;
            this.pending = pending;
        }

        LeaseReader.Settled one(Item item) {
            Claim claim = item.claim();
            SharedCursor cursor = cursors.get(claim.key().queueId());
            if (cursor == null) {
                return outcome(Answer.OVER, item.settlement());
            }
            touched.put(claim.key().queueId(), cursor);
            passTime(cursor, now, attemptsMax);
            Settlement settlement = item.settlement();
            if (settlement instanceof Settlement.Extend extend) {
                return extend(cursor, claim, extend);
            }
            if (settlement instanceof Settlement.Release release) {
                return outcome(release(cursor, claim, release), release);
            }
            if (settlement instanceof Settlement.Reject reject) {
                return outcome(reject(cursor, claim, reject), reject);
            }
            return outcome(acknowledge(cursor, claim), settlement);
        }

        private Answer acknowledge(SharedCursor cursor, Claim claim) {
            Batch batch = batches.get(cursor);
            if (batch == null) {
                batch = new Batch(cursor, cursor.generation(), new ArrayList<>(), new CompletableFuture<>());
            }
            Answer answer = cursor.acknowledge(claim, now, batch.settling(), sameAs(claim));
            if (answer == Answer.STARTED) {
                if (cursor.settling(claim.offset()) != batch.settling()) {
                    waitForBefore(cursor, claim);
                } else {
                    batches.put(cursor, batch);
                    batch.offsets().add(claim.offset());
                }
            }
            return answer;
        }

        /** Somebody settles the entry already: this settlement holds when that one does. */
        private void waitForBefore(SharedCursor cursor, Claim claim) {
            pending.add(cursor.settling(claim.offset()));
        }

        private Answer reject(SharedCursor cursor, Claim claim, Settlement.Reject reject) {
            CompletableFuture<Void> buried = new CompletableFuture<>();
            Answer answer = cursor.reject(claim, now, buried, sameAs(claim));
            if (answer == Answer.STARTED) {
                waitForBefore(cursor, claim);
                if (cursor.settling(claim.offset()) == buried) {
                    burials.add(new Burial(
                            cursor, cursor.generation(), claim.offset(), claim.attempt(), 0, reject.reason(), buried));
                    tools.keeper().serve(LeaseDesk.this);
                }
            }
            return answer;
        }

        private LeaseReader.Settled extend(SharedCursor cursor, Claim claim, Settlement.Extend extend) {
            long termMs = millis(extend.leaseFor());
            long untilMs = now + termMs;
            long leaseId = claim.leaseId();
            Receipt longer;
            if (claim.isPopped()) {
                int seal = tools.receipts().seal(group, topic, now, termMs);
                PopHandle handle = handle(claim.key().queueId(), claim.offset(), now, termMs, seal);
                leaseId = handle.leaseId();
                longer = handle.toReceipt();
            } else {
                longer = tools.receipts().write(claim.until(untilMs));
            }
            Answer answer = cursor.extend(claim, now, untilMs, leaseId, sameAs(claim));
            if (answer != Answer.DONE) {
                return outcome(answer, extend);
            }
            callNoLaterThan(untilMs);
            return new LeaseReader.Settled(longer, Result.DONE, untilMs);
        }

        private Answer release(SharedCursor cursor, Claim claim, Settlement.Release release) {
            long freeAtMs = now + millis(release.delay());
            Answer answer = cursor.release(claim, now, freeAtMs, attemptsMax, sameAs(claim));
            if (answer == Answer.DONE) {
                pending.add(tools.journal().write(cursor.key, cursor.takeNews()));
                callNoLaterThan(cursor.nextDueMs());
                grown();
            }
            return answer;
        }

        private LeaseReader.Settled outcome(Answer answer, Settlement settlement) {
            return new LeaseReader.Settled(
                    settlement.receipt(), answer == Answer.OVER ? Result.LEASE_OVER : Result.DONE, 0);
        }
    }

    static long millis(Duration duration) {
        return Math.max(duration.toMillis(), duration.isZero() ? 0 : 1);
    }

    /** Whether the message at the offset is still the one that the receipt was written for. */
    private LongPredicate sameAs(Claim claim) {
        return offset -> {
            EntryFilter only = new EntryFilter() {
                @Override
                public boolean acceptsEntry(long queueOffset, long tagHash) {
                    return queueOffset == offset;
                }
            };
            try (QueueRead read =
                    tools.log().read(topic.value(), claim.key().queueId(), offset, only, 1, Integer.MAX_VALUE)) {
                return read.status() == QueueRead.Status.FOUND
                        && claim.isOf(MessageView.of(read.slices().get(0)));
            }
        };
    }

    private static List<CursorFact> rangesOf(List<Long> offsets) {
        List<Long> sorted = offsets.stream().distinct().sorted().toList();
        List<CursorFact> ranges = new ArrayList<>();
        for (int i = 0; i < sorted.size(); ) {
            long start = sorted.get(i);
            long end = start;
            while (i < sorted.size() && sorted.get(i) == end) {
                end++;
                i++;
            }
            ranges.add(new Settled(start, end));
        }
        return ranges;
    }

    /** The settlements of a batch are in the log, or could not be written. */
    private void conclude(Batch batch, Throwable failed) {
        synchronized (this) {
            if (batch.cursor().generation() == batch.generation()) {
                long now = tools.clock().millis();
                int attemptsMax = tools.policy().attemptsMax(group);
                for (long offset : batch.offsets()) {
                    if (failed == null) {
                        batch.cursor().settled(offset);
                    } else {
                        batch.cursor().notSettled(offset, now, attemptsMax);
                    }
                }
                callNoLaterThan(batch.cursor().nextDueMs());
                flushNews(batch.cursor());
            }
            if (withholds || failed != null) {
                withholds = false;
                grown();
            }
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

    // ---- settling together with others ----

    /** Differs from that of every other desk: the order in which the locks of several are taken. */
    long number() {
        return number;
    }

    /**
     * Begins to settle leases of this desk as part of a whole; the caller holds the lock of this desk.
     *
     * @param facts    what is true when the whole holds is added here
     * @param settling completes when the whole holds, fails when it does not
     * @return those whose lease is not in force; when there are any, {@link #endJointly} is to take back the others
     */
    List<Item> beginJointly(
            List<Item> items, Map<CursorKey, List<CursorFact>> facts, CompletableFuture<Void> settling) {
        long now = tools.clock().millis();
        int attemptsMax = tools.policy().attemptsMax(group);
        List<Item> over = new ArrayList<>();
        Map<CursorKey, List<Long>> gone = new LinkedHashMap<>();
        for (Item item : items) {
            Claim claim = item.claim();
            SharedCursor cursor = closed ? null : cursors.get(claim.key().queueId());
            if (cursor == null) {
                over.add(item);
                continue;
            }
            passTime(cursor, now, attemptsMax);
            Answer answer = cursor.acknowledge(claim, now, settling, sameAs(claim));
            if (answer != Answer.STARTED || !cursor.isSettling(claim.offset(), settling)) {
                over.add(item);
            } else if (item.settlement() instanceof Settlement.Release release) {
                long freeAtMs = release.delay().isZero() ? 0 : now + millis(release.delay());
                facts.computeIfAbsent(cursor.key, none -> new ArrayList<>())
                        .add(new Returned(claim.offset(), cursor.attempts(claim.offset()), freeAtMs));
            } else {
                gone.computeIfAbsent(cursor.key, none -> new ArrayList<>()).add(claim.offset());
            }
        }
        gone.forEach((key, offsets) ->
                facts.computeIfAbsent(key, none -> new ArrayList<>()).addAll(rangesOf(offsets)));
        flushNews();
        return over;
    }

    /** The whole holds, or it does not and the leases go on. */
    synchronized void endJointly(List<Item> items, CompletableFuture<Void> settling, boolean holds) {
        long now = tools.clock().millis();
        int attemptsMax = tools.policy().attemptsMax(group);
        for (Item item : items) {
            Claim claim = item.claim();
            SharedCursor cursor = cursors.get(claim.key().queueId());
            if (cursor == null || !cursor.isSettling(claim.offset(), settling)) {
                continue;
            }
            if (!holds) {
                cursor.notSettled(claim.offset(), now, attemptsMax);
            } else if (item.settlement() instanceof Settlement.Release release) {
                cursor.released(claim, now, now + millis(release.delay()), attemptsMax);
            } else {
                cursor.settled(claim.offset());
            }
            callNoLaterThan(cursor.nextDueMs());
        }
        flushNews();
        withholds = false;
        grown();
    }

    // ---- burying ----

    /** Stores the dead letter first, then settles the entry. */
    private void bury(Burial burial) {
        CompletionStage<Void> buried;
        try {
            buried = tools.deadLetters().bury(burial.cursor().key, burial.offset(), burial.attempts(), burial.reason());
        } catch (RuntimeException failed) {
            buried = CompletableFuture.failedFuture(failed);
        }
        buried.whenComplete((done, failed) -> {
            if (failed == null) {
                settleBuried(burial);
            } else {
                notBuried(burial, failed);
            }
        });
    }

    private void settleBuried(Burial burial) {
        CompletionStage<Void> written;
        synchronized (this) {
            written = burial.cursor().generation() != burial.generation()
                    ? CompletableFuture.completedFuture(null)
                    : tools.journal()
                            .write(burial.cursor().key, List.of(new Settled(burial.offset(), burial.offset() + 1)));
        }
        written.whenComplete((done, failed) -> {
            if (failed == null) {
                List<Long> offset = List.of(burial.offset());
                CompletableFuture<Void> settling =
                        burial.settling() == null ? new CompletableFuture<>() : burial.settling();
                conclude(new Batch(burial.cursor(), burial.generation(), offset, settling), null);
            } else {
                notBuried(burial, failed);
            }
        });
    }

    private void notBuried(Burial burial, Throwable failed) {
        synchronized (this) {
            if (burial.cursor().generation() == burial.generation()) {
                long now = tools.clock().millis();
                if (burial.settling() != null) {
                    burial.cursor()
                            .notSettled(burial.offset(), now, tools.policy().attemptsMax(group));
                } else {
                    long pause = Math.min(BURIAL_PAUSE_MAX_MS, BURIAL_PAUSE_MS << Math.min(burial.tries(), 10));
                    burial.cursor().notBuried(burial.offset(), now + pause);
                }
                callNoLaterThan(burial.cursor().nextDueMs());
                flushNews(burial.cursor());
                grown();
            }
        }
        if (burial.settling() != null) {
            finish(burial.settling(), failed);
        } else if (burial.tries() == 0) {
            log.warn(
                    "a message that {} gave up on could not be stored as dead letter and is kept; it is tried again: offset={} cause={}",
                    burial.cursor().key,
                    burial.offset(),
                    RefusedCause.of(failed).getMessage());
        }
    }

    // ---- from outside ----

    /** Puts the cursor of a queue elsewhere, if there is one; every lease there is void. */
    CompletionStage<Void> reset(int queueId, long next) {
        CompletionStage<Void> written;
        synchronized (this) {
            SharedCursor cursor = closed ? null : cursors.get(queueId);
            if (cursor == null) {
                return CompletableFuture.completedFuture(null);
            }
            cursor.begin(next);
            written = tools.journal().write(cursor.key, List.of(new Began(next)));
            grown();
        }
        return written;
    }

    /** Forgets every cursor for good; who waits is refused. */
    CompletionStage<Void> forget() {
        List<CompletableFuture<Void>> written = new ArrayList<>();
        Runnable refusals;
        synchronized (this) {
            List<SharedCursor> all = new ArrayList<>(cursors.values());
            all.addAll(fresh);
            for (SharedCursor cursor : all) {
                cursor.begin(cursor.low());
                written.add(tools.journal()
                        .write(cursor.key, List.of(new Forgotten()))
                        .toCompletableFuture());
            }
            tools.cursors().addAndGet(-cursors.size());
            refusals = shut();
        }
        refusals.run();
        return CompletableFuture.allOf(written.toArray(CompletableFuture[]::new));
    }

    /** Refuses who waits, because the broker stops. */
    void close() {
        Runnable refusals;
        synchronized (this) {
            refusals = shut();
        }
        refusals.run();
    }

    /** Under the lock; what it answers is to be run outside. */
    private Runnable shut() {
        closed = true;
        tools.keeper().call(call, null);
        call = null;
        List<Waiter> left = lines.clear();
        waiting = 0;
        tools.waiters().addAndGet(-left.size());
        List<Burial> unburied = List.copyOf(burials);
        burials.clear();
        return () -> {
            left.forEach(waiter -> waiter.answer().completeExceptionally(gone()));
            unburied.stream()
                    .filter(burial -> burial.settling() != null)
                    .forEach(burial -> finish(burial.settling(), gone()));
        };
    }

    /** Everything that must be known of the cursors to go on after a restart. */
    synchronized void tellFacts(BiConsumer<CursorKey, List<CursorFact>> each) {
        cursors.values().forEach(cursor -> each.accept(cursor.key, cursor.facts()));
    }

    /** How far the group is with a queue; {@code null} when it has no cursor there. */
    synchronized CursorStatus status(int queueId) {
        SharedCursor cursor = cursors.get(queueId);
        return cursor == null
                ? null
                : new CursorStatus(
                        cursor.low(), cursor.openEntries() - cursor.freeEntries(), cursor.freeEntries(), waiting);
    }

    @Override
    public String toString() {
        return group + "@" + topic;
    }
}
