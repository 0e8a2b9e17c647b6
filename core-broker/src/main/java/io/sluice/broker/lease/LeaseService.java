package io.sluice.broker.lease;

import io.sluice.broker.lease.CursorFact.Forgotten;
import io.sluice.broker.lease.JointSettlement.Entries;
import io.sluice.filter.FilterSyntaxException;
import io.sluice.filter.Filters;
import io.sluice.model.GroupName;
import io.sluice.model.SluiceException;
import io.sluice.model.TopicName;
import io.sluice.port.LeaseReader;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.store.MessageStore;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leases and settlements of every group of a broker: finds the desk of a group and topic, which does the rest.
 *
 * <p>Safe for many threads. Requests are answered on the calling thread when the messages are in memory and nobody was there
 * before, else on the lease-keeper; settlements complete on the lease-journal thread.
 */
public final class LeaseService implements LeaseReader, AutoCloseable {
    /** Table of the store with the fold of the journal. */
    public static final String SNAPSHOT_TABLE = "sluiceCursors.txt";

    /** Table of the store with the key that receipts are signed with. */
    public static final String KEY_TABLE = "sluiceReceiptKey.txt";

    private static final Logger log = LoggerFactory.getLogger(LeaseService.class);

    private final LeaseRules rules;
    private final LeaseTopics topics;
    private final Filters filters;
    private final InstantSource clock;
    private final DeskTools tools;
    private final CursorJournal journal;
    private final LeaseKeeper keeper;
    private final SnapshotKeeper snapshots;
    private final Receipts receipts;

    private final Map<DeskKey, LeaseDesk> desks = new ConcurrentHashMap<>();
    private final Map<String, List<LeaseDesk>> byTopic = new ConcurrentHashMap<>();
    private final AtomicLong lastNumber = new AtomicLong();
    private volatile boolean closed;

    private record DeskKey(GroupName group, TopicName topic) {}

    private LeaseService(
            LeaseRules rules, LeaseTopics topics, Filters filters, DeskTools tools, KeptText snapshotFile) {
        this.rules = rules;
        this.topics = topics;
        this.filters = filters;
        this.clock = tools.clock();
        this.tools = tools;
        this.journal = tools.journal();
        this.keeper = tools.keeper();
        this.receipts = tools.receipts();
        this.snapshots = new SnapshotKeeper(
                tools.log(), journal, this::snapshot, snapshotFile, rules.snapshotBytes(), tools.clock());
    }

    /**
     * Reads back what was settled. The store is open but not yet written to by others, since what the cursors say of entries
     * that the store lost with the power is taken back here.
     *
     * @param progress where low-water marks are shown, and where groups stand that read by offset before
     */
    public static LeaseService open(
            LeaseRules rules,
            MessageStore store,
            LeaseTopics topics,
            GroupProgress progress,
            GroupPolicy policy,
            Filters filters,
            InstantSource clock) {
        LeaseService opened = open(
                rules,
                new StoreLeaseLog(store),
                new KeptText.InTable(store.table(SNAPSHOT_TABLE)),
                new KeptText.InTable(store.table(KEY_TABLE)),
                topics,
                progress,
                policy,
                filters,
                clock,
                new SecureRandom());
        store.onArrival((topic, queueId, next) -> opened.arrived(topic));
        return opened;
    }

    static LeaseService open(
            LeaseRules rules,
            LeaseLog store,
            KeptText snapshotFile,
            KeptText keyFile,
            LeaseTopics topics,
            GroupProgress progress,
            GroupPolicy policy,
            Filters filters,
            InstantSource clock,
            SecureRandom random) {
        Fold fold = Fold.read(store, snapshotFile, rules, policy, clock.millis());
        DeskTools tools = new DeskTools(
                rules,
                store,
                new CursorJournal(store, fold.journalEnd()),
                new LeaseKeeper(clock),
                new Receipts(keyIn(keyFile, random)),
                new LeaseIds(random.nextLong()),
                topics,
                new DeadLetters(store, topics),
                progress,
                policy,
                clock,
                new AtomicInteger(),
                new AtomicInteger(fold.cursors().size()));
        LeaseService opened = new LeaseService(rules, topics, filters, tools, snapshotFile);
        fold.cursors().values().forEach(cursor -> opened.deskOf(cursor.key.group(), cursor.key.topic())
                .restore(cursor));
        if (fold.wasCut()) {
            opened.snapshots.save();
        }
        return opened;
    }

