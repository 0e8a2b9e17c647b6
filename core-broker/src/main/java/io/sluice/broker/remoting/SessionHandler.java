package io.sluice.broker.remoting;

import io.sluice.broker.group.ConsumerGroup;
import io.sluice.broker.group.ConsumerTraits;
import io.sluice.broker.group.GroupRegistry;
import io.sluice.broker.group.Heartbeat;
import io.sluice.broker.group.Heartbeats;
import io.sluice.broker.group.OrderLocks;
import io.sluice.filter.FilterSyntaxException;
import io.sluice.filter.Filters;
import io.sluice.model.FilterExpression;
import io.sluice.model.GroupName;
import io.sluice.model.MessageQueue;
import io.sluice.transport.Peer;
import io.sluice.wire.body.Body;
import io.sluice.wire.body.ClientConfigCheck;
import io.sluice.wire.body.ConsumerIdList;
import io.sluice.wire.body.HeartbeatData;
import io.sluice.wire.body.LockAnswer;
import io.sluice.wire.body.LockRequest;
import io.sluice.wire.body.QueueRef;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.command.SessionCommands.GetConsumerList;
import io.sluice.wire.command.SessionCommands.HeartbeatAnswer;
import io.sluice.wire.command.SessionCommands.UnregisterClient;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** Who is connected, who belongs to a group, and who consumes a queue in order. */
final class SessionHandler {
    private final Heartbeats heartbeats;
    private final GroupRegistry registry;
    private final OrderLocks locks;
    private final Filters filters;
    private final BooleanSupplier sqlAllowed;

    SessionHandler(
            Heartbeats heartbeats,
            GroupRegistry registry,
            OrderLocks locks,
            Filters filters,
            BooleanSupplier sqlAllowed) {
        this.heartbeats = heartbeats;
        this.registry = registry;
        this.locks = locks;
        this.filters = filters;
        this.sqlAllowed = sqlAllowed;
    }

    CompletionStage<Frame> heartbeat(Frame request, Peer peer) {
        HeartbeatData said = Body.of(HeartbeatData.class, request);
        Heartbeat beat = new Heartbeat(
                said.clientID(),
                request.language().name(),
                request.version(),
                said.heartbeatFingerprint(),
                said.withoutSub(),
                said.producerDataSet().stream()
                        .map(producer -> new GroupName(producer.groupName()))
                        .collect(Collectors.toSet()),
                said.consumerDataSet().stream().map(SessionHandler::consumer).toList());
        boolean wantsNeeded = heartbeats.beat(PeerLink.of(peer, registry::gone), beat);
        return Replies.now(Replies.found(new HeartbeatAnswer(true, wantsNeeded), FrameBody.NONE));
    }

    private static Heartbeat.Consumer consumer(HeartbeatData.ConsumerData said) {
        return new Heartbeat.Consumer(
                new GroupName(said.groupName()),
                new ConsumerTraits(said.consumeType(), said.messageModel(), said.consumeFromWhere()),
                said.subscriptionDataSet().stream()
                        .map(Subscriptions::subscription)
                        .toList());
    }

    CompletionStage<Frame> unregister(Frame request, Peer peer) {
        UnregisterClient command = Replies.COMMANDS.read(request, UnregisterClient.class);
        PeerLink link = PeerLink.of(peer, registry::gone);
        if (!command.producerGroup().isEmpty()) {
            registry.leaveProducers(link, new GroupName(command.producerGroup()));
        }
        if (!command.consumerGroup().isEmpty()) {
            registry.leaveConsumers(link, command.clientID(), new GroupName(command.consumerGroup()));
        }
        return Replies.now(Replies.done());
    }

    CompletionStage<Frame> members(Frame request, Peer peer) {
        GetConsumerList command = Replies.COMMANDS.read(request, GetConsumerList.class);
        Optional<ConsumerGroup> group = registry.consumers(new GroupName(command.consumerGroup()));
        return Replies.now(group.map(found -> Replies.found(new ConsumerIdList(found.clientIds())))
                .orElseGet(() -> Replies.failed(
                        ResponseCode.SYSTEM_ERROR,
                        "no consumer for this group, %s".formatted(command.consumerGroup()))));
    }

    /** A consumer asks before it starts whether its filter can be served. */
    CompletionStage<Frame> checkConfig(Frame request, Peer peer) {
        ClientConfigCheck check = Body.of(ClientConfigCheck.class, request);
        FilterExpression filter = Subscriptions.filter(
                check.subscriptionData().expressionType(),
                check.subscriptionData().subString());
        if (filter instanceof FilterExpression.Sql && !sqlAllowed.getAsBoolean()) {
            return Replies.now(
                    Replies.failed(
                            ResponseCode.SYSTEM_ERROR,
                            "The broker does not support consumer to filter message by SQL92; enablePropertyFilter=true allows it"));
        }
        try {
            filters.compile(filter);
            return Replies.now(Replies.done());
        } catch (FilterSyntaxException wrong) {
            return Replies.now(Replies.failed(ResponseCode.SUBSCRIPTION_PARSE_FAILED, wrong.getMessage()));
        }
    }

    CompletionStage<Frame> lock(Frame request, Peer peer) {
        LockRequest wanted = Body.of(LockRequest.class, request);
        GroupName group = new GroupName(wanted.consumerGroup());
        List<MessageQueue> queues =
                wanted.mqSet().stream().map(QueueRef::toQueue).toList();
        List<MessageQueue> held = wanted.consumerGroup().startsWith(LockRequest.HAND_OVER)
                ? locks.lock(group, wanted.clientId(), ReadingHere.of(peer, locks), queues)
                : locks.lock(group, wanted.clientId(), queues);
        Set<QueueRef> told = held.stream().map(QueueRef::of).collect(Collectors.toSet());
        return Replies.now(Replies.found(new LockAnswer(told)));
    }

    CompletionStage<Frame> unlock(Frame request, Peer peer) {
        LockRequest wanted = Body.of(LockRequest.class, request);
        locks.unlock(
                new GroupName(wanted.consumerGroup()),
                wanted.clientId(),
                wanted.mqSet().stream().map(QueueRef::toQueue).toList());
        return Replies.now(Replies.done());
    }
}
