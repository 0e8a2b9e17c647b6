package io.sluice.broker.send;

import io.sluice.broker.group.GroupConfigTable;
import io.sluice.broker.group.OrderLocks;
import io.sluice.broker.metrics.BrokerMetrics;
import io.sluice.broker.timer.DueTime;
import io.sluice.broker.topic.SystemTopics;
import io.sluice.broker.topic.Topic;
import io.sluice.broker.topic.TopicTable;
import io.sluice.broker.topic.TopicTable.Wanted;
import io.sluice.model.GroupName;
import io.sluice.model.IllegalNameException;
import io.sluice.model.MessageProperties;
import io.sluice.model.MessageQueue;
import io.sluice.model.PropertyNames;
import io.sluice.model.TopicName;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.SendOutcome;
import io.sluice.store.MessageStore;
import io.sluice.store.log.AppendResult;
import io.sluice.wire.body.SubscriptionGroupConfig;
import io.sluice.wire.message.MessageLayout;
import io.sluice.wire.message.NewRecord;
import io.sluice.wire.message.PropertiesCodec;
import io.sluice.wire.message.RecallHandle;
import io.sluice.wire.message.SysFlag;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Takes messages in: checks them, chooses the queue, adds what a broker adds, and hands them to the store.
 *
 * <p>Safe for many threads; works on the thread that asks and never blocks. Calls that one thread makes one after another
 * for one queue are stored in that order. A message with a delay level is stored in the delay topic under its own name and
 * queue, one with an exact time of delivery in the timer topic, a half message in the half topic; the outcome tells the place it has
 * there.
 */
public final class SendService {
    /** Messages of one batch. */
    public static final int BATCH_MAX = 32_768;

    static final int SYSTEM_FLAGS_REFUSED = SysFlag.INNER_BATCH | SysFlag.NEED_UNWRAP;
    private static final int DEAD_LETTER_QUEUE = 0;
    private static final int HALF_QUEUE = 0;
    /** Room for what is added to a message each time that it is written anew while it waits. */
    private static final int TIMER_RESERVE_BYTES = 96;

    private final MessageStore store;
    private final TopicTable topics;
    private final GroupConfigTable groups;
    private final OrderLocks locks;
    private final BrokerMetrics metrics;
    private final SendRules rules;
    private final InstantSource clock;
    private final UniqueKeys uniqueKeys;
    private final MessageIds ids;
    /** What every stored message gets, in stored form. */
    private final byte[] stamp;

    private final PlainSends plain;

    private volatile Once once = (key, message) -> refusal(new RefusedException(
            Refusal.NOT_SUPPORTED, "this broker keeps no idempotency keys; send the message without one"));

    private final ThreadLocal<PropertyBytes> scratch = ThreadLocal.withInitial(PropertyBytes::new);

    /**
     * @param storeHost the address that the store writes to records; known when the first message comes
     * @param clock     for the ids of messages that come without, and for times of delivery
     */
    public SendService(
            MessageStore store,
            TopicTable topics,
            GroupConfigTable groups,
            OrderLocks locks,
            BrokerMetrics metrics,
            SendRules rules,
            Supplier<InetSocketAddress> storeHost,
            InstantSource clock) {
        this.store = Objects.requireNonNull(store, "store");
        this.topics = Objects.requireNonNull(topics, "topics");
        this.groups = Objects.requireNonNull(groups, "groups");
        this.locks = Objects.requireNonNull(locks, "locks");
        this.metrics = Objects.requireNonNull(metrics, "metrics");
        this.rules = Objects.requireNonNull(rules, "rules");
        this.clock = Objects.requireNonNull(clock, "clock");
        this.ids = new MessageIds(storeHost);
        this.uniqueKeys = new UniqueKeys(
                storeHost.get().getAddress(), ProcessHandle.current().pid(), System.identityHashCode(this), clock);
        this.stamp = PropertiesCodec.encode(stamp(rules));
        this.plain = new PlainSends(store, topics, metrics, rules.maxMessageBytes(), uniqueKeys, ids, stamp);
    }

