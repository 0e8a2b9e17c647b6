package io.sluice.port.contract;

import io.sluice.model.Caller;
import io.sluice.model.FilterExpression;
import io.sluice.model.GroupName;
import io.sluice.model.Message;
import io.sluice.model.MessageId;
import io.sluice.model.MessageQueue;
import io.sluice.model.PropertyNames;
import io.sluice.model.TopicName;
import io.sluice.port.BrokerPort;
import io.sluice.port.ConsumerOffsets;
import io.sluice.port.Hold;
import io.sluice.port.LeaseReader;
import io.sluice.port.LeaseReader.Ordering;
import io.sluice.port.MessageLookup;
import io.sluice.port.MessageWriter;
import io.sluice.port.OffsetRange;
import io.sluice.port.Placement;
import io.sluice.port.QueueReader;
import io.sluice.port.Records;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.SendOutcome;
import io.sluice.port.Tails;
import io.sluice.port.Tails.Tail;
import io.sluice.port.Tails.TailListener;
import io.sluice.port.Timers;
import io.sluice.port.TopicCatalog;
import io.sluice.port.TopicCatalog.TopicSettings;
import io.sluice.port.UnitsOfWork;
import io.sluice.wire.message.MessageLayout;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.PropertiesCodec;
import io.sluice.wire.message.RecordCheck;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import java.util.function.Supplier;

/**
 * A broker on the heap, for tests of doors: the whole port, one lock, nothing durable. Waiting questions are asked again
 * whenever something changes and once more at their deadline.
 *
 * <p>Tests steer it: {@link #refuseSends}, {@link #sends}, {@link #openLeases}.
 */
public final class MemoryBroker implements BrokerPort {
    private static final InetSocketAddress STORE_HOST = new InetSocketAddress("127.0.0.1", 10911);
    private static final int QUEUES = 4;
    private static final int BODY_MAX_BYTES = 4 * 1024 * 1024;

    /** As queues carry it. */
    static final String NAME = "memory";