    private static byte[] keyIn(KeptText file, SecureRandom random) {
        return file.load(LeaseService::parseKey).orElseGet(() -> {
            byte[] key = new byte[Receipts.KEY_BYTES];
            random.nextBytes(key);
            file.save(HexFormat.of().formatHex(key));
            return key;
        });
    }

    private static byte[] parseKey(String text) {
        byte[] key = HexFormat.of().parseHex(text.trim());
        if (key.length != Receipts.KEY_BYTES) {
            throw new IllegalArgumentException("expected %d hex digits, found %d"
                    .formatted(2 * Receipts.KEY_BYTES, text.trim().length()));
        }
        return key;
    }

    /** Starts the threads: lease-journal, lease-keeper, lease-snapshot. */
    public void start() {
        journal.start();
        keeper.start();
        snapshots.start();
    }

    private LeaseDesk deskOf(GroupName group, TopicName topic) {
        DeskKey key = new DeskKey(group, topic);
        LeaseDesk known = desks.get(key);
        return known != null ? known : desks.computeIfAbsent(key, none -> newDesk(group, topic));
    }

    private LeaseDesk newDesk(GroupName group, TopicName topic) {
        LeaseDesk desk = new LeaseDesk(group, topic, lastNumber.incrementAndGet(), tools);
        byTopic.computeIfAbsent(topic.value(), none -> new CopyOnWriteArrayList<>())
                .add(desk);
        return desk;
    }

    /** A queue of the topic has grown. Never blocks. */
    void arrived(String topic) {
        List<LeaseDesk> interested = byTopic.get(topic);
        if (interested != null) {
            for (LeaseDesk desk : interested) {
                desk.grown();
            }
        }
    }

    @Override
    public CompletionStage<Leased> lease(LeaseRequest request) {
        return lease(request, Wanted.ANY_QUEUE, false, false, new CompletableFuture<>());
    }

    /**
     * Leases whose receipts are {@link PopHandle}s, each with its own offset as the start offset; they are settled with
     * {@link #settlePopped}.
     *
     * @param queueId -1: any queue
     * @param ordered nothing of a queue of which something is with a consumer of the group
     */
    public CompletionStage<Leased> pop(LeaseRequest request, int queueId, boolean ordered) {
        return lease(request, queueId, ordered, true, new CompletableFuture<>());
    }

    /**
     * Whether {@link #pop} would lend something, at once or within the request's {@code maxWait}. Nothing is lent.
     * Cancelling the answer gives the question up.
     */
    public CompletableFuture<Boolean> probe(LeaseRequest request, int queueId, boolean ordered) {
        Probe probe = new Probe();
        lease(request, queueId, ordered, true, probe).whenComplete((leased, failed) -> {
            if (failed != null) {
                probe.completeExceptionally(RefusedCause.of(failed));
            } else {
                probe.complete(leased);
            }
        });
        return probe.found();
    }

    private CompletionStage<Leased> lease(
            LeaseRequest request, int queueId, boolean ordered, boolean pops, CompletableFuture<Leased> answer) {
        if (closed) {
            return CompletableFuture.failedFuture(stopping());
        }
        try {
            checkTerm("leaseFor", request.leaseFor());
            checkTerm("maxWait", request.maxWait());
            int queues = topics.readableQueues(request.topic());
            FilterPair wanted = FilterPair.compile(filters, request.groupFilter(), request.ownFilter());
            return queues == 0
                    ? CompletableFuture.completedFuture(Leased.NONE)
                    : lease(request, queues, new Wanted(wanted, queueId, ordered), pops, answer);
        } catch (RefusedException refused) {
            return CompletableFuture.failedFuture(refused);
        } catch (FilterSyntaxException wrong) {
            return CompletableFuture.failedFuture(new RefusedException(Refusal.ILLEGAL_ARGUMENT, wrong.getMessage()));
        }
    }

