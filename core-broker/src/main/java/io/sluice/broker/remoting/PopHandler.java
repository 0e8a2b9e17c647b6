package io.sluice.broker.remoting;

import io.sluice.broker.admin.QueueFacts;
import io.sluice.broker.group.GroupConfigTable;
import io.sluice.broker.lease.LeaseService;
import io.sluice.broker.lease.PopHandle;
import io.sluice.broker.metrics.BrokerMetrics;
import io.sluice.broker.topic.Topic;
import io.sluice.broker.topic.TopicTable;
import io.sluice.model.FilterExpression;
import io.sluice.model.GroupName;
import io.sluice.model.TopicName;
import io.sluice.port.LeaseReader;
import io.sluice.port.LeaseReader.Lease;
import io.sluice.port.LeaseReader.Leased;
import io.sluice.port.LeaseReader.Receipt;
import io.sluice.port.LeaseReader.Result;
import io.sluice.port.LeaseReader.Settled;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.OffsetRange;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.transport.Peer;
import io.sluice.wire.body.BatchAckBody;
import io.sluice.wire.body.Body;
import io.sluice.wire.command.PopCommands.AckMessage;
import io.sluice.wire.command.PopCommands.ChangeInvisibleTime;
import io.sluice.wire.command.PopCommands.ChangeInvisibleTimeAnswer;
import io.sluice.wire.command.PopCommands.Notification;
import io.sluice.wire.command.PopCommands.NotificationAnswer;
import io.sluice.wire.command.PopCommands.PollingInfo;
import io.sluice.wire.command.PopCommands.PollingInfoAnswer;
import io.sluice.wire.command.PopCommands.PopAnswer;
import io.sluice.wire.command.PopCommands.PopMessage;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import io.sluice.wire.message.MessageView;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * RocketMQ's POP over the shared cursor: a popped message is a lease, its handle the receipt. A message that comes again is
 * lent from where it stands and says how often it came; there is no retry topic of its own for it.
 */
final class PopHandler {
    private static final int MESSAGES_MAX = 32;
    private static final int INIT_FROM_LAST = 1;
    private static final Duration PROBE_TERM = Duration.ofSeconds(1);
    private static final Duration HOLD_MAX = Duration.ofSeconds(60);
    private static final int NORMAL_TOPIC = 0;
    /** Offsets that one acknowledgement of many may name. */
    private static final int ACKS_MAX = 4096;

    private final LeaseService leases;
    private final TopicTable topics;
    private final GroupConfigTable groups;
    private final QueueFacts queues;
    private final BrokerMetrics metrics;
    private final InstantSource clock;
    private final OrderedAttempts attempts;

    PopHandler(
            LeaseService leases,
            TopicTable topics,
            GroupConfigTable groups,
            QueueFacts queues,
            BrokerMetrics metrics,
            InstantSource clock) {
        this.leases = leases;
        this.topics = topics;
        this.groups = groups;
        this.queues = queues;
        this.metrics = metrics;
        this.clock = clock;
        this.attempts = new OrderedAttempts(clock);
    }

    // ---- pop ----

    CompletionStage<Frame> pop(Frame request, Peer peer) {
        PopMessage command = Replies.COMMANDS.read(request, PopMessage.class);
        GroupName group = new GroupName(command.consumerGroup());
        Optional<Frame> denied = denied(group).or(() -> illegal(command));
        if (denied.isPresent()) {
            return Replies.now(denied.get());
        }
        LeaseReader.LeaseRequest wanted = new LeaseReader.LeaseRequest(
                group,
                new TopicName(command.topic()),
                command.exp().isBlank() ? FilterExpression.ALL : Subscriptions.filter(command.expType(), command.exp()),
                FilterExpression.ALL,
                command.maxMsgNums(),
                Duration.ofMillis(command.invisibleTime()),
                hold(command.bornTime(), command.pollTime()),
                command.initMode() == INIT_FROM_LAST ? LeaseReader.Start.LAST : LeaseReader.Start.FIRST);
        boolean isNamed = command.order() && !command.attemptId().isEmpty();
        List<Receipt> unheard = isNamed ? attempts.take(group, wanted.topic(), command.attemptId()) : List.of();
        if (unheard.isEmpty()) {
            return pop(command, wanted, isNamed, peer);
        }
        List<Settlement> givenBack = unheard.stream()
                .<Settlement>map(receipt -> new Settlement.Release(receipt, Duration.ZERO))
                .toList();
        return leases.settlePopped(group, wanted.topic(), givenBack)
                .thenCompose(done -> pop(command, wanted, isNamed, peer));
    }

