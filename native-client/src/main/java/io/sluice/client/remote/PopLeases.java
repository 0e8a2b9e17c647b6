package io.sluice.client.remote;

import io.sluice.client.link.ClusterLink;
import io.sluice.client.link.Refusals;
import io.sluice.client.read.Pulls;
import io.sluice.client.read.QueueLocator;
import io.sluice.client.read.QueueOffsets;
import io.sluice.client.read.RecordSlices;
import io.sluice.client.route.RouteCache;
import io.sluice.client.route.TopicRoute;
import io.sluice.model.FilterExpression;
import io.sluice.model.GroupName;
import io.sluice.model.MessageQueue;
import io.sluice.model.PropertyNames;
import io.sluice.model.TopicName;
import io.sluice.port.LeaseReader.Lease;
import io.sluice.port.LeaseReader.LeaseRequest;
import io.sluice.port.LeaseReader.Ordering;
import io.sluice.port.LeaseReader.Receipt;
import io.sluice.port.LeaseReader.Result;
import io.sluice.port.LeaseReader.Settled;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.LeaseReader.Start;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.wire.command.PopCommands.AckMessage;
import io.sluice.wire.command.PopCommands.ChangeInvisibleTime;
import io.sluice.wire.command.PopCommands.ChangeInvisibleTimeAnswer;
import io.sluice.wire.command.PopCommands.Notification;
import io.sluice.wire.command.PopCommands.PopAnswer;
import io.sluice.wire.command.PopCommands.PopMessage;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.command.SendCommands.SendBack;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import io.sluice.wire.message.MessageView;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Leases at brokers that know them as POP (Apache RocketMQ from 5.0 on): requests 200050, 200051, 200053, 200054. What POP cannot
 * say is refused by name. A broker is never asked to hold the answer to a POP, since a question could not be taken back from
 * there; it is asked to tell when there is something. Any thread.
 */
final class PopLeases {
    private static final String WHAT = "leases";
    /** How long a message that failed rests, by attempt, seconds; the last one for all further ones. As Apache clients do. */
    private static final int[] REST_SECONDS = {
        10, 30, 60, 120, 180, 240, 300, 360, 420, 480, 540, 600, 1200, 1800, 3600, 7200
    };

    private static final int MESSAGES_MAX = 32;
    /** Brokers look at what is to come back every second. */
    private static final Duration SHORTEST = Duration.ofSeconds(1);

    private static final int FROM_FIRST = 0;
    private static final int DEAD_LETTER_AT_ONCE = -1;
    /** Groups whose beginning has been looked after; beyond that all are looked at again. */
    private static final int BEGUN_MAX = 10_000;

    private final ClusterLink link;
    private final RouteCache routes;
    private final QueueOffsets offsets;
    private final Pulls pulls;
    private final Set<Beginning> begun = ConcurrentHashMap.newKeySet();

    private record Beginning(GroupName group, TopicName topic, String brokerName) {}

    PopLeases(ClusterLink link, RouteCache routes) {
        this.link = link;
        this.routes = routes;
        QueueLocator locator = new QueueLocator(routes);
        this.offsets = new QueueOffsets(link, locator);
        this.pulls = new Pulls(link, locator);
    }

    /** What is free now, perhaps nothing. Fails with {@link RefusedException}. */
    CompletionStage<List<Lease>> lease(LeaseRequest request, TopicRoute route, String brokerName, String address) {
        if (!request.ownFilter().equals(FilterExpression.ALL)) {
            return notSupported("filters of single consumers of a group that shares its leases");
        }
        if (request.ordering() != Ordering.NONE) {
            return notSupported("leases that keep messages of one key in order");
        }
        Frame pop = ClusterLink.request(
                RequestCode.POP_MESSAGE,
                new PopMessage(
                        request.group().value(),
                        request.topic().value(),
                        -1,
                        Math.min(request.maxMessages(), MESSAGES_MAX),
                        Math.max(SHORTEST.toMillis(), request.leaseFor().toMillis()),
                        0,
                        System.currentTimeMillis(),
                        FROM_FIRST,
                        Pulls.typeOf(request.groupFilter()),
                        request.groupFilter().toString(),
                        false,
                        ""),
                FrameBody.NONE);
        return begin(request, route, brokerName)
                .thenCompose(ready -> link.call(address, pop, link.config().requestTimeout()))
                .handle((answer, failure) -> {
                    if (failure != null) {
                        throw ClusterLink.unavailable(WHAT, failure);
                    }
                    return leases(request, brokerName, address, answer);
                });
    }