    /** What the broker adds to each message: of region and trace only what is not usual, see ADR 83. */
    private static MessageProperties stamp(SendRules rules) {
        return MessageProperties.NONE
                .with(PropertyNames.CLUSTER, rules.clusterName())
                .with(PropertyNames.REGION, rules.region().equals(SendRules.USUAL_REGION) ? "" : rules.region())
                .with(PropertyNames.TRACE_ON, rules.traceOn() ? "" : "false");
    }

    /** The short way for sends that ask for nothing special. */
    public PlainSends plain() {
        return plain;
    }

    /** Stores one message of a client or a door. The body is free for reuse on return. */
    public CompletionStage<Sent> send(NewMessage message) {
        try {
            Topic topic = admit(message);
            return topic.name().isRetry() ? sendAgain(topic, message) : storeOrPrepare(topic, message);
        } catch (RefusedException refused) {
            return refusal(refused);
        }
    }

    private CompletionStage<Sent> refusal(RefusedException refused) {
        metrics.refused();
        return CompletableFuture.completedFuture(
                new Sent(new SendOutcome.Refused(refused.reason(), refused.getMessage()), ""));
    }

    /** The topic that the message may go to; checks in the order in which clients expect complaints. */
    private Topic admit(NewMessage message) {
        if (topics.system().isClosedToClients(message.topic())) {
            throw new RefusedException(
                    Refusal.NOT_WRITABLE, "Sending message to topic[%s] is forbidden.".formatted(message.topic()));
        }
        Wanted wanted = topics.forSending(message.topic(), message.template(), message.templateQueues());
        if (!(wanted instanceof Wanted.Found found)) {
            throw wanted instanceof Wanted.Missing missing
                    ? new RefusedException(Refusal.NO_SUCH_TOPIC, missing.sentence())
                    : new RefusedException(Refusal.ILLEGAL_ARGUMENT, ((Wanted.IllegalName) wanted).sentence());
        }
        Topic topic = found.topic();
        if (!topic.isWritable() || topic.writeQueues() == 0) {
            throw new RefusedException(
                    Refusal.NOT_WRITABLE,
                    "topic %s may not be written (perm %d, %d write queues); an administrator can allow it"
                            .formatted(topic.name(), topic.perm(), topic.writeQueues()));
        }
        if (message.queueId() >= topic.queues()) {
            throw new RefusedException(
                    Refusal.NO_SUCH_QUEUE,
                    "request queueId[%d] is illegal, topic %s has %d queues, counted from 0"
                            .formatted(message.queueId(), topic.name(), topic.queues()));
        }
        checkBody(message);
        return topic;
    }

    private void checkBody(NewMessage message) {
        if (message.body().remaining() > rules.maxMessageBytes()) {
            throw new RefusedException(
                    Refusal.TOO_LARGE,
                    "the body has %d bytes, at most %d are allowed (maxMessageSize)"
                            .formatted(message.body().remaining(), rules.maxMessageBytes()));
        }
        if ((message.sysFlag() & SYSTEM_FLAGS_REFUSED) != 0) {
            throw new RefusedException(
                    Refusal.NOT_SUPPORTED,
                    "batches stored as one record are not supported; send a plain batch or single messages");
        }
    }

    /** A message that a consumer sends to its retry topic itself; one failure too many takes it to the dead letters. */
    private CompletionStage<Sent> sendAgain(Topic topic, NewMessage message) {
        GroupName group = groupOf(topic.name());
        SubscriptionGroupConfig settings = groups.forUse(group)
                .orElseThrow(() -> new RefusedException(
                        Refusal.NO_SUCH_GROUP,
                        "subscription group [%s] does not exist; create it with updateSubGroup".formatted(group)));
        int max = message.maxReconsumeTimes() >= 0 ? message.maxReconsumeTimes() : settings.retryMaxTimes();
        if (message.reconsumeTimes() <= max && !locks.isAnyHeld(group)) {
            return store(topic, message);
        }
        MessageProperties properties =
                PropertiesCodec.decode(message.properties()).without(PropertyNames.DELAY_LEVEL);
        Topic deadLetters = topics.ensureGroupTopic(TopicName.deadLetterOf(group), 1);
        return store(deadLetters, buried(message, PropertiesCodec.text(properties)));
    }