    private CompletionStage<Frame> pop(
            PopMessage command, LeaseReader.LeaseRequest wanted, boolean isNamed, Peer peer) {
        CompletableFuture<Leased> leased =
                leases.pop(wanted, command.queueId(), command.order()).toCompletableFuture();
        if (!leased.isDone()) {
            OpenPulls.of(peer).add(leased);
        }
        return leased.handle((found, failure) -> {
            if (failure != null) {
                return ofFailure(failure);
            }
            if (isNamed && !found.isEmpty()) {
                attempts.keep(
                        wanted.group(),
                        wanted.topic(),
                        command.attemptId(),
                        found.leases().stream().map(Lease::receipt).toList(),
                        found.runs().get(0).leaseUntilMs());
            }
            return answer(command, found);
        });
    }

    private Optional<Frame> denied(GroupName group) {
        return groups.forUse(group)
                .map(known -> known.consumeEnable()
                        ? Optional.<Frame>empty()
                        : Optional.of(Replies.failed(
                                ResponseCode.NO_PERMISSION,
                                "subscription group [%s] may not consume; an administrator can enable it"
                                        .formatted(group))))
                .orElseGet(() -> Optional.of(Replies.failed(
                        ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST,
                        "subscription group [%s] does not exist; create it with updateSubGroup".formatted(group))));
    }

    private Optional<Frame> illegal(PopMessage command) {
        if (command.maxMsgNums() < 1 || command.maxMsgNums() > MESSAGES_MAX) {
            return illegal("maxMsgNums %d must be 1 to %d".formatted(command.maxMsgNums(), MESSAGES_MAX));
        }
        if (command.invisibleTime() < 1) {
            return illegal("invisibleTime %d ms must be positive".formatted(command.invisibleTime()));
        }
        return illegalQueue(command.topic(), command.queueId());
    }

    private Optional<Frame> illegalQueue(String topic, int queueId) {
        int count = topics.find(topic).map(Topic::readQueues).orElse(Integer.MAX_VALUE);
        return queueId < -1 || queueId >= count
                ? illegal("queueId %d of topic %s must be -1 for any, or 0 to %d".formatted(queueId, topic, count - 1))
                : Optional.empty();
    }

    private static Optional<Frame> illegal(String sentence) {
        return Optional.of(Replies.failed(ResponseCode.INVALID_PARAMETER, sentence));
    }

    private Duration hold(long bornTimeMs, long pollTimeMs) {
        long leftMs = bornTimeMs + pollTimeMs - clock.millis();
        return Duration.ofMillis(Math.max(0, Math.min(leftMs, Math.min(pollTimeMs, HOLD_MAX.toMillis()))));
    }

    private Frame answer(PopMessage command, Leased leased) {
        List<Lease> lent = leased.leases();
        if (lent.isEmpty()) {
            leased.close();
            return Replies.failed(ResponseCode.POLLING_TIMEOUT, "no message to pop of " + command.topic());
        }
        Map<Integer, TreeSet<Long>> offsets = new TreeMap<>();
        List<ByteBuffer> slices = new ArrayList<>(lent.size());
        for (Lease lease : lent) {
            MessageView message = MessageView.of(lease.slice());
            offsets.computeIfAbsent(lease.queue().queueId(), none -> new TreeSet<>())
                    .add(message.queueOffset());
            slices.add(lease.attempt() == 1 ? lease.slice() : message.copyWithReconsumeTimes(lease.attempt() - 1));
        }
        PopHandle handle = handleOf(lent.get(0).receipt());
        FrameBody body = FrameBody.slices(slices, leased::close);
        metrics.read(command.topic(), command.consumerGroup(), slices.size(), body.length());
        return Replies.found(
                new PopAnswer(
                        handle.popTimeMs(),
                        handle.invisibleMs(),
                        handle.seal(),
                        rest(command),
                        join(offsets, of -> String.valueOf(of.first())),
                        join(offsets, of -> of.stream().map(String::valueOf).collect(Collectors.joining(","))),
                        ""),
                body);
    }

    private static PopHandle handleOf(Receipt receipt) {
        return PopHandle.parse(receipt.handle())
                .orElseThrow(() -> new IllegalStateException("a lease was given out with %s".formatted(receipt)));
    }

    private static String join(Map<Integer, TreeSet<Long>> offsets, Function<TreeSet<Long>, String> told) {
        return offsets.entrySet().stream()
                .map(of -> NORMAL_TOPIC + " " + of.getKey() + " " + told.apply(of.getValue()))
                .collect(Collectors.joining(";"));
    }

