package io.sluice.broker.lease;

import io.sluice.broker.lease.CursorFact.Began;
import io.sluice.broker.lease.CursorFact.Forgotten;
import io.sluice.broker.lease.WaitingLines.Line;
import io.sluice.model.GroupName;
import io.sluice.model.TopicName;
import io.sluice.port.LeaseReader.Leased;
import io.sluice.port.LeaseReader.Start;
import io.sluice.port.OffsetRange;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.store.QueueRead;
import io.sluice.store.queue.EntryFilter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the consumers of one group get the messages of one topic: the cursors of its queues, and who waits.
 *
 * <p>Everything mutable is guarded by the lock of the desk. Under the lock entries are looked at and marked, a bounded number at a
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

    /** Whether the desk stands in the keeper's queue; owned by the keeper. */
    final AtomicBoolean isQueued = new AtomicBoolean();

    /** A lock of its own and not the monitor: {@link JointSettlement} takes those of any number of desks one after another. */
    private final ReentrantLock lock = new ReentrantLock();

    private final GroupName group;
    private final TopicName topic;
    private final long number;
    private final DeskTools tools;

    private final DeskReceipts receipts;
    private final DeskSettling settling;
    private final TreeMap<Integer, SharedCursor> cursors = new TreeMap<>();
    private final WaitingLines lines = new WaitingLines();
    private final List<Gathering.Cold> cold = new ArrayList<>();
    /** While cursors come into being: completes when they have. */
    private CompletableFuture<Void> opening;
    /** Cursors that come into being now. */
    private List<SharedCursor> fresh = List.of();
    /** Where the next request begins, so that no queue is always first. */
    private int firstQueue;

    private long passes;
    private LeaseKeeper.Call call;
    /** Entries were held back because too many are open, or others of their key. */
    private boolean withholds;

    private boolean closed;

    /** A member has asked for messages of one key to go to one consumer at a time; for all members, until the broker stops. */
    private volatile boolean byKey;

    /** Queues 0 up to but without this one have cursors. */
    private volatile int openedQueues;

    /** How many wait, so that an arrival costs one look at a field while nobody does. */
    private volatile int waiting;

    /** Something may be there that those who wait were not offered. */
    private volatile boolean dirty;

    /** @param number differs from that of every other desk */
    LeaseDesk(GroupName group, TopicName topic, long number, DeskTools tools) {
        this.group = group;
        this.topic = topic;
        this.number = number;
        this.tools = tools;
        this.receipts = new DeskReceipts(group, topic, tools);
        this.settling = new DeskSettling(this, tools);
    }

    void lock() {
        lock.lock();
    }

    void unlock() {
        lock.unlock();
    }

    GroupName group() {
        return group;
    }

    TopicName topic() {
        return topic;
    }

    /** Puts in a cursor that was found in the journal. Before the desk is used. */
    void restore(SharedCursor cursor) {
        lock();
        try {
            cursors.put(cursor.key.queueId(), cursor);
            countOpened();
            tools.progress().advanced(group, topic, cursor.key.queueId(), cursor.low());
            callNoLaterThan(cursor.nextDueMs());
        } finally {
            unlock();
        }
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
        lock();
        try {
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
        } finally {
            unlock();
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
        lock();
        try {
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
        } finally {
            unlock();
        }
        if (failed == null) {
            opened.complete(null);
        } else {
            opened.completeExceptionally(RefusedCause.of(failed));
        }
    }

    RefusedException gone() {
        return new RefusedException(
                Refusal.UNAVAILABLE,
                "group %s or topic %s is being deleted or the broker stops".formatted(group, topic));
    }

    // ---- leasing ----

    /** From now on messages of one key go to one consumer at a time, whoever asks. */
    void orderByKey() {
        byKey = true;
    }

    /** Answers the request at once, or lets it wait. */
    void ask(Waiter waiter) {
        List<Runnable> answers = new ArrayList<>();
        lock();
        try {
            if (closed) {
                answers.add(() -> waiter.answer().completeExceptionally(gone()));
            } else if (dirty || !tryFirst(waiter, answers)) {
                park(waiter, answers);
            }
            flushNews();
        } finally {
            unlock();
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
                tools.ids().next(),
                wanted.filters(),
                byKey || tools.policy().isOrderedByKey(group),
                tools.topics().expiry(topic),
                waiter.pops()
                        ? receipts.popId(now, waiter.leaseMs())
                        : tools.ids().next(),
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
        if (found.expired() > 0) {
            tools.topics().expired(found.expired());
        }
        withholds |= found.withheld || found.blocked;
        if (found.retrySoon) {
            callNoLaterThan(now + REBUILD_PAUSE_MS);
        }
        return found;
    }

    private void lendFrom(SharedCursor cursor, Gathering found, boolean ordered) {
        if (cursor == null) {
            return;
        }
        settling.passTime(cursor, found.nowMs, found.attemptsMax);
        if (ordered && cursor.isBusy()) {
            withholds = true;
        } else {
            cursor.lender.lend(found, tools.log());
        }
        callNoLaterThan(cursor.nextDueMs());
    }

    /** Answers with what was lent; if whoever asked has gone, it comes back at once and the delivery does not count. */
    private Runnable answerOf(Waiter waiter, Gathering found) {
        return () -> {
            Leased leased = new Leased(receipts.runs(found, waiter.pops()), found.hold());
            if (!waiter.answer().complete(leased)) {
                leased.close();
                takeBack(found);
                waiter.answer().complete(Leased.NONE);
            }
        };
    }

    private void takeBack(Gathering found) {
        lock();
        try {
            undo(found);
            dirty = true;
        } finally {
            unlock();
        }
        tools.keeper().serve(this);
    }

    private void undo(Gathering found) {
        for (Gathering.Run run : found.lent()) {
            SharedCursor cursor = cursors.get(run.key.queueId());
            for (int i = 0; cursor != null && i < run.count(); i++) {
                cursor.takeBack(run.offset + i, found.leaseId);
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
            dirty = cursors.values().stream().anyMatch(cursor -> cursor.lender.hasGrown(tools.log()));
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
    private void leave(Waiter waiter) {
        lock();
        try {
            unpark(waiter);
        } finally {
            unlock();
        }
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
        lock();
        try {
            call = null;
            dirty |= waiting > 0;
        } finally {
            unlock();
        }
        serve(true);
    }

    /** Serving has failed: once more after a while. */
    void callAgain() {
        lock();
        try {
            callNoLaterThan(tools.clock().millis() + FAILURE_PAUSE_MS);
        } finally {
            unlock();
        }
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
        List<DeskBurials.Burial> due;
        lock();
        try {
            long now = tools.clock().millis();
            int attemptsMax = tools.policy().attemptsMax(group);
            if (called) {
                cursors.values().forEach(cursor -> settling.passTime(cursor, now, attemptsMax));
            }
            offer(answers);
            expire(now, answers);
            due = settling.burials().take();
            if (called) {
                cursors.values().forEach(cursor -> callNoLaterThan(cursor.nextDueMs()));
                callNoLaterThan(lines.nextDeadlineAfter(now));
            }
            flushNews();
            if (dirty) {
                tools.keeper().serve(this);
            }
        } finally {
            unlock();
        }
        answers.forEach(Runnable::run);
        due.forEach(settling.burials()::bury);
    }

    /** Brings messages to memory that are wanted, without the lock. */
    private void warm() {
        List<Gathering.Cold> spots;
        lock();
        try {
            spots = List.copyOf(cold);
            cold.clear();
        } finally {
            unlock();
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
            lock();
            try {
                spot.cursor().lender.warmed(next);
            } finally {
                unlock();
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

    /** The keeper is to call at this time or before; {@link Long#MAX_VALUE}: it need not. Under the lock. */
    void callNoLaterThan(long atMs) {
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

    void flushNews(SharedCursor cursor) {
        tools.journal().note(cursor.key, cursor.takeNews());
        if (cursor.hasRisen()) {
            tools.progress().advanced(group, topic, cursor.key.queueId(), cursor.low());
        }
    }

    // ---- for whoever settles, under the lock ----

    boolean isClosed() {
        return closed;
    }

    /** Differs from that of every other desk: the order in which the locks of several are taken. */
    long number() {
        return number;
    }

    /** The cursor of a queue; {@code null} when the group never leased from it. */
    SharedCursor cursor(int queueId) {
        return cursors.get(queueId);
    }

    /** Something is free that was not, or less is open than was. */
    void eased(boolean somethingCameBack) {
        if (withholds || somethingCameBack) {
            withholds = false;
            grown();
        }
    }

    DeskReceipts receipts() {
        return receipts;
    }

    DeskSettling settling() {
        return settling;
    }

    // ---- from outside ----

    /** Puts the cursor of a queue elsewhere, if there is one; every lease there is void. */
    CompletionStage<Void> reset(int queueId, long next) {
        CompletionStage<Void> written;
        lock();
        try {
            SharedCursor cursor = closed ? null : cursors.get(queueId);
            if (cursor == null) {
                return CompletableFuture.completedFuture(null);
            }
            cursor.begin(next);
            written = tools.journal().write(cursor.key, List.of(new Began(next)));
            grown();
        } finally {
            unlock();
        }
        return written;
    }

    /** Forgets every cursor for good; who waits is refused. */
    CompletionStage<Void> forget() {
        List<CompletableFuture<Void>> written = new ArrayList<>();
        Runnable refusals;
        lock();
        try {
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
        } finally {
            unlock();
        }
        refusals.run();
        return CompletableFuture.allOf(written.toArray(CompletableFuture[]::new));
    }

    /** Refuses who waits, because the broker stops. */
    void close() {
        Runnable refusals;
        lock();
        try {
            refusals = shut();
        } finally {
            unlock();
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
        List<DeskBurials.Burial> unburied = settling.burials().take();
        return () -> {
            left.forEach(waiter -> waiter.answer().completeExceptionally(gone()));
            unburied.forEach(burial -> burial.fail(gone()));
        };
    }

    /** Everything that must be known of the cursors to go on after a restart. */
    void tellFacts(BiConsumer<CursorKey, List<CursorFact>> each) {
        lock();
        try {
            cursors.values().forEach(cursor -> each.accept(cursor.key, cursor.facts()));
        } finally {
            unlock();
        }
    }

    /** Whether a consumer of the group has something. */
    boolean isAnyLent() {
        lock();
        try {
            return cursors.values().stream().anyMatch(SharedCursor::isAnyLent);
        } finally {
            unlock();
        }
    }

    /** How far the group is with a queue; {@code null} when it has no cursor there. */
    CursorStatus status(int queueId) {
        lock();
        try {
            SharedCursor cursor = cursors.get(queueId);
            return cursor == null
                    ? null
                    : new CursorStatus(
                            cursor.low(), cursor.openEntries() - cursor.freeEntries(), cursor.freeEntries(), waiting);
        } finally {
            unlock();
        }
    }

    @Override
    public String toString() {
        return group + "@" + topic;
    }
}