    private static GroupName groupOf(TopicName retryTopic) {
        try {
            return new GroupName(retryTopic.value().substring(TopicName.RETRY_PREFIX.length()));
        } catch (IllegalNameException illegal) {
            throw new RefusedException(Refusal.ILLEGAL_ARGUMENT, illegal.getMessage());
        }
    }

    private static NewMessage buried(NewMessage message, String properties) {
        return new NewMessage(
                message.topic(),
                DEAD_LETTER_QUEUE,
                message.template(),
                message.templateQueues(),
                message.flag(),
                message.sysFlag(),
                message.bornAtMs(),
                message.bornHost(),
                properties,
                message.body(),
                message.reconsumeTimes(),
                message.maxReconsumeTimes());
    }

    private CompletionStage<Sent> storeOrPrepare(Topic topic, NewMessage message) {
        PropertyScan said = PropertyScan.of(message.properties());
        if (!said.onceKey().isEmpty()) {
            return once.send(said.onceKey(), message);
        }
        return said.isHalf() ? prepare(topic, message, said) : store(topic, plan(topic, message, said));
    }

    /** Stores messages with an idempotency key; declared here, done where repeats are known. */
    @FunctionalInterface
    public interface Once {
        /** Fails never; a refusal is an outcome. */
        CompletionStage<Sent> send(String key, NewMessage message);
    }

    /** Who stores messages with an idempotency key. Before the first send. */
    public void onceBy(Once keeper) {
        once = Objects.requireNonNull(keeper, "keeper");
    }

    /**
     * The record that a message becomes, for whoever stores several together. Nothing is stored; the topic is made if that is
     * allowed. A half message, or one for a retry topic, is nothing for others to store.
     *
     * @throws RefusedException for what {@link #send} would refuse
     */
    public Outgoing plan(NewMessage message) {
        Topic topic = admit(message);
        PropertyScan said = PropertyScan.of(message.properties());
        if (said.isHalf() || topic.name().isRetry()) {
            throw new RefusedException(
                    Refusal.ILLEGAL_ARGUMENT,
                    "a message of a transaction or for a retry topic cannot be stored once or with others; send it alone");
        }
        Outgoing planned = plan(topic, message, said);
        return planned.with(planned.record().withProperties(scratch.get().copy()));
    }

    /** Where a planned message is, now that it is stored. */
    public SendOutcome.Stored stored(Outgoing planned, AppendResult.Stored stored) {
        return stored(stored, planned.topic(), planned.queueId(), planned.recallHandle());
    }

    /** Why the store did not take a planned message. */
    public SendOutcome.Refused refused(AppendResult.Refused refused) {
        metrics.refused();
        return new SendOutcome.Refused(refusalOf(refused.reason()), refused.sentence());
    }

    /** Completes when the topics that planned messages go to are known for good. */
    public CompletionStage<Void> saved(List<Outgoing> planned) {
        CompletionStage<Void> all = CompletableFuture.completedFuture(null);
        for (Outgoing one : planned) {
            Optional<CompletionStage<Void>> unsaved =
                    topics.unsaved(one.topic().name().value());
            if (unsaved.isPresent()) {
                all = all.thenCombine(unsaved.get().handle((saved, failed) -> null), (before, saved) -> null);
            }
        }
        return all;
    }

    /** A half message: kept in the half topic until its producer says what became of it. */
    private CompletionStage<Sent> prepare(Topic topic, NewMessage message, PropertyScan said) {
        noteExpiry(topic, said);
        int queueId = message.queueId() >= 0
                ? message.queueId()
                : ThreadLocalRandom.current().nextInt(topic.writeQueues());
        PropertyBytes properties = scratch.get().clear();
        String uniqueKey = stamp(properties, message.properties(), said);
        properties.pair(PropertyNames.REAL_TOPIC, topic.name().value());
        properties.pair(PropertyNames.REAL_QUEUE_ID, Integer.toString(queueId));
        properties.pair(PropertyNames.TRANSACTION_ID, uniqueKey);
        checkLength(properties, 0);
        CompletionStage<AppendResult> appended = store.append(new NewRecord(
                SystemTopics.HALF,
                HALF_QUEUE,
                message.flag(),
                message.sysFlag() & ~SysFlag.TRANSACTION_MASK,
                message.bornAtMs(),
                message.bornHost(),
                message.reconsumeTimes(),
                0,
                message.body(),
                properties.view(),
                said.waits()));
        return whenSaved(topic, mapped(appended, result -> sent(result, topic, queueId, uniqueKey, "")));
    }

