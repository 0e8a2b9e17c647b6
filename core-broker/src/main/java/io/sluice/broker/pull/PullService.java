package io.sluice.broker.pull;

import io.sluice.broker.topic.Expiry;
import io.sluice.broker.topic.Topic;
import io.sluice.broker.topic.TopicTable;
import io.sluice.filter.CompiledFilter;
import io.sluice.filter.FilterSyntaxException;
import io.sluice.filter.Filters;
import io.sluice.model.FilterExpression;
import io.sluice.model.MessageQueue;
import io.sluice.port.OffsetRange;
import io.sluice.port.QueueReader;
import io.sluice.port.Records;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.store.Boundary;
import io.sluice.store.MessageStore;
import io.sluice.store.QueueRead;
import io.sluice.store.queue.EntryFilter;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Reads queues by offset.
 *
 * <p>Safe for many threads. A read of messages that are in memory happens on the thread that asks; one that may wait for the
 * disk happens on the lane for cold reads. A read that finds nothing waits in the {@link ParkingLot}; cancelling its stage
 * takes it out.
 */
public final class PullService implements QueueReader {
    /** A queue file that is being rebuilt tells nobody when it is done: look again after this time. */
    private static final Duration REBUILDING_WAIT = Duration.ofMillis(200);

    private final MessageStore store;
    private final TopicTable topics;
    private final String brokerName;
    private final ParkingLot lot;
    private final Filters filters;
    private final PullLimits limits;
    private final Executor coldReads;
    private final LongSupplier nanos;
    private final InstantSource clock;
    private final LongConsumer expired;

    /**
     * @param coldReads runs reads that may wait for the disk; may reject them
     * @param nanos     the clock of the parking lot
     * @param clock     tells which messages are over
     * @param expired   told how many were left out because they are over
     */
    public PullService(
            MessageStore store,
            TopicTable topics,
            ParkingLot lot,
            Filters filters,
            PullLimits limits,
            Executor coldReads,
            LongSupplier nanos,
            InstantSource clock,
            LongConsumer expired) {
        this.store = Objects.requireNonNull(store, "store");
        this.topics = Objects.requireNonNull(topics, "topics");
        this.brokerName = topics.rules().brokerName();
        this.lot = Objects.requireNonNull(lot, "lot");
        this.filters = Objects.requireNonNull(filters, "filters");
        this.limits = Objects.requireNonNull(limits, "limits");
        this.coldReads = Objects.requireNonNull(coldReads, "coldReads");
        this.nanos = Objects.requireNonNull(nanos, "nanos");
        this.clock = Objects.requireNonNull(clock, "clock");
        this.expired = Objects.requireNonNull(expired, "expired");
    }

    @Override
    public CompletableFuture<Fetched> fetch(FetchRequest request) {
        return fetch(request, false, Diversion.NONE, Optional.empty());
    }

    /**
     * As {@link #fetch(FetchRequest)}, for a reader that takes the answer as bytes: messages that lie next to each other in
     * the log are one slice of it, and equal hashes are good enough because such a reader compares the tags itself.
     *
     * @param diversion may end the wait; {@link #reconsider} says when it has something to say
     * @param home      where a read that waited goes on when its queue grows, and completes; never runs anything at once
     */
    CompletableFuture<Fetched> fetchBytes(FetchRequest request, Diversion diversion, Executor home) {
        return fetch(request, true, diversion, Optional.of(home));
    }

    private CompletableFuture<Fetched> fetch(
            FetchRequest request, boolean asBytes, Diversion diversion, Optional<Executor> home) {
        EntryFilter filter;
        try {
            Expiry expiry = checkReadable(request.queue()).expiry();
            EntryFilter wanted = MessageFilter.of(compile(request.filter()), asBytes);
            filter = expiry.isPossible() ? new UnexpiredFilter(wanted, expiry, clock, expired) : wanted;
        } catch (RefusedException refused) {
            return CompletableFuture.failedFuture(refused);
        }
        WaitingFetch fetch = new WaitingFetch(request, filter, asBytes, diversion, home);
        if (!isCold(request)) {
            fetch.begin();
            return fetch.answer;
        }
        try {
            coldReads.execute(fetch::begin);
        } catch (RejectedExecutionException full) {
            fetch.answer.completeExceptionally(new RefusedException(
                    Refusal.OVERLOADED,
                    "too many reads wait for the disk (%s); try again".formatted(full.getMessage())));
        }
        return fetch.answer;
    }

