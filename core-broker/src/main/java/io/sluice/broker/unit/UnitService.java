package io.sluice.broker.unit;

import io.sluice.broker.lease.JointSettlement;
import io.sluice.broker.lease.LeaseService;
import io.sluice.broker.send.NewMessage;
import io.sluice.broker.send.Outgoing;
import io.sluice.broker.send.SendService;
import io.sluice.broker.send.Sent;
import io.sluice.broker.topic.SystemTopics;
import io.sluice.model.SluiceException;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.OffsetRange;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.SendOutcome;
import io.sluice.port.UnitOfWork;
import io.sluice.port.UnitOutcome;
import io.sluice.port.UnitOutcome.Committed;
import io.sluice.port.UnitOutcome.CommittedWithDoubt;
import io.sluice.store.Boundary;
import io.sluice.store.MessageStore;
import io.sluice.store.QueueRead;
import io.sluice.store.log.AppendResult;
import io.sluice.store.queue.EntryFilter;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.NewRecord;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits units of work. A commit is one bundle of the log: a {@link UnitRecord}, the messages, and what was settled; so it holds
 * as a whole or not at all, whenever the process is killed or the power fails, and there is nothing to redo. Ids that were
 * committed are remembered in a window; a repeat is answered from the log.
 *
 * <p>Safe for many threads. Works on the thread that asks; what may wait for the disk is handed to the lane. Without settlements
 * and without waiting for the disk the answer is there at once, else it comes on the thread of the log-flusher or of the
 * lease-journal.
 */
public final class UnitService implements SendService.Once {
    private static final Logger log = LoggerFactory.getLogger(UnitService.class);
    private static final int READ_MESSAGES = 512;
    private static final int READ_BYTES = 1024 * 1024;
    /** No topic has this in its name, so a unit is never taken for a message. */
    private static final String UNIT_PREFIX = "unit:";

    private static final char KEY_MARK = '/';

    private final UnitRules rules;
    private final String brokerName;
    private final MessageStore store;
    private final SendService sends;
    private final LeaseService leases;
    private final Executor lane;
    private final InstantSource clock;
    private final UnitWindow window;
    /** By id, those on their way into the log. */
    private final Map<String, Running> running = new ConcurrentHashMap<>();

    private final AtomicInteger count = new AtomicInteger();
    private final AtomicLong bytesOnTheirWay = new AtomicLong();

    private record Running(int fingerprint, CompletableFuture<Result> result) {}

    /** How a unit ended, with what only the senders of single messages are told. */
    private record Result(UnitOutcome outcome, List<String> uniqueKeys) {
        static Result refused(Refusal reason, String sentence) {
            return new Result(new UnitOutcome.Refused(reason, sentence), List.of());
        }
    }

    /** What is asked for. */
    private record Work(String id, List<NewMessage> messages, List<Settlement> settlements, int fingerprint) {
        /** With bodies of its own, for a thread that works on it later. */
        Work kept() {
            return new Work(id, messages.stream().map(NewMessage::kept).toList(), settlements, fingerprint);
        }

        /** Of the messages: bodies and properties. */
        long bytes() {
            long bytes = 0;
            for (NewMessage message : messages) {
                bytes += message.body().remaining() + message.properties().length();
            }
            return bytes;
        }
    }

    private UnitService(
            UnitRules rules,
            String brokerName,
            MessageStore store,
            SendService sends,
            LeaseService leases,
            Executor lane,
            InstantSource clock) {
        this.rules = rules;
        this.brokerName = brokerName;
        this.store = store;
        this.sends = sends;
        this.leases = leases;
        this.lane = lane;
        this.clock = clock;
        this.window = new UnitWindow(rules.windowMax(), rules.windowAge());
    }

    /**
     * Reads back the ids that are remembered still.
     *
     * @param brokerName as queues carry it
     * @param lane       for what may wait for the disk
     */
    public static UnitService open(
            UnitRules rules,
            String brokerName,
            MessageStore store,
            SendService sends,
            LeaseService leases,
            Executor lane,
            InstantSource clock) {
        UnitService opened = new UnitService(rules, brokerName, store, sends, leases, lane, clock);
        opened.readBack();
        return opened;
    }

    private void readBack() {
        OffsetRange range = store.range(SystemTopics.UNIT, UnitRecord.QUEUE_ID);
        long since = clock.millis() - rules.windowAge().toMillis();
        long next = Math.max(
                range.max() - rules.windowMax(),
                store.offsetAt(SystemTopics.UNIT, UnitRecord.QUEUE_ID, since, Boundary.LOWER));
        next = Math.max(next, range.min());
        while (next < range.max()) {
            try (QueueRead read = store.read(
                    SystemTopics.UNIT, UnitRecord.QUEUE_ID, next, EntryFilter.ALL, READ_MESSAGES, READ_BYTES)) {
                read.slices().forEach(this::remember);
                if (read.nextOffset() <= next) {
                    throw new SluiceException("units cannot be read at %s/%d offset %d (%s); expected records up to %d"
                            .formatted(SystemTopics.UNIT, UnitRecord.QUEUE_ID, next, read.status(), range.max()));
                }
                next = read.nextOffset();
            }
        }
        log.info("units opened: remembered={}", window.size());
    }

