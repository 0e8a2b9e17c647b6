package io.sluice.jms.deliver;

import io.sluice.jms.call.BrokerCalls;
import jakarta.jms.JMSException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one session has delivered and not settled, and when it settles it. Guarded by itself; the broker is never asked under
 * the lock.
 */
final class Ledger {
    private static final Logger log = LoggerFactory.getLogger(Ledger.class);
    /** Deliveries that lazy acknowledgement collects. */
    private static final int LAZY_MAX = 16;

    private final AcknowledgeMode mode;
    private final LeaseBook book;
    private final BrokerCalls calls;
    private final int unacknowledgedMax;

    /** Delivered and waiting for the application's word, oldest first; CLIENT and TRANSACTED only. */
    private final List<Delivery> unacknowledged = new ArrayList<>();
    /** Done with and not yet told to the broker; DUPS_OK only. */
    private final List<HeldLease> lazily = new ArrayList<>();

    private boolean toldFull;

    Ledger(AcknowledgeMode mode, LeaseBook book, BrokerCalls calls, int unacknowledgedMax) {
        this.mode = mode;
        this.book = book;
        this.calls = calls;
        this.unacknowledgedMax = unacknowledgedMax;
    }

    AcknowledgeMode mode() {
        return mode;
    }

    /** Whether the application has left too much unacknowledged to get more. */
    synchronized boolean isFull() {
        boolean full = unacknowledged.size() >= unacknowledgedMax;
        if (full && !toldFull) {
            log.warn("{}", full().getMessage());
        }
        toldFull = full;
        return full;
    }

    JMSException full() {
        return new JMSException(
                "%d messages of this session are not acknowledged, no more are delivered; acknowledge them, or commit"
                        .formatted(unacknowledgedMax));
    }

    /**
     * Called before a receive returns the message.
     *
     * @return whether it may be returned: not when its lease had ended, since then it is delivered again
     */
    boolean receives(Delivery delivery) {
        if (mode == AcknowledgeMode.AUTO) {
            return settleNow(delivery);
        }
        delivered(delivery);
        return true;
    }

    /** Called before a listener gets the message. */
    void listenerBegins(Delivery delivery) {
        if (mode.isDecidedLater()) {
            delivered(delivery);
        }
    }

    /** Called after a listener has returned normally. */
    void listenerEnded(Delivery delivery) {
        if (mode == AcknowledgeMode.AUTO && !settleNow(delivery)) {
            log.warn("the lease of message {} ended while its listener ran; it is delivered again", delivery.id());
        } else if (mode == AcknowledgeMode.DUPS_OK) {
            delivered(delivery);
        }
    }

    private void delivered(Delivery delivery) {
        boolean enough;
        synchronized (this) {
            if (mode.isDecidedLater()) {
                unacknowledged.add(delivery);
            } else {
                delivery.lease().ifPresent(lazily::add);
            }
            enough = lazily.size() >= LAZY_MAX;
        }
        if (enough) {
            flushLazy();
        }
    }

    /** False only if the broker says that the lease had ended: without an answer the message is rather delivered twice. */
    private boolean settleNow(Delivery delivery) {
        if (delivery.lease().isEmpty()) {
            return true;
        }
        List<HeldLease> lease = List.of(delivery.lease().get());
        try {
            return calls.await(book.acknowledge(lease), "acknowledging " + delivery.id())
                    .isEmpty();
        } catch (JMSException unknown) {
            book.forget(lease);
            log.warn("message {} may be delivered again: {}", delivery.id(), unknown.getMessage());
            return true;
        }
    }

    /** Settles a message that nobody gets, such as an expired one, without waiting. */
    void discard(Delivery delivery) {
        delivery.lease().ifPresent(lease -> settleLater(List.of(lease)));
    }

    /** Tells the broker what lazy acknowledgement has collected, without waiting. */
    void flushLazy() {
        List<HeldLease> done;
        synchronized (this) {
            done = List.copyOf(lazily);
            lazily.clear();
        }
        if (!done.isEmpty()) {
            settleLater(done);
        }
    }

    private CompletionStage<Void> settleLater(List<HeldLease> done) {
        return book.acknowledge(done).handle((over, failed) -> {
            if (failed != null) {
                book.forget(done);
                log.warn("{} messages may be delivered again: {}", done.size(), failed.getMessage());
            }
            return null;
        });
    }

    /**
     * Acknowledges everything delivered so far.
     *
     * @throws JMSException when leases had ended, whose messages are delivered again; or when the broker gave no answer,
     *                      and then the call may be repeated
     */
    void acknowledge() throws JMSException {
        List<Delivery> all;
        synchronized (this) {
            all = List.copyOf(unacknowledged);
        }
        List<HeldLease> leases =
                all.stream().flatMap(delivery -> delivery.lease().stream()).toList();
        List<HeldLease> over = calls.await(book.acknowledge(leases), "acknowledging %d messages".formatted(all.size()));
        synchronized (this) {
            unacknowledged
                    .subList(0, Math.min(all.size(), unacknowledged.size()))
                    .clear();
        }
        if (!over.isEmpty()) {
            throw new JMSException(
                    "%d of %d messages were not acknowledged, their leases had ended and they are delivered again; the first is ID:%s"
                            .formatted(over.size(), all.size(), over.get(0).messageId()));
        }
    }

    /** What is delivered and not settled, oldest first. */
    synchronized List<Delivery> undecided() {
        return List.copyOf(unacknowledged);
    }

    /** The oldest of them, so many, are settled together with what was sent. */
    synchronized void decided(int count) {
        unacknowledged.subList(0, Math.min(count, unacknowledged.size())).clear();
    }

    /** Gives everything unacknowledged back, to be delivered once more. */
    CompletionStage<Void> rewind() {
        flushLazy();
        return rewind(handOver());
    }

    /** What is delivered and not settled becomes somebody else's concern. */
    synchronized List<Delivery> handOver() {
        List<Delivery> all = List.copyOf(unacknowledged);
        unacknowledged.clear();
        return all;
    }

    /** Gives deliveries back to where they came from, to be delivered once more. */
    static CompletionStage<Void> rewind(List<Delivery> deliveries) {
        Map<Feed, List<Delivery>> undone = new LinkedHashMap<>();
        deliveries.forEach(delivery -> undone.computeIfAbsent(delivery.feed(), first -> new ArrayList<>())
                .add(delivery));
        return CompletableFuture.allOf(undone.entrySet().stream()
                .map(entry ->
                        entry.getKey().rewind(entry.getValue(), Duration.ZERO).toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new));
    }

    /** The session closes: what is unacknowledged is given back to whoever comes next. */
    CompletionStage<Void> close() {
        List<HeldLease> undone;
        List<HeldLease> done;
        synchronized (this) {
            undone = unacknowledged.stream()
                    .flatMap(delivery -> delivery.lease().stream())
                    .toList();
            unacknowledged.clear();
            done = List.copyOf(lazily);
            lazily.clear();
        }
        CompletionStage<Void> settled = settleLater(done);
        CompletionStage<Void> released = book.release(undone).handle((over, failed) -> {
            if (failed != null) {
                book.forget(undone);
                log.warn("{} messages stay hidden until their lease ends: {}", undone.size(), failed.getMessage());
            }
            return null;
        });
        return settled.thenCombine(released, (a, b) -> null);
    }
}
