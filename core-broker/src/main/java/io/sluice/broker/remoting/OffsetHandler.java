package io.sluice.broker.remoting;

import io.sluice.broker.admin.GroupAdmin;
import io.sluice.broker.admin.QueueFacts;
import io.sluice.broker.admin.TopicAdmin;
import io.sluice.broker.delay.DelayService;
import io.sluice.broker.group.GroupConfigTable;
import io.sluice.broker.offset.OffsetQueries;
import io.sluice.broker.offset.OffsetTable;
import io.sluice.broker.topic.TopicTable;
import io.sluice.model.GroupName;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.transport.Peer;
import io.sluice.wire.body.QueueRef;
import io.sluice.wire.body.ResetOffsetBody;
import io.sluice.wire.command.OffsetCommands;
import io.sluice.wire.command.OffsetCommands.CloneOffset;
import io.sluice.wire.command.OffsetCommands.EarliestStoreTimeAnswer;
import io.sluice.wire.command.OffsetCommands.GetEarliestStoreTime;
import io.sluice.wire.command.OffsetCommands.GetMaxOffset;
import io.sluice.wire.command.OffsetCommands.GetMinOffset;
import io.sluice.wire.command.OffsetCommands.OffsetAnswer;
import io.sluice.wire.command.OffsetCommands.QueryOffset;
import io.sluice.wire.command.OffsetCommands.ResetOffset;
import io.sluice.wire.command.OffsetCommands.SearchOffset;
import io.sluice.wire.command.OffsetCommands.UpdateOffset;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/** How far groups have read, and where queues begin and end. */
final class OffsetHandler {
    private final OffsetTable offsets;
    private final OffsetQueries queries;
    private final QueueFacts queues;
    private final TopicTable topics;
    private final GroupConfigTable groups;
    private final GroupAdmin admin;
    private final DelayService delays;

    OffsetHandler(
            OffsetTable offsets,
            OffsetQueries queries,
            QueueFacts queues,
            TopicTable topics,
            GroupConfigTable groups,
            GroupAdmin admin,
            DelayService delays) {
        this.offsets = offsets;
        this.queries = queries;
        this.queues = queues;
        this.topics = topics;
        this.groups = groups;
        this.admin = admin;
        this.delays = delays;
    }

    CompletionStage<Frame> update(Frame request, Peer peer) {
        UpdateOffset command = Replies.COMMANDS.read(request, UpdateOffset.class);
        GroupName group = new GroupName(command.consumerGroup());
        TopicName topic = new TopicName(command.topic());
        if (groups.forUse(group).isEmpty()) {
            return Replies.now(
                    Replies.failed(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, "Group %s not exist!".formatted(group)));
        }
        if (topics.find(topic).isEmpty()) {
            return Replies.now(Replies.failed(ResponseCode.TOPIC_NOT_EXIST, "Topic %s not exist!".formatted(topic)));
        }
        if (command.queueId() < 0 || command.queueId() >= TopicAdmin.QUEUES_MAX || command.commitOffset() < 0) {
            return Replies.now(Replies.failed(
                    ResponseCode.INVALID_PARAMETER,
                    "queue %d or offset %d is out of range".formatted(command.queueId(), command.commitOffset())));
        }
        boolean taken = offsets.commit(group, topic, command.queueId(), command.commitOffset());
        return Replies.now(
                taken ? Replies.done() : Replies.failed(ResponseCode.SUCCESS, "Offset has been previously reset"));
    }

    CompletionStage<Frame> query(Frame request, Peer peer) {
        QueryOffset command = Replies.COMMANDS.read(request, QueryOffset.class);
        OptionalLong next = queries.next(
                new GroupName(command.consumerGroup()),
                new TopicName(command.topic()),
                command.queueId(),
                command.setZeroIfNotFound());
        return Replies.now(
                next.isPresent()
                        ? offset(next.getAsLong())
                        : Replies.failed(
                                ResponseCode.QUERY_NOT_FOUND,
                                "Not found, V3_0_6_SNAPSHOT maybe this group consumer boot first"));
    }

    private static Frame offset(long offset) {
        return Replies.found(new OffsetAnswer(offset), FrameBody.NONE);
    }

    CompletionStage<Frame> max(Frame request, Peer peer) {
        GetMaxOffset command = Replies.COMMANDS.read(request, GetMaxOffset.class);
        return Replies.now(
                offset(queues.range(command.topic(), command.queueId()).max()));
    }

    CompletionStage<Frame> min(Frame request, Peer peer) {
        GetMinOffset command = Replies.COMMANDS.read(request, GetMinOffset.class);
        return Replies.now(
                offset(queues.range(command.topic(), command.queueId()).min()));
    }

    CompletionStage<Frame> search(Frame request, Peer peer) {
        SearchOffset command = Replies.COMMANDS.read(request, SearchOffset.class);
        boolean last = command.boundaryType() == OffsetCommands.Boundary.UPPER;
        return Replies.now(offset(queues.offsetAt(command.topic(), command.queueId(), command.timestamp(), last)));
    }

    CompletionStage<Frame> earliest(Frame request, Peer peer) {
        GetEarliestStoreTime command = Replies.COMMANDS.read(request, GetEarliestStoreTime.class);
        return Replies.now(Replies.found(
                new EarliestStoreTimeAnswer(queues.earliestStoredAtMs(command.topic(), command.queueId())),
                FrameBody.NONE));
    }

    CompletionStage<Frame> reset(Frame request, Peer peer) {
        ResetOffset command = Replies.COMMANDS.read(request, ResetOffset.class);
        Map<MessageQueue, Long> now = admin.reset(new GroupAdmin.Reset(
                new GroupName(command.group()),
                new TopicName(command.topic()),
                command.queueId(),
                command.offset(),
                command.timestamp(),
                command.isForce()));
        Map<QueueRef, Long> told = new LinkedHashMap<>();
        now.forEach((queue, next) -> told.put(QueueRef.of(queue), next));
        return Replies.now(Replies.found(new ResetOffsetBody(told)));
    }

    CompletionStage<Frame> copy(Frame request, Peer peer) {
        CloneOffset command = Replies.COMMANDS.read(request, CloneOffset.class);
        GroupName from = new GroupName(command.srcGroup());
        Set<TopicName> onTopics = command.topic().isEmpty()
                ? admin.topicsOf(from).stream().map(TopicName::new).collect(Collectors.toSet())
                : Set.of(new TopicName(command.topic()));
        admin.cloneOffsets(from, new GroupName(command.destGroup()), onTopics, command.offline());
        return Replies.now(Replies.done());
    }

    CompletionStage<Frame> all(Frame request, Peer peer) {
        return Replies.now(Replies.found(offsets.all()));
    }

    CompletionStage<Frame> ofDelayLevels(Frame request, Peer peer) {
        return Replies.now(Replies.found(delays.saved()));
    }
}