    /** Stores a message whose topic was chosen by the broker. */
    CompletionStage<Sent> store(Topic topic, NewMessage message) {
        return store(topic, plan(topic, message, PropertyScan.of(message.properties())));
    }

    private CompletionStage<Sent> store(Topic topic, Outgoing planned) {
        return whenSaved(
                topic,
                mapped(
                        store.append(planned.record()),
                        result -> sent(result, topic, planned.queueId(), planned.uniqueKey(), planned.recallHandle())));
    }

    /** The properties of the record are good until the next message of this thread. */
    private Outgoing plan(Topic topic, NewMessage message, PropertyScan said) {
        noteExpiry(topic, said);
        OptionalLong dueAtMs = dueAtMs(said, message);
        int queueId = message.queueId() >= 0
                ? message.queueId()
                : ThreadLocalRandom.current().nextInt(topic.writeQueues());
        int level = rules.delayLevels().clamp(said.delayLevel());
        PropertyBytes properties = scratch.get().clear();
        String uniqueKey = stamp(properties, message.properties(), said);
        String storedTopic = topic.name().value();
        int storedQueueId = queueId;
        if (level > 0) {
            if (level != said.delayLevel()) {
                properties.pair(PropertyNames.DELAY_LEVEL, Integer.toString(level));
            }
            properties.pair(PropertyNames.REAL_TOPIC, storedTopic);
            properties.pair(PropertyNames.REAL_QUEUE_ID, Integer.toString(queueId));
            storedTopic = SystemTopics.SCHEDULE;
            storedQueueId = level - 1;
        } else if (dueAtMs.isPresent()) {
            park(properties, topic, queueId, dueAtMs.getAsLong());
            storedTopic = SystemTopics.TIMER;
            storedQueueId = 0;
        }
        checkLength(properties, dueAtMs.isPresent() ? TIMER_RESERVE_BYTES : 0);
        NewRecord record = new NewRecord(
                storedTopic,
                storedQueueId,
                message.flag(),
                message.sysFlag() & ~SysFlag.TRANSACTION_MASK,
                message.bornAtMs(),
                message.bornHost(),
                message.reconsumeTimes(),
                0,
                message.body(),
                properties.view(),
                said.waits());
        String recallHandle = dueAtMs.isEmpty()
                ? ""
                : new RecallHandle(topic.name(), rules.brokerName(), dueAtMs.getAsLong(), uniqueKey).text();
        return new Outgoing(record, topic, queueId, uniqueKey, recallHandle);
    }

    private void noteExpiry(Topic topic, PropertyScan said) {
        if (said.expires()) {
            topics.expires(topic);
        }
    }

    private OptionalLong dueAtMs(PropertyScan said, NewMessage message) {
        return said.isTimed() && said.delayLevel() == 0
                ? DueTime.of(
                        PropertiesCodec.decode(message.properties()),
                        clock.millis(),
                        rules.timers().get())
                : OptionalLong.empty();
    }

    private void park(PropertyBytes properties, Topic topic, int queueId, long dueAtMs) {
        properties.pair(PropertyNames.REAL_TOPIC, topic.name().value());
        properties.pair(PropertyNames.REAL_QUEUE_ID, Integer.toString(queueId));
        properties.pair(PropertyNames.TIMER_OUT_MS, Long.toString(dueAtMs));
        long rewriteAtMs = clock.millis() + rules.timers().get().rewriteAfter().toMillis();
        if (rewriteAtMs < dueAtMs) {
            properties.pair(PropertyNames.TIMER_REWRITE_AT, Long.toString(rewriteAtMs));
        }
    }