    /** Diversions of reads that wait for this queue may have something to say now. Never blocks, never calls out. */
    void reconsider(String topic, int queueId) {
        lot.grown(topic, queueId);
    }

    private CompiledFilter compile(FilterExpression expression) {
        try {
            return filters.compile(expression);
        } catch (FilterSyntaxException wrong) {
            throw new RefusedException(Refusal.ILLEGAL_ARGUMENT, wrong.getMessage());
        }
    }

    private Topic checkReadable(MessageQueue queue) {
        Topic topic = topics.find(queue.topic())
                .orElseThrow(() -> new RefusedException(
                        Refusal.NO_SUCH_TOPIC,
                        "topic %s does not exist on broker %s; create it first".formatted(queue.topic(), brokerName)));
        if (!topic.isReadable()) {
            throw new RefusedException(
                    Refusal.NOT_READABLE,
                    "topic %s may not be read (perm %d); an administrator can allow it"
                            .formatted(queue.topic(), topic.perm()));
        }
        if (!queue.brokerName().equals(brokerName) || queue.queueId() >= topic.readQueues()) {
            throw new RefusedException(
                    Refusal.NO_SUCH_QUEUE,
                    "queue %s does not exist; broker %s has %d readable queues of the topic, counted from 0"
                            .formatted(queue, brokerName, topic.readQueues()));
        }
        return topic;
    }

    /** Whether the first message is so old that reading it may wait for the disk. */
    private boolean isCold(FetchRequest request) {
        String topic = request.queue().topic().value();
        int queueId = request.queue().queueId();
        OffsetRange range = store.range(topic, queueId);
        if (request.fromOffset() < range.min() || range.max() - request.fromOffset() < limits.coldGap()) {
            return false;
        }
        boolean[] recent = {true};
        store.entries(
                topic, queueId, request.fromOffset(), request.fromOffset() + 1, (offset, logOffset, size, tag) -> {
                    recent[0] = store.isRecent(logOffset);
                    return false;
                });
        return !recent[0];
    }

    @Override
    public CompletionStage<OffsetRange> range(MessageQueue queue) {
        return asking(queue, () -> store.range(queue.topic().value(), queue.queueId()));
    }

    @Override
    public CompletionStage<Long> offsetAt(MessageQueue queue, long storedAtEpochMs) {
        return asking(
                queue, () -> store.offsetAt(queue.topic().value(), queue.queueId(), storedAtEpochMs, Boundary.LOWER));
    }