    /**
     * Completes when the broker says that there may be something to pop, or that there was nothing for so long. Nothing is lent by
     * that, so nobody minds when whoever asked has gone. Fails when the broker does not answer, or does not know the question.
     */
    CompletionStage<Void> awaitNews(LeaseRequest request, String address, Duration hold) {
        Frame question = ClusterLink.request(
                RequestCode.NOTIFICATION,
                new Notification(
                        request.group().value(),
                        request.topic().value(),
                        -1,
                        hold.toMillis(),
                        System.currentTimeMillis(),
                        false,
                        ""),
                FrameBody.NONE);
        return link.ask(WHAT, address, question, hold.plus(link.config().requestTimeout()))
                .thenApply(answer -> null);
    }

    private static <T> CompletionStage<T> notSupported(String feature) {
        return CompletableFuture.failedFuture(
                new RefusedException(Refusal.NOT_SUPPORTED, "not supported by this cluster: " + feature));
    }

    /** A group that begins last begins behind what there is: POP itself would give it old messages of a young topic. */
    private CompletionStage<Void> begin(LeaseRequest request, TopicRoute route, String brokerName) {
        Beginning beginning = new Beginning(request.group(), request.topic(), brokerName);
        if (request.start() != Start.LAST || begun.contains(beginning)) {
            return CompletableFuture.completedFuture(null);
        }
        if (begun.size() >= BEGUN_MAX) {
            begun.clear();
        }
        List<CompletableFuture<?>> placed = new ArrayList<>();
        for (MessageQueue queue : route.readable()) {
            if (queue.brokerName().equals(brokerName)) {
                placed.add(offsets.committed(request.group(), queue, false)
                        .thenCompose(stored -> stored.isPresent()
                                ? CompletableFuture.completedFuture(null)
                                : offsets.max(queue)
                                        .thenCompose(
                                                end -> GroupOffsets.store(offsets, pulls, request.group(), queue, end)))
                        .toCompletableFuture());
            }
        }
        return CompletableFuture.allOf(placed.toArray(CompletableFuture[]::new)).thenRun(() -> begun.add(beginning));
    }

    private List<Lease> leases(LeaseRequest request, String brokerName, String address, Frame answer) {
        switch (answer.code()) {
            case ResponseCode.SUCCESS -> {}
            case ResponseCode.POLLING_TIMEOUT, ResponseCode.POLLING_FULL, ResponseCode.PULL_NOT_FOUND -> {
                return List.of();
            }
            default -> throw Refusals.of(WHAT, address, answer);
        }
        PopAnswer header = ClusterLink.header(answer, PopAnswer.class);
        List<Lease> leases = new ArrayList<>();
        for (ByteBuffer slice : RecordSlices.of(answer, address)) {
            MessageView view = MessageView.of(slice);
            String given = view.property(PropertyNames.POP_CHECK_POINT);
            String handle = given != null && PopReceipt.isHandle(given)
                    ? given
                    : "%d %d %d %d 0 %s %d %d"
                            .formatted(
                                    startOf(header, view),
                                    header.popTime(),
                                    header.invisibleTime(),
                                    header.reviveQid(),
                                    brokerName,
                                    view.queueId(),
                                    view.queueOffset());
            int attempt = view.reconsumeTimes() + 1;
            PopReceipt receipt = new PopReceipt(request.group(), request.topic(), view.logOffset(), attempt, handle);
            if (isOver(view, System.currentTimeMillis()) || !isWanted(request.groupFilter(), view)) {
                acknowledge(receipt, address);
                continue;
            }
            leases.add(new Lease(
                    new ReceiptAddress(brokerName, new Receipt(receipt.text())).toReceipt(),
                    new MessageQueue(request.topic(), brokerName, view.queueId()),
                    slice,
                    attempt,
                    receipt.endsAtMs()));
        }
        return leases;
    }

