package io.sluice.broker.pull;

import io.sluice.broker.group.ConsumerGroup;
import io.sluice.broker.group.GroupConfigTable;
import io.sluice.broker.group.GroupRegistry;
import io.sluice.broker.group.Subscription;
import io.sluice.broker.offset.OffsetTable;
import io.sluice.broker.topic.TopicTable;
import io.sluice.model.FilterExpression;
import io.sluice.model.GroupName;
import io.sluice.model.TopicName;
import io.sluice.port.OffsetRange;
import io.sluice.port.QueueReader.FetchRequest;
import io.sluice.port.QueueReader.Fetched;
import io.sluice.port.QueueReader.Status;
import io.sluice.port.Records;
import io.sluice.store.MessageStore;
import io.sluice.wire.body.SubscriptionGroupConfig;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Reads for consumer groups whose members own their position: whether the group may, what it wants, and where a reset
 * sends it. Safe for many threads.
 */
public final class GroupPulls {
    private final PullService pulls;
    private final MessageStore store;
    private final TopicTable topics;
    private final GroupConfigTable groups;
    private final GroupRegistry members;
    private final OffsetTable offsets;
    private volatile boolean sqlAllowed;

    /** @param sqlAllowed whether groups may filter by SQL conditions (enablePropertyFilter) */
    public GroupPulls(
            PullService pulls,
            MessageStore store,
            TopicTable topics,
            GroupConfigTable groups,
            GroupRegistry members,
            OffsetTable offsets,
            boolean sqlAllowed) {
        this.pulls = Objects.requireNonNull(pulls, "pulls");
        this.store = Objects.requireNonNull(store, "store");
        this.topics = Objects.requireNonNull(topics, "topics");
        this.groups = Objects.requireNonNull(groups, "groups");
        this.members = Objects.requireNonNull(members, "members");
        this.offsets = Objects.requireNonNull(offsets, "offsets");
        this.sqlAllowed = sqlAllowed;
    }

    /** Whether groups may filter by SQL conditions now. */
    public boolean sqlAllowed() {
        return sqlAllowed;
    }

    /** Allows or forbids it, from the next read on. */
    public void sqlAllowed(boolean allowed) {
        sqlAllowed = allowed;
    }

    /** How a read begins. */
    public sealed interface Begun {
        /**
         * @param fetched completes as {@link io.sluice.port.QueueReader#fetch} says, with one slice for messages that lie
         *     next to each other in the log; cancelling it gives the read up
         */
        record Reading(CompletableFuture<Fetched> fetched) implements Begun {}

        /** @param sentence what is wrong and what would help */
        record Denied(Denial reason, String sentence) implements Begun {}
    }

    /** Why a group may not read. */
    public enum Denial {
        GROUP_UNKNOWN,
        GROUP_SWITCHED_OFF,
        TOPIC_UNKNOWN,
        /** The group's members each want every message, which its settings do not allow. */
        BROADCAST_FORBIDDEN,
        /** No member has told what the group wants of the topic. */
        NOT_SUBSCRIBED,
        /** The reader knows a newer subscription than the broker. */
        SUBSCRIPTION_OUTDATED,
        SQL_SWITCHED_OFF
    }

    /** @param home where a read that waited goes on when its queue grows, and completes; never runs anything at once */
    public Begun pull(GroupPull pull, Executor home) {
        Optional<SubscriptionGroupConfig> group = groups.forUse(pull.group());
        if (group.isEmpty()) {
            return denied(
                    Denial.GROUP_UNKNOWN,
                    "subscription group [%s] does not exist; create it with updateSubGroup".formatted(pull.group()));
        }
        if (!group.get().consumeEnable()) {
            return denied(
                    Denial.GROUP_SWITCHED_OFF,
                    "subscription group [%s] may not consume; an administrator can enable it".formatted(pull.group()));
        }
        if (topics.find(pull.topic()).isEmpty()) {
            return denied(
                    Denial.TOPIC_UNKNOWN,
                    "topic[%s] not exist, apply first please! It can be created with updateTopic"
                            .formatted(pull.topic()));
        }
        if (pull.filter().isPresent()) {
            return read(pull, pull.filter().get(), home);
        }
        return readSubscribed(pull, group.get(), home);
    }

    private Begun readSubscribed(GroupPull pull, SubscriptionGroupConfig settings, Executor home) {
        Optional<ConsumerGroup> group = members.consumers(pull.group());
        Subscription wants = group.map(found -> found.wants().get(pull.topic())).orElse(null);
        if (wants == null) {
            return denied(
                    Denial.NOT_SUBSCRIBED,
                    "group %s has not told what it wants of topic %s; its next heartbeat will"
                            .formatted(pull.group(), pull.topic()));
        }
        if (group.get().traits().isBroadcasting() && !settings.consumeBroadcastEnable()) {
            return denied(
                    Denial.BROADCAST_FORBIDDEN,
                    "group %s may not consume by broadcast; an administrator can enable it".formatted(pull.group()));
        }
        if (wants.version() < pull.wantVersion()) {
            return denied(
                    Denial.SUBSCRIPTION_OUTDATED,
                    "the broker knows an older subscription of group %s to topic %s; the next heartbeat brings the newer"
                            .formatted(pull.group(), pull.topic()));
        }
        return read(pull, wants.filter(), home);
    }

    private Begun read(GroupPull pull, FilterExpression filter, Executor home) {
        if (filter instanceof FilterExpression.Sql && !sqlAllowed) {
            return denied(
                    Denial.SQL_SWITCHED_OFF,
                    "The broker does not support consumer to filter message by SQL92; enablePropertyFilter=true allows it");
        }
        Reset reset = new Reset(pull);
        Optional<Fetched> elsewhere = reset.take();
        if (elsewhere.isPresent()) {
            return new Begun.Reading(CompletableFuture.completedFuture(elsewhere.get()));
        }
        pull.committed().ifPresent(next -> offsets.commit(pull.group(), pull.topic(), pull.queueId(), next));
        return new Begun.Reading(pulls.fetchBytes(
                new FetchRequest(
                        pull.queueOn(topics.rules().brokerName()),
                        pull.offset(),
                        pull.maxMessages(),
                        pull.maxBytes(),
                        filter,
                        pull.maxWait()),
                reset,
                home));
    }

    /** An administrator puts the group elsewhere: the reader's offset is declared wrong, and the new one right. */
    private final class Reset implements Diversion {
        private final GroupPull pull;

        Reset(GroupPull pull) {
            this.pull = pull;
        }

        @Override
        public boolean isPending() {
            return offsets.isResetPending(pull.group(), pull.topic(), pull.queueId());
        }

        @Override
        public Optional<Fetched> take() {
            OptionalLong next = offsets.takeReset(pull.group(), pull.topic(), pull.queueId(), pull.offset());
            if (next.isEmpty()) {
                return Optional.empty();
            }
            OffsetRange range = store.range(pull.topic().value(), pull.queueId());
            Status side = next.getAsLong() > pull.offset() ? Status.BEFORE_RANGE : Status.AFTER_RANGE;
            return Optional.of(new Fetched(side, Records.NONE, next.getAsLong(), range));
        }
    }

    /** The group was put elsewhere: a member that waits for the end of the queue is told at once. */
    public void moved(GroupName group, TopicName topic, int queueId, long next) {
        pulls.reconsider(topic.value(), queueId);
    }

    private static Begun denied(Denial reason, String sentence) {
        return new Begun.Denied(reason, sentence);
    }
}
