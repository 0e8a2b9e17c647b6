package io.sluice.client.send;

import io.sluice.model.Message;
import io.sluice.model.PropertyNames;
import io.sluice.model.TopicName;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * One send under way, and the stage that its sender holds. Made on the thread of the sender; from the moment it is put into
 * a lane, everything that changes belongs to the owner of the lanes.
 */
final class Parcel extends CompletableFuture<Sent> {
    private final Message message;
    /** How it travels when it may not share a frame; empty when it may. */
    private final Optional<Outbound> alone;

    private final QueueChoice choice;
    private final long deadlineNanos;
    /** Bytes under way: of body and properties. */
    private final int bytes;

    /** The next one in a line, or the one before in an inbox. */
    private Parcel link;
    /** Time and counter of the unique key made for it, the same in every try. */
    private long keyBits = UniqueKeys.NONE;
    /** Whether it has shared a frame that was refused for a reason that may be that of one message only. */
    private boolean keptApart;

    private boolean settled;
    private boolean routeAskedAnew;
    /** What its tries have cost; empty as long as none has failed. */
    private Optional<RetryRule> tries = Optional.empty();

    private Parcel(Message message, Optional<Outbound> alone, QueueChoice choice, long deadlineNanos, int bytes) {
        this.message = message;
        this.alone = alone;
        this.choice = choice;
        this.deadlineNanos = deadlineNanos;
        this.bytes = bytes;
    }

    /** @param bytes of body and properties, the unique key included if one is to be made */
    static Parcel plain(Message message, QueueChoice choice, long deadlineNanos, int bytes) {
        return new Parcel(message, Optional.empty(), choice, deadlineNanos, bytes);
    }

    /** @param message of a batch: its first */
    static Parcel alone(Message message, Outbound outbound, QueueChoice choice, long deadlineNanos) {
        return new Parcel(message, Optional.of(outbound), choice, deadlineNanos, outbound.bytes());
    }

    TopicName topic() {
        return message.topic();
    }

    Message message() {
        return message;
    }

    QueueChoice choice() {
        return choice;
    }

    Optional<Outbound> outbound() {
        return alone;
    }

    boolean mayShareFrame() {
        return alone.isEmpty() && !keptApart;
    }

    void keepApart() {
        keptApart = true;
    }

    int bytes() {
        return bytes;
    }

    long deadlineNanos() {
        return deadlineNanos;
    }

    Parcel link() {
        return link;
    }

    void link(Parcel other) {
        link = other;
    }

    long keyBits() {
        return keyBits;
    }

    void keyBits(long made) {
        keyBits = made;
    }

    /** Whether the sender has been told; then it is out of every line at the next look. */
    boolean isSettled() {
        return settled;
    }

    void settle() {
        settled = true;
    }

    /** Whether the route was asked for again because of this send; once is enough. */
    boolean askedRouteAnew() {
        boolean before = routeAskedAnew;
        routeAskedAnew = true;
        return before;
    }

    /** @param retries further tries after the first, for the first failure */
    RetryRule tries(int retries) {
        if (tries.isEmpty()) {
            tries = Optional.of(new RetryRule(retries));
        }
        return tries.get();
    }

    /** Whether an earlier try may have stored the message although nobody said so. */
    boolean mayBeStored() {
        return tries.isPresent() && tries.get().mayBeStored();
    }

    /** Whether it may be tried at its queue alone: the broker of an earlier try may have it, and knows its idempotency key. */
    boolean isBound() {
        return mayBeStored()
                && choice != QueueChoice.ANY
                && message.properties().has(PropertyNames.IDEMPOTENCY_KEY);
    }
}
