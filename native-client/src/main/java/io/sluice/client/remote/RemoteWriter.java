package io.sluice.client.remote;

import io.sluice.client.link.ClusterLink;
import io.sluice.client.send.Gate;
import io.sluice.client.send.QueueChoice;
import io.sluice.client.send.SendFailedException;
import io.sluice.client.send.Sender;
import io.sluice.client.send.Sender.WhenFull;
import io.sluice.client.send.Sent;
import io.sluice.model.Message;
import io.sluice.model.PropertyNames;
import io.sluice.port.MessageWriter;
import io.sluice.port.Placement;
import io.sluice.port.SendOutcome;
import io.sluice.wire.frame.ProtocolVersion;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Sends. Messages travel as they are given: no id, no compression. When it cannot be known whether the message was stored,
 * the stage fails; that is the one case that {@link SendOutcome} has no word for.
 */
final class RemoteWriter implements MessageWriter {
    private final Sender sender;
    private final Releases releases;
    private final RemoteUnits units;

    RemoteWriter(Sender sender, Releases releases, RemoteUnits units) {
        this.sender = sender;
        this.releases = releases;
        this.units = units;
    }

    @Override
    public CompletionStage<SendOutcome> send(Message message, Placement placement) {
        Message placed = placement instanceof Placement.ByShardingKey byKey
                        && !message.properties().has(PropertyNames.SHARDING_KEY)
                ? message.withProperty(PropertyNames.SHARDING_KEY, byKey.key())
                : message;
        if (placed.properties().has(PropertyNames.IDEMPOTENCY_KEY)) {
            return units.sendOnce(placed, placement);
        }
        return sendNow(placed, placement, Capabilities.isTimed(placed) ? untilTimesAreKnown(placed) : Gate.OPEN);
    }

    /** Brokers of 4.x keep the property and deliver the message at once. */
    private Gate untilTimesAreKnown(Message message) {
        return (send, refused) -> releases.require(Capabilities.EXACT_TIMES, ProtocolVersion.V5_0_0, message.topic())
                .whenComplete((known, failure) -> {
                    if (failure == null) {
                        send.run();
                    } else {
                        refused.accept(Capabilities.notSent(ClusterLink.causeOf(failure)));
                    }
                });
    }

    private CompletionStage<SendOutcome> sendNow(Message message, Placement placement, Gate gate) {
        CompletableFuture<SendOutcome> outcome = new CompletableFuture<>();
        sender.send(message, choice(placement), sender.config().timeout(), WhenFull.REFUSE, gate)
                .whenComplete((sent, failure) -> {
                    if (failure == null) {
                        outcome.complete(outcomeOf(sent));
                    } else if (ClusterLink.causeOf(failure) instanceof SendFailedException notSent) {
                        fail(outcome, notSent);
                    } else {
                        outcome.completeExceptionally(ClusterLink.causeOf(failure));
                    }
                });
        return outcome;
    }

    private static QueueChoice choice(Placement placement) {
        if (placement instanceof Placement.Queue queue) {
            return new QueueChoice.AtIndex(queue.queueId());
        }
        if (placement instanceof Placement.ByShardingKey sharded) {
            return new QueueChoice.ByKey(sharded.key());
        }
        if (placement instanceof Placement.Together together) {
            return new QueueChoice.ByKey(together.key());
        }
        return QueueChoice.ANY;
    }

    private static SendOutcome outcomeOf(Sent sent) {
        SendOutcome.Stored stored = new SendOutcome.Stored(
                sent.queue(), sent.logOffset(), sent.queueOffset(), sent.messageId(), sent.recallHandle());
        return sent.doubt()
                .<SendOutcome>map(doubt -> new SendOutcome.StoredWithDoubt(stored, doubt))
                .orElse(stored);
    }

    private static void fail(CompletableFuture<SendOutcome> outcome, SendFailedException notSent) {
        if (notSent.mayBeStored()) {
            outcome.completeExceptionally(Sender.asRefusal(notSent));
        } else {
            outcome.complete(new SendOutcome.Refused(notSent.reason(), notSent.getMessage()));
        }
    }
}