    private CompletionStage<Leased> lease(
            LeaseRequest request, int queues, Wanted wanted, boolean pops, CompletableFuture<Leased> answer) {
        LeaseDesk desk = deskOf(request.group(), request.topic());
        if (request.ordering() == Ordering.BY_KEY) {
            desk.orderByKey();
        }
        Waiter waiter = new Waiter(
                lastNumber.incrementAndGet(),
                wanted,
                pops,
                queues,
                request.maxMessages(),
                DeskSettling.millis(request.leaseFor()),
                clock.millis() + DeskSettling.millis(request.maxWait()),
                answer);
        desk.open(queues, request.start()).whenComplete((opened, failed) -> {
            if (failed == null) {
                ask(desk, waiter);
            } else {
                waiter.answer().completeExceptionally(RefusedCause.of(failed));
            }
        });
        return waiter.answer();
    }

    private static void ask(LeaseDesk desk, Waiter waiter) {
        try {
            desk.ask(waiter);
        } catch (RuntimeException failed) {
            log.error("leasing from {} failed", desk, failed);
            waiter.answer().completeExceptionally(RefusedCause.of(failed));
        }
    }

    private static RefusedException stopping() {
        return new RefusedException(Refusal.UNAVAILABLE, "the broker is stopping");
    }

    private void checkTerm(String name, Duration term) {
        if (term.compareTo(rules.termMax()) > 0) {
            throw new RefusedException(
                    Refusal.ILLEGAL_ARGUMENT, "%s %s is too long; at most %s".formatted(name, term, rules.termMax()));
        }
        if (term.isNegative()) {
            throw new RefusedException(Refusal.ILLEGAL_ARGUMENT, "%s %s is negative".formatted(name, term));
        }
    }

    /**
     * Completes when everything that had to be written has the durability of the store. An acknowledgement of a message that
     * is settled already is {@link Result#DONE}, whoever settled it. Fails when something could not be written: then each
     * may be tried again, and those that hold say so.
     */
    @Override
    public CompletionStage<List<Settled>> settle(List<Settlement> settlements) {
        return settle(settlements, receipts::read, true);
    }

    /** As {@link #settle}, for leases of {@link #pop}: their receipts leave group and topic to whoever brings them. */
    public CompletionStage<List<Settled>> settlePopped(GroupName group, TopicName topic, List<Settlement> settlements) {
        return settle(
                settlements,
                receipt -> PopHandle.parse(receipt.handle())
                        .filter(handle ->
                                handle.seal() == receipts.seal(group, topic, handle.popTimeMs(), handle.invisibleMs()))
                        .map(handle -> Claim.popped(new CursorKey(group, topic, handle.queueId()), handle)),
                false);
    }

    private CompletionStage<List<Settled>> settle(
            List<Settlement> settlements, Function<Receipt, Optional<Claim>> claims, boolean inRuns) {
        if (closed) {
            return CompletableFuture.failedFuture(stopping());
        }
        Settled[] results = new Settled[settlements.size()];
        ByDesk byDesk = new ByDesk();
        try {
            for (int i = 0; i < results.length; ) {
                int run = inRuns ? acknowledgementsOfRun(settlements, i) : 1;
                if (run < 2 || !sortRun(i, run, settlements, byDesk)) {
                    run = 1;
                    sort(i, settlements.get(i), claims, results, byDesk);
                }
                i += run;
            }
        } catch (RefusedException refused) {
            return CompletableFuture.failedFuture(refused);
        }
        CompletableFuture<?>[] parts = byDesk.items.entrySet().stream()
                .map(part -> settle(part.getKey(), part.getValue(), settlements, results))
                .map(CompletionStage::toCompletableFuture)
                .toArray(CompletableFuture<?>[]::new);
        CompletableFuture<List<Settled>> answer = new CompletableFuture<>();
        CompletableFuture.allOf(parts).whenComplete((done, failed) -> {
            if (failed == null) {
                answer.complete(List.copyOf(Arrays.asList(results)));
            } else {
                answer.completeExceptionally(RefusedCause.of(failed));
            }
        });
        return answer;
    }