    private <T> CompletionStage<T> asking(MessageQueue queue, Supplier<T> question) {
        try {
            checkReadable(queue);
            return CompletableFuture.completedFuture(question.get());
        } catch (RefusedException refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }

    /** One fetch from the first look to the answer; between looks it is parked, so its fields have one user at a time. */
    private final class WaitingFetch extends ParkedRead {
        private final String topic;
        private final FetchRequest request;
        private final EntryFilter filter;
        private final Diversion diversion;
        private final boolean asBytes;
        private final Optional<Executor> home;
        private final int maxMessages;
        private final int maxBytes;
        private final long endNanos;
        private final CompletableFuture<Fetched> answer = new CompletableFuture<>();

        /** Where to look next; behind what the filter has rejected while waiting. */
        private long from;

        private boolean rejectedSome;
        private boolean rebuilding;
        /** Earlier than the end while the queue's file is being rebuilt. */
        private long deadlineNanos;

        WaitingFetch(
                FetchRequest request,
                EntryFilter filter,
                boolean asBytes,
                Diversion diversion,
                Optional<Executor> home) {
            this.topic = request.queue().topic().value();
            this.request = request;
            this.filter = filter;
            this.asBytes = asBytes;
            this.diversion = diversion;
            this.home = home;
            this.from = request.fromOffset();
            this.maxMessages = Math.min(request.maxMessages(), limits.messagesMax());
            this.maxBytes = Math.min(request.maxBytes(), limits.bytesMax());
            Duration wait = request.maxWait().compareTo(limits.waitMax()) < 0 ? request.maxWait() : limits.waitMax();
            this.endNanos = nanos.getAsLong() + wait.toNanos();
            this.deadlineNanos = endNanos;
        }

        void begin() {
            boolean waits = request.maxWait().toNanos() > 0;
            try {
                if (!look(waits, false)) {
                    answer.whenComplete((fetched, givenUp) -> {
                        if (givenUp != null) {
                            lot.unpark(this);
                        }
                    });
                    lot.park(this);
                }
            } catch (RuntimeException failed) {
                answer.completeExceptionally(failed);
            }
        }

        /**
         * Reads once.
         *
         * @param mayWait         whether the end of the queue is a reason to wait, or the answer
         * @param mayWaitFiltered the same for messages that were there and did not match
         * @return whether the fetch is over
         */
        private boolean look(boolean mayWait, boolean mayWaitFiltered) {
            QueueRead read = asBytes
                    ? store.readRuns(topic, queueId(), from, filter, maxMessages, maxBytes)
                    : store.read(topic, queueId(), from, filter, maxMessages, maxBytes);
            rebuilding = read.status() == QueueRead.Status.REBUILDING;
            return switch (read.status()) {
                case FOUND ->
                    answered(new Fetched(
                            Status.FOUND, new Records(read.slices(), read.hold()), read.nextOffset(), read.range()));
                case OFFSET_TOO_SMALL -> answered(Status.BEFORE_RANGE, read);
                case OFFSET_BEYOND_END -> answered(Status.AFTER_RANGE, read);
                case NO_SUCH_QUEUE, EMPTY_QUEUE -> {
                    if (from == 0) {
                        yield atEnd(read, mayWait);
                    }
                    yield answered(Status.AFTER_RANGE, read);
                }
                case OFFSET_AT_END -> atEnd(read, mayWait);
                case NONE_MATCHED, REMOVED -> {
                    from = read.nextOffset();
                    rejectedSome = true;
                    yield !mayWaitFiltered && answered(Status.FILTERED_OUT, read);
                }
                case REBUILDING -> {
                    deadlineNanos = Math.min(endNanos, nanos.getAsLong() + REBUILDING_WAIT.toNanos());
                    yield !mayWait && answered(Status.NOTHING_YET, read);
                }
            };
        }

        private boolean atEnd(QueueRead read, boolean mayWait) {
            deadlineNanos = endNanos;
            return !mayWait && answered(rejectedSome ? Status.FILTERED_OUT : Status.NOTHING_YET, read);
        }

        private boolean answered(Status status, QueueRead read) {
            read.close();
            return answered(new Fetched(status, Records.NONE, read.nextOffset(), read.range()));
        }

        private boolean answered(Fetched fetched) {
            if (!answer.complete(fetched)) {
                fetched.close();
            }
            return true;
        }

        @Override
        String topic() {
            return topic;
        }

        @Override
        int queueId() {
            return request.queue().queueId();
        }

        @Override
        long deadlineNanos() {
            return deadlineNanos;
        }

        @Override
        Optional<Executor> home() {
            return home;
        }

        @Override
        boolean hasGrown() {
            return diversion.isPending()
                    || !rebuilding && store.range(topic, queueId()).max() > from;
        }

        @Override
        boolean retry() {
            return answer.isDone() || refusedNow() || diverted() || look(true, true);
        }

        @Override
        void expire() {
            boolean over = nanos.getAsLong() - endNanos >= 0;
            if (!answer.isDone() && !refusedNow() && !diverted() && !look(!over, !over)) {
                lot.park(this);
            }
        }

        private boolean diverted() {
            return diversion.take().map(this::answered).orElse(false);
        }

        /** The topic may have been deleted or closed while the fetch waited. */
        private boolean refusedNow() {
            try {
                checkReadable(request.queue());
                return false;
            } catch (RefusedException refused) {
                answer.completeExceptionally(refused);
                return true;
            }
        }

        @Override
        void turnAway() {
            answer.completeExceptionally(
                    lot.isClosed()
                            ? new RefusedException(Refusal.UNAVAILABLE, "the broker is stopping; ask another one")
                            : new RefusedException(
                                    Refusal.OVERLOADED,
                                    "%d reads wait already, which is the limit; try again later"
                                            .formatted(limits.placesMax())));
        }
    }
}