    /** About how many messages are left: those above the low-water mark that are not with a consumer. */
    private long rest(PopMessage command) {
        GroupName group = new GroupName(command.consumerGroup());
        TopicName topic = new TopicName(command.topic());
        int count = topics.find(topic).map(Topic::readQueues).orElse(0);
        long rest = 0;
        for (int queueId = 0; queueId < count; queueId++) {
            OffsetRange range = queues.range(topic.value(), queueId);
            rest += leases.status(group, topic, queueId)
                    .map(at -> Math.max(0, range.max() - Math.max(at.low(), range.min()) - at.lent()))
                    .orElse(0L);
        }
        return rest;
    }

    private static Frame ofFailure(Throwable failure) {
        if (Replies.causeOf(failure) instanceof RefusedException refused) {
            if (refused.reason() == Refusal.OVERLOADED) {
                return Replies.failed(ResponseCode.POLLING_FULL, refused.getMessage());
            }
            if (refused.reason() == Refusal.ILLEGAL_ARGUMENT) {
                return Replies.failed(ResponseCode.SUBSCRIPTION_PARSE_FAILED, refused.getMessage());
            }
        }
        return Replies.ofFailure(failure);
    }

    // ---- is there something to pop? ----

    CompletionStage<Frame> notification(Frame request, Peer peer) {
        Notification command = Replies.COMMANDS.read(request, Notification.class);
        GroupName group = new GroupName(command.consumerGroup());
        TopicName topic = new TopicName(command.topic());
        Optional<Frame> denied = denied(group).or(() -> illegalQueue(command.topic(), command.queueId()));
        if (denied.isPresent()) {
            return Replies.now(denied.get());
        }
        // A group that never popped says where it begins when it does; until then anything may be for it.
        if (isStoredForNewcomer(group, topic, command.queueId())) {
            return Replies.now(notification(true, false));
        }
        LeaseReader.LeaseRequest wanted = new LeaseReader.LeaseRequest(
                group,
                topic,
                FilterExpression.ALL,
                FilterExpression.ALL,
                1,
                PROBE_TERM,
                hold(command.bornTime(), command.pollTime()),
                LeaseReader.Start.FIRST);
        CompletableFuture<Boolean> found = leases.probe(wanted, command.queueId(), command.order());
        if (!found.isDone()) {
            OpenPulls.of(peer).add(found);
        }
        return found.handle((hasMessage, failure) -> {
            boolean isFull = failure != null
                    && Replies.causeOf(failure) instanceof RefusedException refused
                    && refused.reason() == Refusal.OVERLOADED;
            return failure == null || isFull
                    ? notification(failure == null && hasMessage, isFull)
                    : Replies.ofFailure(failure);
        });
    }

    private static Frame notification(boolean hasMessage, boolean isFull) {
        return Replies.found(new NotificationAnswer(hasMessage, isFull), FrameBody.NONE);
    }

    private boolean isStoredForNewcomer(GroupName group, TopicName topic, int askedFor) {
        int count = topics.find(topic).map(Topic::readQueues).orElse(0);
        boolean stored = false;
        for (int queueId = 0; queueId < count; queueId++) {
            if (leases.status(group, topic, queueId).isPresent()) {
                return false;
            }
            OffsetRange range = queues.range(topic.value(), queueId);
            stored |= (askedFor < 0 || askedFor == queueId) && range.max() > range.min();
        }
        return stored;
    }

    // ---- what becomes of a popped message ----

    CompletionStage<Frame> acknowledge(Frame request, Peer peer) {
        AckMessage command = Replies.COMMANDS.read(request, AckMessage.class);
        return settle(
                command.consumerGroup(),
                command.topic(),
                command.queueId(),
                command.offset(),
                new Settlement.Ack(new Receipt(command.extraInfo())),
                // Whoever comes too late is not told: the message is lent again or was acknowledged by the next.
                settled -> settled.result() == Result.NOT_A_RECEIPT ? noHandle(command.extraInfo()) : Replies.done());
    }

    CompletionStage<Frame> changeInvisibleTime(Frame request, Peer peer) {
        ChangeInvisibleTime command = Replies.COMMANDS.read(request, ChangeInvisibleTime.class);
        if (command.invisibleTime() < 1) {
            return Replies.now(Replies.failed(
                    ResponseCode.INVALID_PARAMETER,
                    "invisibleTime %d ms must be positive".formatted(command.invisibleTime())));
        }
        return settle(
                command.consumerGroup(),
                command.topic(),
                command.queueId(),
                command.offset(),
                new Settlement.Extend(new Receipt(command.extraInfo()), Duration.ofMillis(command.invisibleTime())),
                settled -> changed(settled, command.extraInfo()));
    }