    /** How many acknowledgements, from this one on, are of messages lent one after the other and lie so. */
    private static int acknowledgementsOfRun(List<Settlement> settlements, int first) {
        if (!(settlements.get(first) instanceof Settlement.Ack ack)
                || ack.receipt().place() == Receipt.ALONE) {
            return 1;
        }
        int count = 1;
        while (first + count < settlements.size()
                && settlements.get(first + count) instanceof Settlement.Ack next
                && next.receipt().place() == ack.receipt().place() + count
                && next.receipt().run().equals(ack.receipt().run())) {
            count++;
        }
        return count;
    }

    /** Sorts acknowledgements as one item; answers whether that can be done, else nothing has happened. */
    private boolean sortRun(int index, int count, List<Settlement> settlements, ByDesk byDesk) {
        Receipt first = settlements.get(index).receipt();
        Claim run = receipts.readRun(first.run()).orElse(null);
        if (run == null || !Receipts.isOf(run, first.place()) || !Receipts.isOf(run, first.place() + count - 1)) {
            return false;
        }
        List<DeskSettling.Item> items = byDesk.of(run.key());
        if (items == null) {
            return false;
        }
        items.add(new DeskSettling.Item(index, run.part(first.place(), count), settlements.get(index)));
        return true;
    }

    private CompletionStage<Void> settle(
            LeaseDesk desk, List<DeskSettling.Item> items, List<Settlement> settlements, Settled[] results) {
        try {
            return desk.settling().settle(items, new DeskSettling.Results() {
                @Override
                public void put(int index, int count, Result result) {
                    for (int i = index; i < index + count; i++) {
                        results[i] = new Settled(settlements.get(i).receipt(), result, 0);
                    }
                }

                @Override
                public void extended(int index, Settled settled) {
                    results[index] = settled;
                }
            });
        } catch (RuntimeException failed) {
            log.error("settling leases of {} failed", desk, failed);
            return CompletableFuture.failedFuture(failed);
        }
    }

    private void sort(
            int index,
            Settlement settlement,
            Function<Receipt, Optional<Claim>> claims,
            Settled[] results,
            ByDesk byDesk) {
        if (settlement instanceof Settlement.Extend extend) {
            checkTerm("leaseFor", extend.leaseFor());
        } else if (settlement instanceof Settlement.Release release) {
            checkTerm("delay", release.delay());
        }
        Optional<Claim> claim = claims.apply(settlement.receipt());
        if (claim.isEmpty()) {
            results[index] = new Settled(settlement.receipt(), Result.NOT_A_RECEIPT, 0);
            return;
        }
        List<DeskSettling.Item> items = byDesk.of(claim.get().key());
        if (items == null) {
            results[index] = new Settled(settlement.receipt(), Result.LEASE_OVER, 0);
            return;
        }
        items.add(new DeskSettling.Item(index, claim.get(), settlement));
    }

    /** The items of one settlement by desk; those of one cursor mostly come together. */
    private final class ByDesk {
        private final Map<LeaseDesk, List<DeskSettling.Item>> items = new LinkedHashMap<>();
        private CursorKey last;
        private List<DeskSettling.Item> ofLast;

        /** {@code null} when there is no such desk. */
        List<DeskSettling.Item> of(CursorKey key) {
            if (key != last) {
                LeaseDesk desk = desks.get(new DeskKey(key.group(), key.topic()));
                ofLast = desk == null ? null : items.computeIfAbsent(desk, none -> new ArrayList<>());
                last = key;
            }
            return ofLast;
        }
    }