    /** An append is nearly always over when it returns; then nothing waits. */
    private static <T> CompletionStage<Sent> mapped(CompletionStage<T> appended, Function<T, Sent> step) {
        return appended instanceof CompletableFuture<T> future && future.isDone()
                ? CompletableFuture.completedFuture(step.apply(future.join()))
                : appended.thenApply(step);
    }

    private Sent sent(AppendResult result, Topic topic, int queueId, String uniqueKey, String recallHandle) {
        if (result instanceof AppendResult.Stored stored) {
            return new Sent(stored(stored, topic, queueId, recallHandle), uniqueKey);
        }
        if (result instanceof AppendResult.StoredWithDoubt inDoubt) {
            SendOutcome.Stored stored = stored(inDoubt.stored(), topic, queueId, recallHandle);
            return new Sent(new SendOutcome.StoredWithDoubt(stored, SendOutcome.Doubt.FLUSH_TIMEOUT), uniqueKey);
        }
        AppendResult.Refused refused = (AppendResult.Refused) result;
        metrics.refused();
        return new Sent(new SendOutcome.Refused(refusalOf(refused.reason()), refused.sentence()), "");
    }

    private SendOutcome.Stored stored(AppendResult.Stored stored, Topic topic, int queueId, String recallHandle) {
        metrics.stored(topic.name().value(), 1, stored.size());
        return new SendOutcome.Stored(
                new MessageQueue(topic.name(), rules.brokerName(), queueId),
                stored.logOffset(),
                stored.queueOffset(),
                ids.of(stored.logOffset()),
                recallHandle);
    }

    private static Refusal refusalOf(AppendResult.Reason reason) {
        return switch (reason) {
            case TOO_LARGE, PROPERTIES_TOO_LARGE -> Refusal.TOO_LARGE;
            case ILLEGAL -> Refusal.ILLEGAL_ARGUMENT;
            case DISK_FULL -> Refusal.DISK_FULL;
            case OVERLOADED -> Refusal.OVERLOADED;
            case FLUSH_FAILED, READ_ONLY, CLOSED -> Refusal.UNAVAILABLE;
        };
    }

    /**
     * A topic that was made by this send, or just before, is told to be there only when its table's file says so. If the
     * file cannot be written the message is stored all the same, and the table is tried again.
     */
    private CompletionStage<Sent> whenSaved(Topic topic, CompletionStage<Sent> sent) {
        Optional<CompletionStage<Void>> unsaved = topics.unsaved(topic.name().value());
        return unsaved.isEmpty()
                ? sent
                : unsaved.get().handle((saved, failed) -> null).thenCombine(sent, (saved, told) -> told);
    }

    /**
     * Stores the messages of a batch next to each other, all or none. The outcome tells the place of the first and the ids
     * of all, separated by commas.
     *
     * @param message what is the same for all; its body holds the batch, see {@link BatchBody}
     */
    public CompletionStage<Sent> sendBatch(NewMessage message) {
        try {
            Topic topic = admit(message);
            return storeBatch(topic, message);
        } catch (RefusedException refused) {
            return refusal(refused);
        }
    }

    private CompletionStage<Sent> storeBatch(Topic topic, NewMessage message) {
        if (topic.name().isRetry() || topic.name().value().length() > TopicName.LENGTH_MAX) {
            throw new RefusedException(
                    Refusal.NOT_SUPPORTED,
                    "batch request does not support retry group %s; send the messages one by one"
                            .formatted(topic.name()));
        }
        PropertyScan saidOfAll = PropertyScan.of(message.properties());
        checkPlain(saidOfAll);
        noteExpiry(topic, saidOfAll);
        String ofAll = PropertiesCodec.text(
                PropertiesCodec.decode(message.properties()).without(PropertyNames.UNIQUE_KEY));
        int queueId = message.queueId() >= 0
                ? message.queueId()
                : ThreadLocalRandom.current().nextInt(topic.writeQueues());
        List<NewRecord> records = new ArrayList<>();
        for (BatchBody.Entry entry : BatchBody.read(message.body(), BATCH_MAX)) {
            records.add(record(entry, topic, queueId, message, ofAll, saidOfAll.waits()));
        }
        return whenSaved(
                topic,
                mapped(
                        store.appendBatch(records),
                        results -> sentBatch(results, topic, queueId, saidOfAll.uniqueKey())));
    }

