package io.sluice.broker.remoting;

import io.sluice.model.FilterExpression;
import io.sluice.model.GroupName;
import io.sluice.model.IllegalNameException;
import io.sluice.model.TopicName;
import io.sluice.port.LeaseReader;
import io.sluice.port.LeaseReader.Leased;
import io.sluice.port.LeaseReader.Receipt;
import io.sluice.port.LeaseReader.Settlement;
import io.sluice.port.Refusal;
import io.sluice.transport.Peer;
import io.sluice.wire.body.Body;
import io.sluice.wire.body.SettleAnswerBody;
import io.sluice.wire.body.SettleRequestBody;
import io.sluice.wire.body.SettleRequestBody.Settle;
import io.sluice.wire.command.LeaseCommands.FilterType;
import io.sluice.wire.command.LeaseCommands.Lease;
import io.sluice.wire.command.LeaseCommands.LeaseAnswer;
import io.sluice.wire.command.LeaseCommands.Lent;
import io.sluice.wire.command.LeaseCommands.Start;
import io.sluice.wire.command.LeaseCommands.TakeBack;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Leases for clients of Sluice's own. What was lent while the asker's connection ended is given back at once, since nobody
 * will settle it.
 */
final class LeaseHandler {
    private final LeaseReader leases;
    private final String brokerName;

    LeaseHandler(LeaseReader leases, String brokerName) {
        this.leases = leases;
        this.brokerName = brokerName;
    }

    CompletionStage<Frame> lease(Frame request, Peer peer) {
        Lease command = Replies.COMMANDS.read(request, Lease.class);
        LeaseReader.LeaseRequest wanted;
        try {
            wanted = new LeaseReader.LeaseRequest(
                    new GroupName(command.group()),
                    new TopicName(command.topic()),
                    filter(command.groupFilterType(), command.groupFilter()),
                    filter(command.ownFilterType(), command.ownFilter()),
                    command.maxMessages(),
                    Duration.ofMillis(command.leaseMs()),
                    Duration.ofMillis(command.waitMs()),
                    command.start() == Start.LAST ? LeaseReader.Start.LAST : LeaseReader.Start.FIRST,
                    LeaseReader.Ordering.valueOf(command.ordering().name()));
        } catch (IllegalArgumentException | IllegalNameException illegal) {
            return Replies.now(Replies.refused(Refusal.ILLEGAL_ARGUMENT, illegal.getMessage()));
        }
        CompletableFuture<Leased> asked = leases.lease(wanted).toCompletableFuture();
        if (!asked.isDone()) {
            OpenPulls.of(peer).add(command.question(), asked);
        }
        return asked.handle((leased, failure) -> failure == null ? answer(leased, peer) : Replies.ofFailure(failure));
    }

    private static FilterExpression filter(FilterType type, String text) {
        return type == FilterType.SQL92 ? FilterExpression.sql(text) : FilterExpression.tags(text);
    }

    private Frame answer(Leased leased, Peer peer) {
        if (!peer.isOpen()) {
            giveBack(leased);
            leased.close();
            return Replies.refused(Refusal.UNAVAILABLE, "the connection has ended");
        }
        List<ByteBuffer> slices =
                leased.leases().stream().map(LeaseReader.Lease::slice).toList();
        if (slices.isEmpty()) {
            leased.close();
        }
        List<Lent> lent = leased.leases().stream()
                .map(lease -> new Lent(
                        lease.receipt().handle(), lease.queue().queueId(), lease.attempt(), lease.leaseUntilMs()))
                .toList();
        return Replies.found(
                LeaseAnswer.of(brokerName, lent),
                slices.isEmpty() ? FrameBody.NONE : FrameBody.slices(slices, leased::close));
    }

    private void giveBack(Leased leased) {
        List<Settlement> back = leased.leases().stream()
                .<Settlement>map(lease -> new Settlement.Release(lease.receipt(), Duration.ZERO))
                .toList();
        if (!back.isEmpty()) {
            leases.settle(back);
        }
    }

    CompletionStage<Frame> takeBack(Frame request, Peer peer) {
        OpenPulls.of(peer)
                .takeBack(Replies.COMMANDS.read(request, TakeBack.class).question());
        return Replies.now(Replies.done());
    }

    CompletionStage<Frame> settle(Frame request, Peer peer) {
        List<Settlement> settlements;
        try {
            settlements = Body.of(SettleRequestBody.class, request).settlements().stream()
                    .map(LeaseHandler::settlement)
                    .toList();
        } catch (IllegalArgumentException illegal) {
            return Replies.now(Replies.refused(Refusal.ILLEGAL_ARGUMENT, illegal.getMessage()));
        }
        return leases.settle(settlements)
                .handle((settled, failure) ->
                        failure == null ? Replies.found(told(settled)) : Replies.ofFailure(failure));
    }

    static Settlement settlement(Settle settle) {
        Receipt receipt = new Receipt(settle.receipt());
        return switch (settle.kind()) {
            case ACK -> new Settlement.Ack(receipt);
            case EXTEND -> new Settlement.Extend(receipt, Duration.ofMillis(settle.ms()));
            case RELEASE -> new Settlement.Release(receipt, Duration.ofMillis(settle.ms()));
            case RETRY -> new Settlement.Retry(receipt);
            case REJECT -> new Settlement.Reject(receipt, settle.reason());
        };
    }

    private static SettleAnswerBody told(List<LeaseReader.Settled> settled) {
        return new SettleAnswerBody(settled.stream()
                .map(one -> new SettleAnswerBody.Settled(
                        one.receipt().handle(),
                        SettleAnswerBody.Result.valueOf(one.result().name()),
                        one.leaseUntilMs()))
                .toList());
    }
}