    /**
     * Prepares to settle leases together with what the caller stores, all or nothing; nothing has happened yet.
     *
     * @throws RefusedException when one of them cannot be settled so: not a receipt, or an extension
     */
    public JointSettlement jointly(List<Settlement> settlements) {
        if (closed) {
            throw stopping();
        }
        Settled[] results = new Settled[settlements.size()];
        ByDesk byDesk = new ByDesk();
        List<Receipt> over = new ArrayList<>();
        Map<Receipt, Settlement> byReceipt = new HashMap<>();
        for (int i = 0; i < results.length; i++) {
            if (settlements.get(i) instanceof Settlement.Extend) {
                throw new RefusedException(
                        Refusal.ILLEGAL_ARGUMENT, "a unit of work cannot extend a lease; extend it on its own");
            }
            if (settlements.get(i) instanceof Settlement.GiveBack) {
                throw new RefusedException(
                        Refusal.ILLEGAL_ARGUMENT, "a unit of work cannot give a lease back unseen; release it");
            }
            Settlement before = byReceipt.putIfAbsent(settlements.get(i).receipt(), settlements.get(i));
            if (before != null && !before.equals(settlements.get(i))) {
                throw new RefusedException(
                        Refusal.ILLEGAL_ARGUMENT,
                        "settlement %d of the unit of work contradicts one before it of the same lease".formatted(i));
            }
            sort(i, settlements.get(i), receipts::read, results, byDesk);
            if (results[i] != null && results[i].result() == Result.LEASE_OVER) {
                over.add(settlements.get(i).receipt());
            } else if (results[i] != null) {
                throw new RefusedException(
                        Refusal.ILLEGAL_ARGUMENT,
                        "settlement %d of the unit of work brings no receipt of this broker".formatted(i));
            }
        }
        return new JointSettlement(journal, tools.log(), tools.deadLetters(), byDesk.items, over, Entries.LENT);
    }

    /**
     * Settlements of entries that are held, to be stored together with what the caller decides. What is not held any more, because
     * its cursor was put elsewhere or deleted, is left out.
     *
     * @param encoded  see {@link JointSettlement#encoded}
     * @param giveBack whether all come back at once, whatever was wanted of them; a disk that is fuller than allowed takes that
     */
    public JointSettlement held(byte[] encoded, boolean giveBack) {
        if (closed) {
            throw stopping();
        }
        ByDesk byDesk = new ByDesk();
        for (DeskSettling.Item item : HeldItems.decode(encoded)) {
            List<DeskSettling.Item> ofDesk = byDesk.of(item.claim().key());
            if (ofDesk != null) {
                ofDesk.add(giveBack ? item.givenBack() : item);
            }
        }
        Entries entries = giveBack ? Entries.GIVEN_BACK : Entries.HELD;
        return new JointSettlement(journal, tools.log(), tools.deadLetters(), byDesk.items, List.of(), entries);
    }

    /**
     * Holds entries as they were held before the broker was started. Before {@link #start}; reads from the disk.
     *
     * @param heldAt log offset of the record that says so: younger messages were not held
     */
    public void holdAgain(byte[] encoded, long heldAt) {
        ByDesk byDesk = new ByDesk();
        for (DeskSettling.Item item : HeldItems.decode(encoded)) {
            List<DeskSettling.Item> ofDesk = byDesk.of(item.claim().key());
            if (ofDesk != null) {
                ofDesk.add(item);
            }
        }
        byDesk.items.forEach((desk, items) -> desk.settling().holdAgain(items, heldAt));
    }

    /**
     * Puts a group elsewhere on a queue, as an administrator resets an offset: its leases there are void. Nothing happens
     * when the group never leased from the queue.
     */
    public CompletionStage<Void> reset(GroupName group, TopicName topic, int queueId, long next) {
        LeaseDesk desk = desks.get(new DeskKey(group, topic));
        return desk == null ? CompletableFuture.completedFuture(null) : desk.reset(queueId, next);
    }

    /** Forgets a group that was deleted. */
    public CompletionStage<Void> forgetGroup(GroupName group) {
        return forget(desks.values().stream()
                .filter(desk -> desk.group().equals(group))
                .toList());
    }

    /** Forgets a topic that was deleted, for every group; a topic of the same name then begins anew. */
    public CompletionStage<Void> forgetTopic(TopicName topic) {
        return forget(desks.values().stream()
                .filter(desk -> desk.topic().equals(topic))
                .toList());
    }