    private static void checkPlain(PropertyScan said) {
        if (said.isHalf()
                || said.isTimed()
                || said.delayLevel() > 0
                || !said.onceKey().isEmpty()) {
            throw new RefusedException(
                    Refusal.NOT_SUPPORTED,
                    "a batch holds neither delayed nor transactional messages, nor idempotency keys; send them one by one");
        }
    }

    /** @param ofAll what stands in the batch's own header; a message's own properties come after it and win */
    private NewRecord record(
            BatchBody.Entry entry, Topic topic, int queueId, NewMessage message, String ofAll, boolean waits) {
        PropertyScan said = PropertyScan.of(entry.properties());
        checkPlain(said);
        noteExpiry(topic, said);
        PropertyBytes properties = scratch.get().clear();
        properties.text(ofAll);
        stamp(properties, entry.properties(), said);
        checkLength(properties, 0);
        return new NewRecord(
                topic.name().value(),
                queueId,
                entry.flag(),
                message.sysFlag() & ~SysFlag.TRANSACTION_MASK,
                message.bornAtMs(),
                message.bornHost(),
                0,
                0,
                entry.body(),
                properties.copy(),
                waits);
    }

    private Sent sentBatch(List<AppendResult> results, Topic topic, int queueId, String uniqueKey) {
        List<Sent> each = results.stream()
                .map(result -> sent(result, topic, queueId, uniqueKey, ""))
                .toList();
        for (Sent one : each) {
            if (one.outcome() instanceof SendOutcome.Refused) {
                return one;
            }
        }
        String allIds =
                each.stream().map(one -> storedOf(one.outcome()).messageId()).collect(Collectors.joining(","));
        SendOutcome.Stored first = storedOf(each.get(0).outcome());
        SendOutcome.Stored all = new SendOutcome.Stored(first.queue(), first.logOffset(), first.queueOffset(), allIds);
        SendOutcome last = each.get(each.size() - 1).outcome();
        return new Sent(
                last instanceof SendOutcome.StoredWithDoubt doubt
                        ? new SendOutcome.StoredWithDoubt(all, doubt.doubt())
                        : all,
                uniqueKey);
    }

    private static SendOutcome.Stored storedOf(SendOutcome outcome) {
        return outcome instanceof SendOutcome.StoredWithDoubt doubt ? doubt.stored() : (SendOutcome.Stored) outcome;
    }

    /** Writes what the sender said and what a broker adds; answers the unique key. */
    private String stamp(PropertyBytes into, String text, PropertyScan said) {
        if (said.isRestamped()) {
            into.text(PropertiesCodec.text(withoutBrokersOwn(PropertiesCodec.decode(text))));
        } else {
            into.text(text);
            if (!said.endsInPair()) {
                into.pairEnd();
            }
        }
        String uniqueKey = said.uniqueKey();
        if (uniqueKey.isEmpty()) {
            uniqueKey = uniqueKeys.next();
            into.pair(PropertyNames.UNIQUE_KEY, uniqueKey);
        }
        into.raw(stamp);
        return uniqueKey;
    }

    private static MessageProperties withoutBrokersOwn(MessageProperties properties) {
        return properties
                .without(PropertyNames.REGION)
                .without(PropertyNames.TRACE_ON)
                .without(PropertyNames.CLUSTER)
                .without(PropertyNames.POP_CHECK_POINT);
    }

    /** @param reserve bytes that the broker may have to add later */
    private static void checkLength(PropertyBytes properties, int reserve) {
        if (properties.length() + reserve > MessageLayout.PROPERTIES_MAX_BYTES) {
            throw new RefusedException(
                    Refusal.TOO_LARGE,
                    "the properties have %d bytes with those that the broker adds, at most %d are allowed"
                            .formatted(properties.length(), MessageLayout.PROPERTIES_MAX_BYTES - reserve));
        }
    }
}