    private void remember(ByteBuffer slice) {
        MessageView record = MessageView.of(slice);
        try {
            String id = UnitRecord.decode(record).id();
            if (!id.isEmpty()) {
                window.add(id, record.logOffset(), record.storedAtMs());
            }
        } catch (IllegalArgumentException unknown) {
            throw new SluiceException(
                    "the unit at log offset %d cannot be read: %s".formatted(record.logOffset(), unknown.getMessage()),
                    unknown);
        }
    }

    // ---- what is asked

    /** @param messages of the unit, in its order */
    public CompletionStage<UnitOutcome> commit(UnitOfWork unit, List<NewMessage> messages) {
        String id = unit.id().isEmpty() ? "" : UNIT_PREFIX + unit.id();
        int fingerprint = Fingerprint.of(messages, unit.settlements().size());
        return once(new Work(id, messages, unit.settlements(), fingerprint)).thenApply(Result::outcome);
    }

    @Override
    public CompletionStage<Sent> send(String key, NewMessage message) {
        try {
            UnitOfWork.checkId(key);
        } catch (IllegalArgumentException illegal) {
            return CompletableFuture.completedFuture(
                    new Sent(new SendOutcome.Refused(Refusal.ILLEGAL_ARGUMENT, illegal.getMessage()), ""));
        }
        List<NewMessage> messages = List.of(message);
        String id = message.topic() + KEY_MARK + key;
        return once(new Work(id, messages, List.of(), Fingerprint.of(messages, 0)))
                .thenApply(UnitService::sent);
    }

    private static Sent sent(Result result) {
        return result.outcome()
                .fold(
                        committed -> new Sent(
                                committed.sent().get(0), result.uniqueKeys().get(0)),
                        doubt -> new Sent(
                                new SendOutcome.StoredWithDoubt(
                                        doubt.committed().sent().get(0), doubt.doubt()),
                                result.uniqueKeys().get(0)),
                        over -> new Sent(
                                new SendOutcome.Refused(Refusal.UNAVAILABLE, "a send without leases found some over"),
                                ""),
                        refused -> new Sent(new SendOutcome.Refused(refused.reason(), refused.remedy()), ""));
    }

    // ---- once

    private CompletionStage<Result> once(Work work) {
        long bytes = work.bytes();
        if (bytesOnTheirWay.addAndGet(bytes) > rules.runningBytesMax()) {
            bytesOnTheirWay.addAndGet(-bytes);
            return CompletableFuture.completedFuture(Result.refused(
                    Refusal.OVERLOADED,
                    "units of work with %d bytes are on their way, which is the limit; try again later"
                            .formatted(rules.runningBytesMax())));
        }
        if (count.incrementAndGet() > rules.runningMax()) {
            count.decrementAndGet();
            bytesOnTheirWay.addAndGet(-bytes);
            return CompletableFuture.completedFuture(Result.refused(
                    Refusal.OVERLOADED,
                    "%d units of work are on their way, which is the limit; try again later"
                            .formatted(rules.runningMax())));
        }
        CompletableFuture<Result> result = new CompletableFuture<>();
        result.whenComplete((done, failed) -> {
            count.decrementAndGet();
            bytesOnTheirWay.addAndGet(-bytes);
        });
        if (work.id().isEmpty()) {
            run(work, result);
            return result;
        }
        Running mine = new Running(work.fingerprint(), result);
        Running first = running.putIfAbsent(work.id(), mine);
        if (first != null) {
            first.result()
                    .whenComplete((told, failed) -> result.complete(
                            first.fingerprint() == work.fingerprint() ? asRepeat(told) : otherWork(work)));
            return result;
        }
        result.whenComplete((done, failed) -> running.remove(work.id(), mine));
        OptionalLong known = window.find(work.id(), clock.millis());
        if (known.isPresent()) {
            Work kept = work.kept();
            onLane(result, () -> repeat(kept, known.getAsLong(), result));
        } else {
            run(work, result);
        }
        return result;
    }

    private static Result asRepeat(Result first) {
        return first.outcome() instanceof Committed committed
                ? new Result(new Committed(committed.sent(), true), first.uniqueKeys())
                : first;
    }

    private static Result otherWork(Work work) {
        return Result.refused(
                Refusal.ILLEGAL_ARGUMENT,
                "'%s' was used for something else before; choose another id".formatted(work.id()));
    }

    private void onLane(CompletableFuture<Result> result, Runnable task) {
        try {
            lane.execute(() -> {
                try {
                    task.run();
                } catch (RuntimeException failed) {
                    result.complete(failed(failed));
                }
            });
        } catch (RejectedExecutionException full) {
            result.complete(Result.refused(Refusal.OVERLOADED, full.getMessage() + "; try again later"));
        }
    }

