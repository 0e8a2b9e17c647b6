package io.sluice.client;

import io.sluice.client.consume.ReceivedMessage;
import io.sluice.port.LeaseReader;
import io.sluice.port.LeaseReader.Receipt;
import io.sluice.port.LeaseReader.Result;
import io.sluice.port.LeaseReader.Settled;
import io.sluice.port.LeaseReader.Settlement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * A message lent to this consumer. Settle it, or it is lent again when the lease ends. Any thread; settlements of one
 * message one after the other.
 */
public final class LeasedMessage {
    private final LeaseReader leases;
    private final Acknowledgements acknowledgements;
    private final ReceivedMessage message;
    private final int attempt;
    private volatile Receipt receipt;
    private volatile long leaseUntilMs;

    LeasedMessage(
            LeaseReader leases, Acknowledgements acknowledgements, ReceivedMessage message, LeaseReader.Lease lease) {
        this.leases = leases;
        this.acknowledgements = acknowledgements;
        this.message = message;
        this.attempt = lease.attempt();
        this.receipt = lease.receipt();
        this.leaseUntilMs = lease.leaseUntilMs();
    }

    public ReceivedMessage message() {
        return message;
    }

    /** The body read as UTF-8. */
    public String text() {
        return message.text();
    }

    /** 1 for the first delivery to the group. */
    public int attempt() {
        return attempt;
    }

    /** When the lease ends, by the broker's clock. */
    public Instant leaseUntil() {
        return Instant.ofEpochMilli(leaseUntilMs);
    }

    /** By which any process may settle the message; changes with {@link #extend}. */
    public Receipt receipt() {
        return receipt;
    }

    /**
     * Done: the group never sees the message again. Those that come while others are on their way share a request; see
     * {@link LeaseConsumer#ack} for many at once.
     */
    public CompletionStage<Result> ack() {
        return acknowledgements.add(receipt).thenApply(Settled::result);
    }

    /** Keeps the message: the lease ends so long from now. */
    public CompletionStage<Result> extend(Duration leaseFor) {
        return settle(new Settlement.Extend(receipt, leaseFor));
    }

    /** Gives the message back, to be lent again after the delay. */
    public CompletionStage<Result> release(Duration delay) {
        return settle(new Settlement.Release(receipt, delay));
    }

    /** The message failed: gives it back, to be lent again after the delay that the settings of the group name. */
    public CompletionStage<Result> retry() {
        return settle(new Settlement.Retry(receipt));
    }

    /** Gives the message up: to the dead-letter topic of the group. */
    public CompletionStage<Result> reject(String reason) {
        return settle(new Settlement.Reject(receipt, reason));
    }

    private CompletionStage<Result> settle(Settlement settlement) {
        return leases.settle(List.of(settlement)).thenApply(all -> {
            Settled settled = all.get(0);
            receipt = settled.receipt();
            if (settled.leaseUntilMs() > 0) {
                leaseUntilMs = settled.leaseUntilMs();
            }
            return settled.result();
        });
    }

    @Override
    public String toString() {
        return "LeasedMessage[id=%s, attempt=%d]".formatted(message.messageId(), attempt);
    }
}
