package io.sluice.mqtt.deliver;

import io.sluice.mqtt.message.Delivery;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/**
 * What waits for one session between the tails and its connection.
 *
 * <p>Tails put in, on their threads; the session takes out, on its own. At the bound a QoS 0 message is dropped and counted,
 * and any other has to wait: the tail that brings it stands still until the inbox is half empty again. The session is told
 * of that and decides how long it may last. One lock, held for a few instructions; nobody is called under it.
 */
public final class Inbox {

    /** What becomes of an offer. */
    enum Offer {
        /** In the inbox. */
        TAKEN,
        /** Not in the inbox, and need not be offered again: QoS 0 and full. */
        DROPPED,
        /** Not in the inbox; offer again when there is {@link #room}. */
        FULL,
        /** The session has ended. */
        GONE
    }

    /**
     * @param qos              0..2
     * @param subscriptionIds  those of the subscriptions that matched
     * @param loan             told what becomes of the message; {@link Loan#NONE} unless the subscription is shared
     */
    public record Item(Delivery delivery, int qos, List<Integer> subscriptionIds, Loan loan) {}

    /** Told on the threads of tails; must only hand over to the session's own thread. */
    public interface Owner {
        String clientId();

        /** There is something to take out, after there was nothing. */
        void hasWork();

        /** A tail stands still because of this inbox. */
        void holdsUpTail();
    }

    private final Owner owner;
    private final int messagesMax;
    private final int bytesMax;
    private final Traffic traffic;

    private final Object lock = new Object();
    /** These all guarded by {@link #lock}. */
    private final ArrayDeque<Item> items = new ArrayDeque<>();

    private long bytes;
    private boolean full;
    private boolean closed;
    /** Not null while a tail waits. */
    private CompletableFuture<Void> room;

    private long standstills;

    public Inbox(Owner owner, DeliveryLimits limits, Traffic traffic) {
        this.owner = Objects.requireNonNull(owner, "owner");
        this.messagesMax = limits.inboxMessages();
        this.bytesMax = limits.inboxBytes();
        this.traffic = traffic;
    }

    String clientId() {
        return owner.clientId();
    }

    Offer offer(Item item) {
        boolean first;
        synchronized (lock) {
            if (closed) {
                return Offer.GONE;
            }
            if (full) {
                if (item.qos() > 0) {
                    return Offer.FULL;
                }
                traffic.droppedFull.increment();
                return Offer.DROPPED;
            }
            first = items.isEmpty();
            items.add(item);
            bytes += item.delivery().weightBytes();
            full = items.size() >= messagesMax || bytes >= bytesMax;
        }
        if (first) {
            owner.hasWork();
        }
        return Offer.TAKEN;
    }

    /** Whether an offer would be taken now. */
    boolean hasRoom() {
        synchronized (lock) {
            return !full && !closed;
        }
    }

    /** Completes when the inbox is half empty or its session gone. */
    CompletableFuture<Void> room() {
        CompletableFuture<Void> waiting;
        synchronized (lock) {
            if (!full || closed) {
                return CompletableFuture.completedFuture(null);
            }
            if (room != null) {
                return room;
            }
            room = new CompletableFuture<>();
            standstills++;
            waiting = room;
        }
        owner.holdsUpTail();
        return waiting;
    }

    /** The oldest item, left where it is, or {@code null}. */
    public Item peek() {
        synchronized (lock) {
            return items.peek();
        }
    }

    /** Takes the oldest item out, or {@code null}; lets the tails go on when the inbox becomes half empty. */
    public Item poll() {
        Item item;
        CompletableFuture<Void> waiting = null;
        synchronized (lock) {
            item = items.poll();
            if (item == null) {
                return null;
            }
            bytes -= item.delivery().weightBytes();
            if (full && items.size() <= messagesMax / 2 && bytes <= bytesMax / 2) {
                full = false;
                waiting = room;
                room = null;
            }
        }
        if (waiting != null) {
            waiting.complete(null);
        }
        return item;
    }

    /** 0 when no tail stands still because of this inbox, else a number that every new stand-still changes. */
    public long standstill() {
        synchronized (lock) {
            return room == null ? 0 : standstills;
        }
    }

    /** Forgets what waits, gives back what is on loan, takes nothing more, and lets the tails go on. */
    public void close() {
        CompletableFuture<Void> waiting;
        List<Item> left;
        synchronized (lock) {
            closed = true;
            left = List.copyOf(items);
            items.clear();
            bytes = 0;
            waiting = room;
            room = null;
        }
        left.forEach(item -> item.loan().giveBack());
        if (waiting != null) {
            waiting.complete(null);
        }
    }
}