    private static Result failed(Throwable failed) {
        Throwable cause = failed instanceof CompletionException wrapped ? wrapped.getCause() : failed;
        if (cause instanceof RefusedException refused) {
            return Result.refused(refused.reason(), refused.getMessage());
        }
        log.error("a unit of work failed", cause);
        return Result.refused(
                Refusal.UNAVAILABLE, "the unit of work failed inside the broker, see its log: " + cause.getMessage());
    }

    /** Answers what the log says of the first time. On the lane. */
    private void repeat(Work work, long logOffset, CompletableFuture<Result> result) {
        StoredUnit first = StoredUnit.read(store, logOffset, brokerName).orElse(null);
        if (first == null && logOffset >= store.logRange().min()) {
            result.complete(Result.refused(
                    Refusal.UNAVAILABLE, "the first is in the log, but not confirmed by the disk; repeat it later"));
        } else if (first == null) {
            run(work, result);
        } else if (first.unit().fingerprint() != work.fingerprint()) {
            result.complete(otherWork(work));
        } else {
            result.complete(new Result(new Committed(first.sent(), true), first.uniqueKeys()));
        }
    }

    // ---- the commit

    private void run(Work work, CompletableFuture<Result> result) {
        boolean hasLetters = work.settlements().stream().anyMatch(Settlement.Reject.class::isInstance);
        if (hasLetters) {
            Work kept = work.kept();
            onLane(result, () -> commit(kept, result));
        } else {
            commit(work, result);
        }
    }

    private void commit(Work work, CompletableFuture<Result> result) {
        try {
            checkBounds(work);
            List<Outgoing> planned = new ArrayList<>();
            List<NewRecord> records = new ArrayList<>();
            records.add(new UnitRecord(
                            work.id(), work.fingerprint(), work.messages().size())
                    .encode());
            for (NewMessage message : work.messages()) {
                Outgoing one = sends.plan(message);
                planned.add(one);
                records.add(one.record());
            }
            append(work, records)
                    .thenCombine(sends.saved(planned), (outcome, saved) -> outcome)
                    .whenComplete((outcome, failed) ->
                            result.complete(failed == null ? ended(work, planned, outcome) : failed(failed)));
        } catch (RuntimeException refused) {
            result.complete(failed(refused));
        }
    }

    private static void checkBounds(Work work) {
        long bytes = work.bytes();
        if (work.messages().size() > UnitOfWork.SENDS_MAX
                || work.settlements().size() > UnitOfWork.SETTLEMENTS_MAX
                || bytes > UnitOfWork.BYTES_MAX && work.messages().size() > 1) {
            throw new RefusedException(
                    Refusal.TOO_LARGE,
                    "a unit of work of %d messages with %d bytes and %d settlements is too large; at most %d, %d and %d"
                            .formatted(
                                    work.messages().size(),
                                    bytes,
                                    work.settlements().size(),
                                    UnitOfWork.SENDS_MAX,
                                    UnitOfWork.BYTES_MAX,
                                    UnitOfWork.SETTLEMENTS_MAX));
        }
    }

    private CompletionStage<JointSettlement.Outcome> append(Work work, List<NewRecord> records) {
        return work.settlements().isEmpty()
                ? store.appendBundle(records).thenApply(JointSettlement.Outcome.Tried::new)
                : leases.jointly(work.settlements()).append(records);
    }

    private Result ended(Work work, List<Outgoing> planned, JointSettlement.Outcome outcome) {
        if (outcome instanceof JointSettlement.Outcome.Over over) {
            return new Result(new UnitOutcome.LeasesOver(over.receipts()), List.of());
        }
        List<AppendResult> results = ((JointSettlement.Outcome.Tried) outcome).results();
        if (results.get(0) instanceof AppendResult.Refused refused) {
            SendOutcome.Refused told = sends.refused(refused);
            return Result.refused(told.reason(), told.remedy());
        }
        AppendResult.Stored head = storedOf(results.get(0));
        if (!work.id().isEmpty()) {
            window.add(work.id(), head.logOffset(), head.storedAtMs());
        }
        List<SendOutcome.Stored> sent = new ArrayList<>();
        for (int i = 0; i < planned.size(); i++) {
            sent.add(sends.stored(planned.get(i), storedOf(results.get(i + 1))));
        }
        Committed committed = new Committed(sent, false);
        List<String> keys = planned.stream().map(Outgoing::uniqueKey).toList();
        return new Result(
                results.get(0) instanceof AppendResult.StoredWithDoubt
                        ? new CommittedWithDoubt(committed, SendOutcome.Doubt.FLUSH_TIMEOUT)
                        : committed,
                keys);
    }

    private static AppendResult.Stored storedOf(AppendResult result) {
        return result.fold(stored -> stored, AppendResult.StoredWithDoubt::stored, refused -> {
            throw new IllegalStateException("a bundle was taken in part: " + refused.sentence());
        });
    }

    /** How many ids are remembered. */
    public int remembered() {
        return window.size();
    }
}
