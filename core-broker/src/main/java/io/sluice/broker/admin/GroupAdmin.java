package io.sluice.broker.admin;

import io.sluice.broker.group.ConsumerGroup;
import io.sluice.broker.group.GroupConfigTable;
import io.sluice.broker.group.GroupRegistry;
import io.sluice.broker.offset.OffsetTable;
import io.sluice.broker.topic.Topic;
import io.sluice.broker.topic.TopicTable;
import io.sluice.model.GroupName;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.port.OffsetRange;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/**
 * What tools do with consumer groups: look at their progress, move it, delete them. Safe for many threads; progress may
 * wait for the disk.
 */
public final class GroupAdmin {
    /** Meaning "to the end" where a store time is asked for. */
    public static final long TO_THE_END = -1;

    private static final int ALL_QUEUES = -1;
    private static final long BY_TIME = -1;

    private final GroupConfigTable groups;
    private final GroupRegistry members;
    private final OffsetTable offsets;
    private final TopicTable topics;
    private final QueueFacts queues;

    public GroupAdmin(
            GroupConfigTable groups, GroupRegistry members, OffsetTable offsets, TopicTable topics, QueueFacts queues) {
        this.groups = Objects.requireNonNull(groups, "groups");
        this.members = Objects.requireNonNull(members, "members");
        this.offsets = Objects.requireNonNull(offsets, "offsets");
        this.topics = Objects.requireNonNull(topics, "topics");
        this.queues = Objects.requireNonNull(queues, "queues");
    }

    /**
     * How far a group is on one queue.
     *
     * @param end             next entry to be written
     * @param next            next entry to be read by the group
     * @param consumedStoreMs store time of the last message that the group has read, epoch milliseconds; 0 when unknown
     */
    public record Progress(long end, long next, long consumedStoreMs) {
        public long behind() {
            return Math.max(0, end - next);
        }
    }

    /** Topics that the group reads or has read, in name order, its retry topic included. */
    public Set<String> topicsOf(GroupName group) {
        Set<String> all = new TreeSet<>(offsets.topicsOf(group));
        members.consumers(group).map(ConsumerGroup::wants).ifPresent(wants -> wants.keySet()
                .forEach(topic -> all.add(topic.value())));
        all.removeIf(topic -> topics.find(topic).isEmpty());
        return all;
    }

    /** Groups that read or have read the topic, in name order. */
    public Set<String> groupsOf(TopicName topic) {
        Set<String> all = new TreeSet<>(offsets.groupsOf(topic));
        all.addAll(members.groupsThatWant(topic).stream().map(GroupName::value).collect(Collectors.toSet()));
        all.removeIf(group -> group.indexOf('@') >= 0);
        return all;
    }

    /** Progress of the group on every readable queue of the topic; empty when there is no such topic. */
    public Map<MessageQueue, Progress> progress(GroupName group, TopicName topic) {
        Map<MessageQueue, Progress> all = new LinkedHashMap<>();
        int count = topics.find(topic).map(Topic::readQueues).orElse(0);
        for (int queueId = 0; queueId < count; queueId++) {
            long end = queues.range(topic.value(), queueId).max();
            long next = offsets.committed(group, topic, queueId).orElse(0);
            long consumed = next > 0 ? queues.storedAtMs(topic, queueId, next - 1) : QueueFacts.UNKNOWN_TIME;
            all.put(queue(topic, queueId), new Progress(end, next, consumed));
        }
        return all;
    }

    private MessageQueue queue(TopicName topic, int queueId) {
        return new MessageQueue(topic, topics.rules().brokerName(), queueId);
    }

    /**
     * Moves a group on a topic.
     *
     * @param queueId     one queue, or -1 for all
     * @param offset      where to, or -1 to go by time
     * @param storedAtMs  store time to go to, {@link #TO_THE_END} for the end
     * @param alsoForward whether queues are moved that are not that far yet
     */
    public record Reset(
            GroupName group, TopicName topic, int queueId, long offset, long storedAtMs, boolean alsoForward) {}

    /**
     * Answers where each queue stands now; the members are sent there with their next pull.
     *
     * @throws RefusedException when the topic or the queue does not exist
     */
    public Map<MessageQueue, Long> reset(Reset reset) {
        Topic topic = topics.find(reset.topic())
                .orElseThrow(() -> new RefusedException(
                        Refusal.NO_SUCH_TOPIC, "topic %s does not exist".formatted(reset.topic())));
        if (reset.queueId() >= topic.readQueues()) {
            throw new RefusedException(
                    Refusal.NO_SUCH_QUEUE,
                    "topic %s has %d readable queues, counted from 0; queue %d was asked for"
                            .formatted(reset.topic(), topic.readQueues(), reset.queueId()));
        }
        Map<MessageQueue, Long> now = new LinkedHashMap<>();
        for (int queueId = 0; queueId < topic.readQueues(); queueId++) {
            if (reset.queueId() == ALL_QUEUES || reset.queueId() == queueId) {
                now.put(queue(reset.topic(), queueId), reset(reset, queueId));
            }
        }
        return now;
    }

    private long reset(Reset reset, int queueId) {
        long target = target(reset, queueId);
        long next = offsets.committed(reset.group(), reset.topic(), queueId).orElse(Long.MAX_VALUE);
        if (!reset.alsoForward() && next <= target) {
            return next;
        }
        offsets.reset(reset.group(), reset.topic(), queueId, target);
        return target;
    }

    private long target(Reset reset, int queueId) {
        OffsetRange range = queues.range(reset.topic().value(), queueId);
        if (reset.offset() != BY_TIME) {
            return Math.max(range.min(), Math.min(reset.offset(), range.max()));
        }
        return reset.storedAtMs() == TO_THE_END
                ? range.max()
                : queues.offsetAt(reset.topic().value(), queueId, reset.storedAtMs(), false);
    }

    /**
     * Deletes the settings of a group, and its offsets if asked. Completes with whether the group existed, when the table's
     * file holds the change.
     */
    public CompletionStage<Boolean> delete(GroupName group, boolean withOffsets) {
        if (withOffsets) {
            offsets.removeGroup(group);
        }
        return groups.remove(group);
    }

    /**
     * Gives one group the offsets of another.
     *
     * @throws RefusedException when the other group is online, whose members would overwrite them
     */
    public void cloneOffsets(GroupName from, GroupName to, Set<TopicName> onTopics, boolean evenIfOnline) {
        if (!evenIfOnline && members.consumers(to).isPresent()) {
            throw new RefusedException(
                    Refusal.ILLEGAL_ARGUMENT, "group %s is online; stop its consumers first".formatted(to));
        }
        onTopics.forEach(topic -> offsets.copy(from, to, topic));
    }
}
