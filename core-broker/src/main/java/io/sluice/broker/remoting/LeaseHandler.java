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
import io.sluice.wire.body.SettleRequestBody.Kind;
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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Leases for clients of Sluice's own. What was lent while the asker's connection ended is given back at once, since nobody
 * will settle it.
 */
final class LeaseHandler {
    /** Of one request: those of several messages count as so many. */
    static final int SETTLEMENTS_MAX = 65_536;

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
        return asked.handle((leased, failure) ->
                failure == null ? answer(leased, command.runs(), peer) : Replies.ofFailure(failure));
    }

    private static FilterExpression filter(FilterType type, String text) {
        return type == FilterType.SQL92 ? FilterExpression.sql(text) : FilterExpression.tags(text);
    }

    private Frame answer(Leased leased, boolean inRuns, Peer peer) {
        if (!peer.isOpen()) {
            giveBack(leased);
            leased.close();
            return Replies.refused(Refusal.UNAVAILABLE, "the connection has ended");
        }
        List<ByteBuffer> slices =
                leased.runs().stream().flatMap(run -> run.slices().stream()).toList();
        if (slices.isEmpty()) {
            leased.close();
        }
        List<Lent> lent = inRuns
                ? leased.runs().stream().map(LeaseHandler::lent).toList()
                : leased.leases().stream().map(LeaseHandler::lent).toList();
        return Replies.found(
                LeaseAnswer.of(brokerName, lent),
                slices.isEmpty() ? FrameBody.NONE : FrameBody.slices(slices, leased::close));
    }

    private static Lent lent(LeaseReader.LeaseRun run) {
        Receipt first = run.first();
        boolean counts = first.place() == 0;
        return new Lent(
                counts ? first.run() : first.handle(),
                run.queue().queueId(),
                run.attempt(),
                run.leaseUntilMs(),
                counts ? run.messages() : 0);
    }

    private static Lent lent(LeaseReader.Lease lease) {
        return new Lent(lease.receipt().handle(), lease.queue().queueId(), lease.attempt(), lease.leaseUntilMs());
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
        List<Settle> asked;
        List<Settlement> settlements;
        try {
            asked = Body.of(SettleRequestBody.class, request).settlements();
            settlements = settlements(asked);
        } catch (IllegalArgumentException illegal) {
            return Replies.now(Replies.refused(Refusal.ILLEGAL_ARGUMENT, illegal.getMessage()));
        }
        return leases.settle(settlements)
                .handle((settled, failure) ->
                        failure == null ? Replies.found(told(asked, settled)) : Replies.ofFailure(failure));
    }

    /** @throws IllegalArgumentException when they are too many, or one that is for several cannot be */
    static List<Settlement> settlements(List<Settle> asked) {
        long count = 0;
        for (Settle settle : asked) {
            count += settle.receipts();
            if (settle.messages() > 0 && settle.kind() != Kind.ACK) {
                throw new IllegalArgumentException(
                        "a settlement of kind %s is for one message; only acknowledgements are for several"
                                .formatted(settle.kind()));
            }
        }
        if (count > SETTLEMENTS_MAX) {
            throw new IllegalArgumentException(
                    "%d settlements in one request; at most %d".formatted(count, SETTLEMENTS_MAX));
        }
        List<Settlement> settlements = new ArrayList<>((int) count);
        for (Settle settle : asked) {
            settlements.add(settlement(settle));
            Receipt first = new Receipt(settle.receipt());
            for (int i = 1; i < settle.receipts(); i++) {
                settlements.add(new Settlement.Ack(first.behind(i)));
            }
        }
        return settlements;
    }

    private static Settlement settlement(Settle settle) {
        Receipt receipt = new Receipt(settle.receipt());
        return switch (settle.kind()) {
            case ACK -> new Settlement.Ack(receipt);
            case EXTEND -> new Settlement.Extend(receipt, Duration.ofMillis(settle.ms()));
            case RELEASE -> new Settlement.Release(receipt, Duration.ofMillis(settle.ms()));
            case GIVE_BACK -> new Settlement.GiveBack(receipt);
            case RETRY -> new Settlement.Retry(receipt);
            case REJECT -> new Settlement.Reject(receipt, settle.reason());
        };
    }

    /** Of those that were asked for together, as few answers as say how each ended. */
    private static SettleAnswerBody told(List<Settle> asked, List<LeaseReader.Settled> settled) {
        List<SettleAnswerBody.Settled> told = new ArrayList<>(asked.size());
        int at = 0;
        for (Settle settle : asked) {
            int end = at + settle.receipts();
            while (at < end) {
                LeaseReader.Settled first = settled.get(at);
                int next = at + 1;
                while (next < end && settled.get(next).result() == first.result()) {
                    next++;
                }
                told.add(new SettleAnswerBody.Settled(
                        first.receipt().handle(),
                        SettleAnswerBody.Result.valueOf(first.result().name()),
                        first.leaseUntilMs(),
                        settle.messages() == 0 ? 0 : next - at));
                at = next;
            }
        }
        return new SettleAnswerBody(told);
    }
}