    private CompletionStage<Void> forget(List<LeaseDesk> gone) {
        List<CompletableFuture<Void>> written = new ArrayList<>();
        for (LeaseDesk desk : gone) {
            // First the journal, so that a desk of the same name that comes after is written after.
            written.add(desk.forget().toCompletableFuture());
            desks.remove(new DeskKey(desk.group(), desk.topic()), desk);
            byTopic.computeIfPresent(desk.topic().value(), (topic, others) -> {
                others.remove(desk);
                return others.isEmpty() ? null : others;
            });
        }
        return CompletableFuture.allOf(written.toArray(CompletableFuture[]::new));
    }

    /** Whether any consumer has something that it has not settled. */
    public boolean isAnyLent() {
        return desks.values().stream().anyMatch(LeaseDesk::isAnyLent);
    }

    /** How far the group is with the queue; empty when it never leased from it. */
    public Optional<CursorStatus> status(GroupName group, TopicName topic, int queueId) {
        LeaseDesk desk = desks.get(new DeskKey(group, topic));
        return desk == null ? Optional.empty() : Optional.ofNullable(desk.status(queueId));
    }

    /** The journal's mark first: what is in the cursors beyond it is told again when it is read back, which is harmless. */
    private CursorSnapshot snapshot() {
        long journalOffset = journal.appliedTo();
        Map<CursorKey, List<CursorFact>> cursors = new LinkedHashMap<>();
        desks.values().forEach(desk -> desk.tellFacts(cursors::put));
        return new CursorSnapshot(journalOffset, cursors);
    }

    CursorJournal journal() {
        return journal;
    }

    LeaseKeeper keeper() {
        return keeper;
    }

    SnapshotKeeper snapshots() {
        return snapshots;
    }

    /** Refuses who waits, writes what was settled, saves the fold. The store is closed afterwards. Twice is harmless. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        keeper.close();
        desks.values().forEach(LeaseDesk::close);
        journal.close();
        snapshots.close();
        if (journal.bytesWritten() > 0) {
            saveLast();
        }
        log.info("leases closed: cursors={}", tools.cursors().get());
    }

    private void saveLast() {
        try {
            snapshots.save();
        } catch (SluiceException failed) {
            log.error("the snapshot of cursors could not be saved; opening reads the journal instead", failed);
        }
    }

    /**
     * What the snapshot and the journal say together.
     *
     * @param wasCut whether the store lost entries that they speak of, so that the snapshot must be written anew
     */
    private record Fold(Map<CursorKey, SharedCursor> cursors, long journalEnd, boolean wasCut) {
        static Fold read(LeaseLog store, KeptText snapshotFile, LeaseRules rules, GroupPolicy policy, long nowMs) {
            CursorSnapshot snapshot = snapshotFile.load(CursorSnapshot::parse).orElse(CursorSnapshot.EMPTY);
            Map<CursorKey, SharedCursor> cursors = new LinkedHashMap<>();
            snapshot.cursors()
                    .forEach((key, facts) -> facts.forEach(fact -> tell(cursors, key, fact, rules, policy, nowMs)));
            int kept = cursors.size();
            long end = CursorJournal.replay(
                    store, snapshot.journalOffset(), (key, fact) -> tell(cursors, key, fact, rules, policy, nowMs));
            boolean cut = snapshot.journalOffset() > end;
            for (SharedCursor cursor : cursors.values()) {
                cut |= cursor.cutAt(store.range(cursor.key.topic().value(), cursor.key.queueId())
                        .max());
            }
            log.info(
                    "leases opened: cursors={} in snapshot={} journal from={} to={} cut={}",
                    cursors.size(),
                    kept,
                    snapshot.journalOffset(),
                    end,
                    cut);
            return new Fold(cursors, end, cut);
        }

        private static void tell(
                Map<CursorKey, SharedCursor> cursors,
                CursorKey key,
                CursorFact fact,
                LeaseRules rules,
                GroupPolicy policy,
                long nowMs) {
            if (fact instanceof Forgotten) {
                cursors.remove(key);
                return;
            }
            cursors.computeIfAbsent(key, none -> new SharedCursor(key, 0, rules.openMax()))
                    .restore(fact, nowMs, policy.attemptsMax(key.group()));
        }
    }
}