    private static Frame changed(Settled settled, String told) {
        return switch (settled.result()) {
            case NOT_A_RECEIPT -> noHandle(told);
            case LEASE_OVER ->
                Replies.failed(
                        ResponseCode.NO_MESSAGE,
                        "the message is not with this consumer any more; it was lent again or settled");
            case DONE -> {
                PopHandle handle = handleOf(settled.receipt());
                yield Replies.found(
                        new ChangeInvisibleTimeAnswer(handle.popTimeMs(), handle.invisibleMs(), handle.seal()),
                        FrameBody.NONE);
            }
        };
    }

    private static Frame noHandle(String told) {
        return Replies.failed(
                ResponseCode.INVALID_PARAMETER,
                "'%s' is no handle of a message that this broker lent; send back the one that came with the message"
                        .formatted(told.length() > 200 ? told.substring(0, 200) + "..." : told));
    }

    private CompletionStage<Frame> settle(
            String group,
            String topic,
            int queueId,
            long offset,
            Settlement settlement,
            Function<Settled, Frame> answer) {
        TopicName name = new TopicName(topic);
        Optional<Topic> known = topics.find(name);
        if (known.isEmpty()) {
            return Replies.now(
                    Replies.failed(ResponseCode.TOPIC_NOT_EXIST, "topic %s does not exist here".formatted(topic)));
        }
        if (queueId < 0 || queueId >= known.get().readQueues()) {
            return Replies.now(Replies.failed(
                    ResponseCode.MESSAGE_ILLEGAL,
                    "queueId %d of topic %s must be 0 to %d"
                            .formatted(queueId, topic, known.get().readQueues() - 1)));
        }
        OffsetRange range = queues.range(topic, queueId);
        if (offset < range.min() || offset >= range.max()) {
            return Replies.now(Replies.failed(
                    ResponseCode.NO_MESSAGE,
                    "offset %d of queue %d of %s is outside %d to %d"
                            .formatted(offset, queueId, topic, range.min(), range.max())));
        }
        boolean consistent = PopHandle.parse(settlement.receipt().handle())
                .filter(handle -> handle.queueId() == queueId && handle.offset() == offset)
                .isPresent();
        return consistent
                ? leases.settlePopped(new GroupName(group), name, List.of(settlement))
                        .thenApply(settled -> answer.apply(settled.get(0)))
                : Replies.now(noHandle(settlement.receipt().handle()));
    }

    CompletionStage<Frame> acknowledgeMany(Frame request, Peer peer) {
        BatchAckBody body = Body.of(BatchAckBody.class, request);
        int named = 0;
        List<CompletableFuture<Integer>> answered = new ArrayList<>();
        for (BatchAckBody.Acks acks : body.acks()) {
            BitSet offsets = acks.offsets();
            named += offsets.cardinality();
            if (named > ACKS_MAX) {
                return Replies.now(Replies.failed(
                        ResponseCode.INVALID_PARAMETER,
                        "more than %d messages acknowledged at once; send several requests".formatted(ACKS_MAX)));
            }
            List<Settlement> settlements = offsets.stream()
                    .<Settlement>mapToObj(bit -> new Settlement.Ack(new Receipt(new PopHandle(
                                    acks.startOffset(),
                                    acks.popTime(),
                                    acks.invisibleTime(),
                                    acks.reviveQid(),
                                    body.brokerName(),
                                    acks.queueId(),
                                    acks.startOffset() + bit)
                            .toString())))
                    .toList();
            answered.add(leases.settlePopped(new GroupName(acks.group()), new TopicName(acks.topic()), settlements)
                    .thenApply(all -> (int) all.stream()
                            .filter(one -> one.result() != Result.NOT_A_RECEIPT)
                            .count())
                    .toCompletableFuture());
        }
        int asked = named;
        return CompletableFuture.allOf(answered.toArray(CompletableFuture[]::new))
                .thenApply(done ->
                        answered.stream().mapToInt(CompletableFuture::join).sum())
                .thenApply(settled -> settled > 0 || asked == 0
                        ? Replies.done()
                        : Replies.failed(
                                ResponseCode.NO_MESSAGE, "none of %d handles is of this broker".formatted(asked)));
    }

    CompletionStage<Frame> pollingInfo(Frame request, Peer peer) {
        PollingInfo command = Replies.COMMANDS.read(request, PollingInfo.class);
        int waiting = leases.status(
                        new GroupName(command.consumerGroup()),
                        new TopicName(command.topic()),
                        Math.max(0, command.queueId()))
                .map(at -> at.waiting())
                .orElse(0);
        return Replies.now(Replies.found(new PollingInfoAnswer(waiting), FrameBody.NONE));
    }
}