    private final String brokerName;
    private final BiPredicate<FilterExpression, MessageView> filter;
    private volatile boolean skipsExpired;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "memory-broker");
        thread.setDaemon(true);
        return thread;
    });

    private final MemoryTimers timers = new MemoryTimers(clock, this::hasTopic, this::deliver);
    private final MemoryUnits units = new MemoryUnits(new UnitSteps());
    private final Map<TopicName, TopicSettings> topics = new TreeMap<>();
    private final Map<MessageQueue, List<ByteBuffer>> queues = new HashMap<>();
    private final Map<Long, ByteBuffer> byLogOffset = new HashMap<>();
    private final Map<String, Long> offsets = new HashMap<>();
    private final Map<String, Cursor> cursors = new TreeMap<>();
    private final List<Waiting<?>> waiting = new ArrayList<>();
    private final List<MemoryTail> followers = new ArrayList<>();
    private long logEnd;
    private int spread;
    private long receipts;
    private SendOutcome.Refused refusal;
    private boolean autoCreate = true;
    private boolean closed;

    /** A broker that knows tag filters only; SQL conditions are refused. */
    public MemoryBroker() {
        this((expression, view) -> {
            if (expression instanceof FilterExpression.Sql) {
                throw new RefusedException(Refusal.NOT_SUPPORTED, "SQL filters need an evaluator in this test broker");
            }
            return true;
        });
    }

    /** @param sql decides SQL conditions */
    public MemoryBroker(BiPredicate<FilterExpression, MessageView> sql) {
        this.brokerName = NAME;
        this.filter = (expression, view) -> {
            if (skipsExpired && isOver(view)) {
                return false;
            }
            if (expression instanceof FilterExpression.Tags tags) {
                return view.tag() != null && tags.tags().contains(view.tag());
            }
            return expression instanceof FilterExpression.All || sql.test(expression, view);
        };
    }

    /** From now on it leaves out messages that are over; until then it hands them out, as brokers do that know of no end. */
    public void skipExpired() {
        skipsExpired = true;
    }

    /** From now on every send is refused with this; {@code null} ends it. */
    public synchronized void refuseSends(Refusal reason, String remedy) {
        refusal = reason == null ? null : new SendOutcome.Refused(reason, remedy);
    }

    /** What may happen to the commit of a unit. */
    public enum UnitTrouble {
        /** It is done, and nobody hears of it. */
        ANSWER_LOST,
        /** It is not done, and nobody hears of it. */
        AWAY,
        /** It is turned away before anybody looks whether it was done already. */
        OVERLOADED
    }

    /** The next questions about units meet these, one each; to forget a unit is not done then, whichever it is. */
    public void troubleUnits(UnitTrouble... troubles) {
        for (UnitTrouble trouble : troubles) {
            units.meet(trouble);
        }
    }

    public synchronized void autoCreateTopics(boolean allowed) {
        autoCreate = allowed;
    }

    /** Every message stored in the topic, in order of storage. */
    public synchronized List<Message> sends(String topic) {
        return byLogOffset.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> MessageView.of(entry.getValue()))
                .filter(view -> view.topic().equals(topic))
                .map(MessageView::toMessage)
                .toList();
    }

    /** Every lease ends, as if its time were over. */
    public void endLeases() {
        synchronized (this) {
            cursors.values().stream()
                    .flatMap(cursor -> cursor.entries.values().stream())
                    .filter(entry -> !entry.isKept)
                    .forEach(entry -> entry.freeAtMs = Math.min(entry.freeAtMs, System.currentTimeMillis()));
        }
        changed();
    }

    /** How many messages are lent at this moment. */
    public synchronized int openLeases() {
        long now = System.currentTimeMillis();
        return cursors.values().stream()
                .mapToInt(cursor -> (int) cursor.entries.values().stream()
                        .filter(entry -> entry.receipt != null && entry.settledBy == null && entry.freeAtMs > now)
                        .count())
                .sum();
    }

    @Override
    public BrokerPort onBehalfOf(Caller caller) {
        return new View(this);
    }

    @Override
    public MessageWriter writer() {
        return this::send;
    }

    @Override
    public QueueReader reader() {
        return new Reader();
    }

    @Override
    public LeaseReader leases() {
        return new Leases();
    }

    @Override
    public Tails tails() {
        return this::follow;
    }

    @Override
    public ConsumerOffsets offsets() {
        return new Offsets();
    }

    @Override
    public TopicCatalog topics() {
        return new Catalog();
    }

    @Override
    public MessageLookup lookup() {
        return new Lookup();
    }

    @Override
    public Timers timers() {
        return timers;
    }

    @Override
    public UnitsOfWork units() {
        return units;
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            waiting.forEach(question -> question.answer.completeExceptionally(
                    new RefusedException(Refusal.UNAVAILABLE, "the broker is stopping")));
            waiting.clear();
        }
        clock.shutdownNow();
    }

    // ---- write ----

    private CompletionStage<SendOutcome> send(Message message, Placement placement) {
        if (message.properties().has(PropertyNames.IDEMPOTENCY_KEY)) {
            return CompletableFuture.completedFuture(units.sendOnce(message, placement));
        }
        SendOutcome outcome = store(message, placement);
        changed();
        return CompletableFuture.completedFuture(outcome);
    }

    private synchronized SendOutcome store(Message message, Placement placement) {
        SendOutcome.Refused refused = refusalOf(message, placement);
        if (refused != null) {
            return refused;
        }
        int count = topics.computeIfAbsent(message.topic(), none -> TopicSettings.ofQueues(QUEUES))
                .writeQueues();
        MessageQueue queue = new MessageQueue(message.topic(), brokerName, choose(placement, count));
        Message placed = placement instanceof Placement.ByShardingKey byKey
                        && !message.properties().has(PropertyNames.SHARDING_KEY)
                ? message.withProperty(PropertyNames.SHARDING_KEY, byKey.key())
                : message;
        if (MemoryTimers.isTimed(placed)) {
            return timers.park(placed, queue);
        }
        return append(placed, queue);
    }

    /** {@code null} when the message may be stored. */
    private SendOutcome.Refused refusalOf(Message message, Placement placement) {
        if (refusal != null) {
            return refusal;
        }
        if (message.body().length > BODY_MAX_BYTES) {
            return new SendOutcome.Refused(
                    Refusal.TOO_LARGE,
                    "body of %d bytes is over the limit of %d bytes".formatted(message.body().length, BODY_MAX_BYTES));
        }
        TopicSettings settings = topics.getOrDefault(message.topic(), TopicSettings.ofQueues(QUEUES));
        if (!topics.containsKey(message.topic()) && !autoCreate) {
            return new SendOutcome.Refused(
                    Refusal.NO_SUCH_TOPIC, "topic %s does not exist; create it first".formatted(message.topic()));
        }
        if (!settings.writable()) {
            return new SendOutcome.Refused(Refusal.NOT_WRITABLE, "topic %s is read only".formatted(message.topic()));
        }
        if (placement instanceof Placement.Queue queue && queue.queueId() >= settings.writeQueues()) {
            return new SendOutcome.Refused(
                    Refusal.NO_SUCH_QUEUE,
                    "queue %d of topic %s; it has %d queues"
                            .formatted(queue.queueId(), message.topic(), settings.writeQueues()));
        }
        return null;
    }

    /** What units of work are made of; under the lock of the broker. */
    private final class UnitSteps implements MemoryUnits.Steps {
        private final Leases leases = new Leases();

        @Override
        public <T> T together(Supplier<T> work) {
            T done;
            synchronized (MemoryBroker.this) {
                done = work.get();
            }
            changed();
            return done;
        }

        @Override
        public SendOutcome.Refused refusalOf(Message message, Placement placement) {
            return MemoryBroker.this.refusalOf(message, placement);
        }

        @Override
        public SendOutcome store(Message message, Placement placement) {
            return MemoryBroker.this.store(message, placement);
        }

        @Override
        public boolean isHeld(LeaseReader.Receipt receipt) {
            return leases.isHeld(receipt);
        }

        @Override
        public void keep(LeaseReader.Receipt receipt) {
            leases.keep(receipt);
        }

        @Override
        public void settle(LeaseReader.Settlement settlement) {
            leases.giveUp(settlement.receipt());
            leases.settleOne(settlement);
        }
    }

    /** When its time has come. */
    private void deliver(Message message, MessageQueue queue) {
        synchronized (this) {
            append(message, queue);
        }
        changed();
    }

    private SendOutcome append(Message message, MessageQueue queue) {
        List<ByteBuffer> entries = queues.computeIfAbsent(queue, none -> new ArrayList<>());
        ByteBuffer record = encode(message, queue.queueId(), entries.size(), logEnd);
        entries.add(record);
        byLogOffset.put(logEnd, record);
        SendOutcome.Stored stored = new SendOutcome.Stored(
                queue, logEnd, entries.size() - 1L, new MessageId(STORE_HOST, logEnd).toString());
        logEnd += record.remaining();
        return stored;
    }

    private synchronized boolean hasTopic(TopicName topic) {
        return topics.containsKey(topic);
    }

    private int choose(Placement placement, int count) {
        if (placement instanceof Placement.Queue explicit) {
            return explicit.queueId();
        }
        if (placement instanceof Placement.Together together) {
            return Placement.queueFor(together.key(), count);
        }
        return placement instanceof Placement.ByShardingKey sharding
                ? Placement.queueFor(sharding.key(), count)
                : spread++ % count;
    }

    private static ByteBuffer encode(Message message, int queueId, long queueOffset, long logOffset) {
        byte[] topic = message.topic().value().getBytes(StandardCharsets.UTF_8);
        byte[] properties = PropertiesCodec.encode(message.properties());
        int size = MessageLayout.MIN_BYTES + message.body().length + topic.length + properties.length;
        ByteBuffer record = ByteBuffer.allocate(size);
        record.putInt(size).putInt(MessageLayout.MAGIC_V1);
        record.putInt(RecordCheck.crcOf(ByteBuffer.wrap(message.body())));
        record.putInt(queueId).putInt(message.flag()).putLong(queueOffset).putLong(logOffset);
        record.putInt(0).putLong(message.bornAtMs());
        putHost(record);
        record.putLong(System.currentTimeMillis());
        putHost(record);
        record.putInt(0).putLong(0).putInt(message.body().length).put(message.body());
        record.put((byte) topic.length).put(topic);
        record.putShort((short) properties.length).put(properties);
        return record.flip().asReadOnlyBuffer();
    }

    private static void putHost(ByteBuffer record) {
        record.put(STORE_HOST.getAddress().getAddress()).putInt(STORE_HOST.getPort());
    }

    // ---- waiting ----

    /** A question that has no answer yet: asked again at every change, and at its deadline told to answer anyhow. */
    private record Waiting<T>(Supplier<Optional<T>> ask, Supplier<T> giveUp, CompletableFuture<T> answer) {
        /** How to tell the answer, if there is one; told outside of the lock, for whoever hears it may ask again. */
        Optional<Runnable> tryAnswer() {
            if (answer.isDone()) {
                return Optional.of(() -> {});
            }
            try {
                return ask.get().map(found -> () -> answer.complete(found));
            } catch (RuntimeException refused) {
                return Optional.of(() -> answer.completeExceptionally(refused));
            }
        }

        Runnable lastAnswer() {
            return tryAnswer().orElseGet(() -> {
                T given = giveUp.get();
                return () -> answer.complete(given);
            });
        }
    }

    private <T> CompletionStage<T> ask(Duration maxWait, Supplier<Optional<T>> ask, Supplier<T> giveUp) {
        Waiting<T> question = new Waiting<>(ask, giveUp, new CompletableFuture<>());
        Optional<Runnable> told;
        synchronized (this) {
            if (closed) {
                return CompletableFuture.failedFuture(
                        new RefusedException(Refusal.UNAVAILABLE, "the broker is stopping"));
            }
            told = question.tryAnswer();
            if (told.isEmpty()) {
                waiting.add(question);
                clock.schedule(() -> expire(question), maxWait.toMillis(), TimeUnit.MILLISECONDS);
            }
        }
        told.ifPresent(Runnable::run);
        return question.answer();
    }

    private <T> void expire(Waiting<T> question) {
        Runnable told;
        synchronized (this) {
            if (!waiting.remove(question)) {
                return;
            }
            told = question.lastAnswer();
        }
        told.run();
    }

    private static boolean isOver(MessageView view) {
        return view.properties()
                .find(PropertyNames.EXPIRES_AT)
                .map(end -> Long.parseLong(end) <= System.currentTimeMillis())
                .orElse(false);
    }

    /** Asks every waiting question again, and lets the tails run on. */
    private void changed() {
        List<Runnable> told = new ArrayList<>();
        List<MemoryTail> toTell;
        synchronized (this) {
            waiting.removeIf(question -> {
                Optional<Runnable> answer = question.tryAnswer();
                answer.ifPresent(told::add);
                return answer.isPresent();
            });
            toTell = List.copyOf(followers);
        }
        told.forEach(Runnable::run);
        toTell.forEach(MemoryTail::advance);
    }

    private List<ByteBuffer> entriesOf(MessageQueue queue) {
        TopicSettings settings = topics.get(queue.topic());
        if (settings == null) {
            throw new RefusedException(Refusal.NO_SUCH_TOPIC, "topic %s does not exist".formatted(queue.topic()));
        }
        if (queue.queueId() >= settings.readQueues() || !queue.brokerName().equals(brokerName)) {
            throw new RefusedException(Refusal.NO_SUCH_QUEUE, "queue %s does not exist".formatted(queue));
        }
        if (!settings.readable()) {
            throw new RefusedException(Refusal.NOT_READABLE, "topic %s is write only".formatted(queue.topic()));
        }
        return queues.getOrDefault(queue, List.of());
    }

    // ---- read by offset ----

    private final class Reader implements QueueReader {
        @Override
        public CompletionStage<Fetched> fetch(FetchRequest request) {
            return ask(request.maxWait(), () -> read(request), () -> empty(request, Status.NOTHING_YET));
        }

        private Optional<Fetched> read(FetchRequest request) {
            List<ByteBuffer> entries = entriesOf(request.queue());
            if (request.fromOffset() < 0) {
                return Optional.of(empty(request, Status.BEFORE_RANGE));
            }
            if (request.fromOffset() > entries.size()) {
                return Optional.of(empty(request, Status.AFTER_RANGE));
            }
            if (request.fromOffset() == entries.size()) {
                return Optional.empty();
            }
            List<ByteBuffer> found = new ArrayList<>();
            int bytes = 0;
            long next = request.fromOffset();
            while (next < entries.size() && found.size() < request.maxMessages()) {
                ByteBuffer record = entries.get((int) next);
                if (filter.test(request.filter(), MessageView.of(record))) {
                    if (!found.isEmpty() && bytes + record.remaining() > request.maxBytes()) {
                        break;
                    }
                    found.add(record.duplicate());
                    bytes += record.remaining();
                }
                next++;
            }
            Status status = found.isEmpty() ? Status.FILTERED_OUT : Status.FOUND;
            return Optional.of(
                    new Fetched(status, new Records(found, Hold.NONE), next, new OffsetRange(0, entries.size())));
        }

        private Fetched empty(FetchRequest request, Status status) {
            long max = entriesOf(request.queue()).size();
            long next =
                    switch (status) {
                        case BEFORE_RANGE -> 0;
                        case AFTER_RANGE -> max;
                        default -> request.fromOffset();
                    };
            return new Fetched(status, Records.NONE, next, new OffsetRange(0, max));
        }

        @Override
        public CompletionStage<OffsetRange> range(MessageQueue queue) {
            return answer(() -> new OffsetRange(0, entriesOf(queue).size()));
        }

        @Override
        public CompletionStage<Long> offsetAt(MessageQueue queue, long storedAtEpochMs) {
            return answer(() -> {
                List<ByteBuffer> entries = entriesOf(queue);
                long offset = 0;
                while (offset < entries.size()
                        && MessageView.of(entries.get((int) offset)).storedAtMs() < storedAtEpochMs) {
                    offset++;
                }
                return offset;
            });
        }
    }

    private synchronized <T> CompletionStage<T> answer(Supplier<T> question) {
        try {
            return CompletableFuture.completedFuture(question.get());
        } catch (RuntimeException refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }

    // ---- tail ----

    private Tail follow(TopicName topic, TailListener listener) {
        MemoryTail tail = new MemoryTail(topic, listener);
        synchronized (this) {
            for (int queueId = 0; queueId < TopicSettings.QUEUES_MAX; queueId++) {
                MessageQueue queue = new MessageQueue(topic, brokerName, queueId);
                if (queues.containsKey(queue)) {
                    tail.next.put(queue, (long) queues.get(queue).size());
                }
            }
            followers.add(tail);
        }
        return tail;
    }

    private final class MemoryTail implements Tail {
        private final TopicName topic;
        private final TailListener listener;
        private final Map<MessageQueue, Long> next = new HashMap<>();
        private final Map<MessageQueue, Boolean> busy = new HashMap<>();
        private volatile boolean open = true;

        MemoryTail(TopicName topic, TailListener listener) {
            this.topic = topic;
            this.listener = listener;
        }

        @Override
        public CompletionStage<Void> ready() {
            return CompletableFuture.completedFuture(null);
        }

        /** Hands over what is new, one batch per queue at a time; the listener's stage lets the queue go on. */
        void advance() {
            Map<MessageQueue, List<ByteBuffer>> fresh = new TreeMap<>();
            synchronized (MemoryBroker.this) {
                queues.forEach((queue, entries) -> {
                    int from = next.getOrDefault(queue, 0L).intValue();
                    if (open && queue.topic().equals(topic) && from < entries.size() && !busy.containsKey(queue)) {
                        fresh.put(
                                queue,
                                entries.subList(from, entries.size()).stream()
                                        .map(ByteBuffer::duplicate)
                                        .toList());
                        next.put(queue, (long) entries.size());
                        busy.put(queue, true);
                    }
                });
            }
            fresh.forEach((queue, slices) -> listener.onRecords(queue, new Records(slices, Hold.NONE))
                    .whenComplete((done, failed) -> {
                        synchronized (MemoryBroker.this) {
                            busy.remove(queue);
                        }
                        advance();
                    }));
        }

        @Override
        public void close() {
            open = false;
            synchronized (MemoryBroker.this) {
                followers.remove(this);
            }
        }
    }

    // ---- lease ----

    /** One group on one queue. */
    private static final class Cursor {
        private final MessageQueue queue;
        private final Map<Long, Entry> entries = new TreeMap<>();
        private long next;

        Cursor(MessageQueue queue, long next) {
            this.queue = queue;
            this.next = next;
        }
    }

    /** One message that the group has met and not settled, or has settled. */
    private static final class Entry {
        private int attempts;
        private long freeAtMs;
        private String receipt;
        private String settledBy;
        /** A unit that is prepared settles it, and nobody else. */
        private boolean isKept;
    }

    private final class Leases implements LeaseReader {
        @Override
        public CompletionStage<Leased> lease(LeaseRequest request) {
            CompletionStage<Leased> answer =
                    ask(request.maxWait(), () -> tryLease(request), () -> LeaseReader.Leased.NONE);
            answer.thenAccept(leased -> leased.leases()
                    .forEach(lease -> clock.schedule(
                            MemoryBroker.this::changed, request.leaseFor().toMillis() + 1, TimeUnit.MILLISECONDS)));
            return answer;
        }

        private Optional<Leased> tryLease(LeaseRequest request) {
            TopicSettings settings = topics.get(request.topic());
            if (settings == null) {
                throw new RefusedException(Refusal.NO_SUCH_TOPIC, "topic %s does not exist".formatted(request.topic()));
            }
            List<Lease> leases = new ArrayList<>();
            for (int queueId = 0; queueId < settings.readQueues(); queueId++) {
                MessageQueue queue = new MessageQueue(request.topic(), brokerName, queueId);
                leaseFrom(cursorOf(request, queue), entriesOf(queue), request, leases);
            }
            return leases.isEmpty() ? Optional.empty() : Optional.of(Leased.of(leases, Hold.NONE));
        }

        private String keyOf(MessageView view) {
            return view.properties().find(PropertyNames.SHARDING_KEY).orElse("");
        }

        private Cursor cursorOf(LeaseRequest request, MessageQueue queue) {
            long start = request.start() == Start.FIRST ? 0 : entriesOf(queue).size();
            return cursors.computeIfAbsent(request.group() + "@" + queue, none -> new Cursor(queue, start));
        }

        private void leaseFrom(Cursor cursor, List<ByteBuffer> records, LeaseRequest request, List<Lease> leases) {
            while (cursor.next < records.size()) {
                cursor.entries.put(cursor.next++, new Entry());
            }
            long now = System.currentTimeMillis();
            Set<String> held = new HashSet<>();
            if (request.ordering() == Ordering.BY_KEY) {
                cursor.entries.forEach((offset, entry) -> {
                    if (entry.settledBy == null && entry.freeAtMs > now) {
                        held.add(keyOf(MessageView.of(records.get(offset.intValue()))));
                    }
                });
                held.remove("");
            }
            cursor.entries.forEach((offset, entry) -> {
                MessageView view = MessageView.of(records.get(offset.intValue()));
                if (entry.settledBy == null && !filter.test(request.groupFilter(), view)) {
                    entry.settledBy = "filter";
                }
                if (leases.size() < request.maxMessages()
                        && entry.settledBy == null
                        && entry.freeAtMs <= now
                        && !held.contains(keyOf(view))
                        && filter.test(request.ownFilter(), view)) {
                    entry.attempts++;
                    entry.freeAtMs = now + request.leaseFor().toMillis();
                    entry.receipt =
                            "r" + receipts++ + "." + offset + "." + (request.group() + "@" + cursor.queue).hashCode();
                    leases.add(new Lease(
                            new Receipt(entry.receipt),
                            cursor.queue,
                            records.get(offset.intValue()).duplicate(),
                            entry.attempts,
                            entry.freeAtMs));
                }
            });
        }

        @Override
        public CompletionStage<List<Settled>> settle(List<Settlement> settlements) {
            CompletionStage<List<Settled>> settled =
                    answer(() -> settlements.stream().map(this::settleOne).toList());
            changed();
            return settled;
        }

        private boolean isHeld(Receipt receipt) {
            long now = System.currentTimeMillis();
            return cursors.values().stream()
                    .flatMap(cursor -> cursor.entries.values().stream())
                    .anyMatch(entry -> receipt.handle().equals(entry.receipt)
                            && entry.settledBy == null
                            && !entry.isKept
                            && entry.freeAtMs > now);
        }

        private void keep(Receipt receipt) {
            lentBy(receipt).forEach(entry -> {
                entry.isKept = true;
                entry.freeAtMs = Long.MAX_VALUE;
            });
        }

        private void giveUp(Receipt receipt) {
            lentBy(receipt).forEach(entry -> entry.isKept = false);
        }

        private List<Entry> lentBy(Receipt receipt) {
            return cursors.values().stream()
                    .flatMap(cursor -> cursor.entries.values().stream())
                    .filter(entry -> receipt.handle().equals(entry.receipt))
                    .toList();
        }

        private Settled settleOne(Settlement settlement) {
            String receipt = settlement.receipt().handle();
            for (Map.Entry<String, Cursor> named : cursors.entrySet()) {
                for (Map.Entry<Long, Entry> met : named.getValue().entries.entrySet()) {
                    Entry entry = met.getValue();
                    if (receipt.equals(entry.settledBy)) {
                        return new Settled(settlement.receipt(), Result.DONE, 0);
                    }
                    if (receipt.equals(entry.receipt) && entry.settledBy == null) {
                        return entry.isKept || entry.freeAtMs <= System.currentTimeMillis()
                                ? new Settled(settlement.receipt(), Result.LEASE_OVER, 0)
                                : apply(settlement, named, met.getKey(), entry);
                    }
                }
            }
            Result unknown = receipt.matches("r\\d+\\.\\d+\\.-?\\d+") ? Result.LEASE_OVER : Result.NOT_A_RECEIPT;
            return new Settled(settlement.receipt(), unknown, 0);
        }

        private Settled apply(Settlement settlement, Map.Entry<String, Cursor> named, long offset, Entry entry) {
            long now = System.currentTimeMillis();
            if (settlement instanceof Settlement.Extend extend) {
                entry.freeAtMs = now + extend.leaseFor().toMillis();
                clock.schedule(MemoryBroker.this::changed, extend.leaseFor().toMillis() + 1, TimeUnit.MILLISECONDS);
                return new Settled(settlement.receipt(), Result.DONE, entry.freeAtMs);
            }
            if (settlement instanceof Settlement.Release release) {
                entry.freeAtMs = now + release.delay().toMillis();
                entry.receipt = null;
                clock.schedule(MemoryBroker.this::changed, release.delay().toMillis() + 1, TimeUnit.MILLISECONDS);
                return new Settled(settlement.receipt(), Result.DONE, 0);
            }
            if (settlement instanceof Settlement.Retry || settlement instanceof Settlement.GiveBack) {
                entry.attempts -= settlement instanceof Settlement.GiveBack ? 1 : 0;
                entry.freeAtMs = now;
                entry.receipt = null;
                changed();
                return new Settled(settlement.receipt(), Result.DONE, 0);
            }
            if (settlement instanceof Settlement.Reject) {
                String group = named.getKey().substring(0, named.getKey().indexOf('@'));
                MessageView view =
                        MessageView.of(queues.get(named.getValue().queue).get((int) offset));
                store(view.toMessage().withTopic(TopicName.deadLetterOf(new GroupName(group))), Placement.ANY);
            }
            entry.settledBy = settlement.receipt().handle();
            return new Settled(settlement.receipt(), Result.DONE, 0);
        }
    }

    // ---- offsets, topics, look-up ----

    private final class Offsets implements ConsumerOffsets {
        @Override
        public CompletionStage<OptionalLong> committed(GroupName group, MessageQueue queue) {
            return answer(() -> {
                Long offset = offsets.get(group + "@" + queue);
                return offset == null ? OptionalLong.empty() : OptionalLong.of(offset);
            });
        }

        @Override
        public CompletionStage<Void> commit(GroupName group, MessageQueue queue, long nextOffset) {
            return answer(() -> {
                offsets.merge(group + "@" + queue, nextOffset, Math::max);
                return null;
            });
        }

        @Override
        public CompletionStage<Void> reset(GroupName group, MessageQueue queue, long nextOffset) {
            return answer(() -> {
                offsets.put(group + "@" + queue, nextOffset);
                return null;
            });
        }
    }

    private final class Catalog implements TopicCatalog {
        @Override
        public CompletionStage<Optional<TopicDescription>> describe(TopicName topic) {
            return answer(() -> Optional.ofNullable(topics.get(topic)).map(settings -> describe(topic, settings)));
        }

        @Override
        public CompletionStage<List<TopicDescription>> list() {
            return answer(() -> topics.entrySet().stream()
                    .filter(entry ->
                            !entry.getKey().isRetry() && !entry.getKey().isDeadLetter())
                    .map(entry -> describe(entry.getKey(), entry.getValue()))
                    .toList());
        }

        @Override
        public CompletionStage<TopicDescription> put(TopicName topic, TopicSettings settings) {
            return answer(() -> {
                int max = TopicSettings.QUEUES_MAX;
                if (Math.min(settings.readQueues(), settings.writeQueues()) < 1
                        || Math.max(settings.readQueues(), settings.writeQueues()) > max) {
                    throw new RefusedException(Refusal.ILLEGAL_ARGUMENT, "queues must be 1..%d".formatted(max));
                }
                topics.put(topic, settings);
                return describe(topic, topics.get(topic));
            });
        }

        @Override
        public CompletionStage<Boolean> delete(TopicName topic) {
            return answer(() -> {
                queues.keySet().removeIf(queue -> queue.topic().equals(topic));
                return topics.remove(topic) != null;
            });
        }

        private TopicDescription describe(TopicName topic, TopicSettings settings) {
            return new TopicDescription(
                    topic,
                    settings,
                    settings.readable() ? queuesOf(topic, settings.readQueues()) : List.of(),
                    settings.writable() ? queuesOf(topic, settings.writeQueues()) : List.of());
        }

        private List<MessageQueue> queuesOf(TopicName topic, int count) {
            List<MessageQueue> all = new ArrayList<>();
            for (int queueId = 0; queueId < count; queueId++) {
                all.add(new MessageQueue(topic, brokerName, queueId));
            }
            return all;
        }
    }

    private final class Lookup implements MessageLookup {
        @Override
        public CompletionStage<Records> byKey(TopicName topic, String key, long fromMs, long toMs, int limit) {
            return answer(() -> new Records(
                    byLogOffset.entrySet().stream()
                            .sorted(Map.Entry.<Long, ByteBuffer>comparingByKey().reversed())
                            .map(Map.Entry::getValue)
                            .filter(record -> matches(MessageView.of(record), topic, key, fromMs, toMs))
                            .limit(limit)
                            .map(ByteBuffer::duplicate)
                            .toList(),
                    Hold.NONE));
        }

        private static boolean matches(MessageView view, TopicName topic, String key, long fromMs, long toMs) {
            return view.topic().equals(topic.value())
                    && view.storedAtMs() >= fromMs
                    && view.storedAtMs() <= toMs
                    && (view.properties().keys().contains(key) || key.equals(view.property(PropertyNames.UNIQUE_KEY)));
        }

        @Override
        public CompletionStage<Records> byId(MessageId id) {
            return answer(() -> {
                ByteBuffer record = byLogOffset.get(id.logOffset());
                return record == null ? Records.NONE : new Records(List.of(record.duplicate()), Hold.NONE);
            });
        }
    }

    /** What one caller sees: everything, and closing it does nothing. */
    private record View(MemoryBroker broker) implements BrokerPort {
        @Override
        public BrokerPort onBehalfOf(Caller caller) {
            return this;
        }

        @Override
        public MessageWriter writer() {
            return broker.writer();
        }

        @Override
        public QueueReader reader() {
            return broker.reader();
        }

        @Override
        public LeaseReader leases() {
            return broker.leases();
        }

        @Override
        public Tails tails() {
            return broker.tails();
        }

        @Override
        public ConsumerOffsets offsets() {
            return broker.offsets();
        }

        @Override
        public TopicCatalog topics() {
            return broker.topics();
        }

        @Override
        public MessageLookup lookup() {
            return broker.lookup();
        }

        @Override
        public Timers timers() {
            return broker.timers();
        }

        @Override
        public UnitsOfWork units() {
            return broker.units();
        }

        @Override
        public void close() {
            // The broker belongs to whoever opened it, not to its callers.
        }
    }
}