    /** Brokers compare tags by hash only; what the filter of the group rejects is settled for the whole group. */
    static boolean isWanted(FilterExpression filter, MessageView view) {
        return filter.equals(FilterExpression.ALL)
                || !(filter instanceof FilterExpression.Tags tags)
                || view.tag() != null && tags.tags().contains(view.tag());
    }

    /** Nobody needs the message any more, which this broker does not know. */
    static boolean isOver(MessageView view, long nowMs) {
        String until = view.property(PropertyNames.EXPIRES_AT);
        try {
            return until != null && Long.parseLong(until) > 0 && Long.parseLong(until) <= nowMs;
        } catch (NumberFormatException notATime) {
            return false;
        }
    }

    /** Where the run of messages began that the record is of: {@code KIND QUEUE START;...}. */
    private static long startOf(PopAnswer header, MessageView view) {
        for (String run : header.startOffsetInfo().split(";")) {
            String[] fields = run.split(" ");
            if (fields.length == 3 && fields[0].equals("0") && fields[1].equals(Integer.toString(view.queueId()))) {
                return Long.parseLong(fields[2]);
            }
        }
        return view.queueOffset();
    }

    /** Fails with {@link RefusedException} when the broker does not answer. */
    CompletionStage<Settled> settle(Settlement settlement, Receipt given, PopReceipt lease, String address) {
        if (System.currentTimeMillis() >= lease.endsAtMs()) {
            // Brokers accept whatever is late without a word.
            return CompletableFuture.completedFuture(new Settled(given, Result.LEASE_OVER, 0));
        }
        if (settlement instanceof Settlement.Extend extend) {
            return change(lease, address, extend.leaseFor())
                    .thenApply(later -> new Settled(
                            new ReceiptAddress(lease.brokerName(), new Receipt(later.text())).toReceipt(),
                            Result.DONE,
                            later.endsAtMs()));
        }
        if (settlement instanceof Settlement.Release release) {
            return change(lease, address, release.delay()).thenApply(later -> new Settled(given, Result.DONE, 0));
        }
        if (settlement instanceof Settlement.GiveBack) {
            return change(lease, address, Duration.ZERO).thenApply(later -> new Settled(given, Result.DONE, 0));
        }
        if (settlement instanceof Settlement.Retry) {
            int step = Math.min(lease.attempt(), REST_SECONDS.length) - 1;
            return change(lease, address, Duration.ofSeconds(REST_SECONDS[step]))
                    .thenApply(later -> new Settled(given, Result.DONE, 0));
        }
        if (settlement instanceof Settlement.Reject) {
            return bury(lease, address)
                    .thenCompose(buried -> acknowledge(lease, address))
                    .thenApply(done -> new Settled(given, Result.DONE, 0));
        }
        return acknowledge(lease, address).thenApply(done -> new Settled(given, Result.DONE, 0));
    }

    private CompletionStage<Frame> acknowledge(PopReceipt lease, String address) {
        return link.ask(
                WHAT,
                address,
                RequestCode.ACK_MESSAGE,
                new AckMessage(lease.group().value(), lease.heldIn(), lease.queueId(), lease.handle(), lease.offset()));
    }

    /** The broker copies the message to the dead-letter topic of the group. */
    private CompletionStage<Frame> bury(PopReceipt lease, String address) {
        return link.ask(
                "rejection of a lease",
                address,
                RequestCode.CONSUMER_SEND_MSG_BACK,
                new SendBack(
                        lease.logOffset(),
                        lease.group().value(),
                        DEAD_LETTER_AT_ONCE,
                        "",
                        lease.topic().value(),
                        false,
                        0));
    }

    private CompletionStage<PopReceipt> change(PopReceipt lease, String address, Duration leaseFor) {
        return link.ask(
                        WHAT,
                        address,
                        RequestCode.CHANGE_MESSAGE_INVISIBLETIME,
                        new ChangeInvisibleTime(
                                lease.group().value(),
                                lease.heldIn(),
                                lease.queueId(),
                                lease.handle(),
                                lease.offset(),
                                Math.max(SHORTEST.toMillis(), leaseFor.toMillis())))
                .thenApply(answer -> ClusterLink.header(answer, ChangeInvisibleTimeAnswer.class))
                .thenApply(answer -> lease.renewed(answer.popTime(), answer.invisibleTime(), answer.reviveQid()));
    }
}
