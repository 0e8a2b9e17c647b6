package io.sluice.jms.deliver;

import io.sluice.jms.destination.Address;
import io.sluice.jms.destination.Kind;
import io.sluice.jms.select.Selector;
import io.sluice.model.Message;
import io.sluice.model.MessageQueue;
import io.sluice.model.PropertyNames;
import io.sluice.port.Records;
import io.sluice.port.Tails;
import io.sluice.port.Tails.Tail;
import io.sluice.port.Tails.TailListener;
import io.sluice.wire.message.BodyCodec;
import io.sluice.wire.message.MessageView;
import jakarta.jms.JMSException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Messages of a topic, from the moment of subscription on. What is not yet delivered waits in a buffer; when it is full,
 * the broker stops reading for this subscriber until half of it is free again. The bound can be passed by one batch of
 * each queue. Guarded by itself.
 */
public final class TailFeed implements Feed {
    private static final Logger log = LoggerFactory.getLogger(TailFeed.class);
    /** Deliveries of one message to a listener that fails each time, before it is given up. */
    private static final int ATTEMPTS_MAX = 16;

    private final Address address;
    private final Selector selector;
    /** Connection whose messages are left out. */
    private final Optional<String> excluded;

    private final DeliveryLimits limits;
    private final LongSupplier nanos;
    private final Runnable changed;
    private final Consumer<JMSException> report;

    private final Deque<Delivery> atHand = new ArrayDeque<>();
    private long bytesAtHand;
    /** Told when there is room again, one for each queue that was stopped. */
    private final List<CompletableFuture<Void>> stopped = new ArrayList<>();

    private long againAtNanos;
    private boolean closed;
    private Optional<Tail> tail = Optional.empty();

    /**
     * @param excluded the connection whose messages are left out, if any
     * @param changed  called on any thread when there may be something to poll
     * @param report   told of messages that were deleted before they could be read
     */
    public TailFeed(
            Address address,
            Selector selector,
            Optional<String> excluded,
            DeliveryLimits limits,
            LongSupplier nanos,
            Runnable changed,
            Consumer<JMSException> report) {
        this.address = address;
        this.selector = selector;
        this.excluded = excluded;
        this.limits = limits;
        this.nanos = nanos;
        this.changed = changed;
        this.report = report;
        this.againAtNanos = nanos.getAsLong();
    }

    /** Begins to follow; called once. Completes when every message stored from then on will arrive. */
    public CompletionStage<Void> follow(Tails tails) {
        Tail following = tails.follow(address.topic(), new TailListener() {
            @Override
            public CompletionStage<Void> onRecords(MessageQueue queue, Records records) {
                return take(records);
            }

            @Override
            public void onGap(MessageQueue queue, long fromOffset, long toOffset) {
                report.accept(new JMSException(
                        "subscriber of %s: messages %d to %d of queue %s were deleted before it could read them; consume faster or keep messages longer"
                                .formatted(address, fromOffset, toOffset - 1, queue)));
            }
        });
        boolean late;
        synchronized (this) {
            tail = Optional.of(following);
            late = closed;
        }
        if (late) {
            following.close();
        }
        return following.ready();
    }

    private CompletionStage<Void> take(Records records) {
        List<Delivery> fresh = new ArrayList<>();
        try (records) {
            records.slices().forEach(slice -> read(slice).ifPresent(fresh::add));
        }
        CompletableFuture<Void> room = new CompletableFuture<>();
        synchronized (this) {
            if (!closed) {
                atHand.addAll(fresh);
                fresh.forEach(delivery -> bytesAtHand += delivery.message().body().length);
            }
            boolean full = atHand.size() >= limits.topicMessages() || bytesAtHand >= limits.topicBytes();
            if (full && !closed) {
                stopped.add(room);
            } else {
                room.complete(null);
            }
        }
        if (!fresh.isEmpty()) {
            changed.run();
        }
        return room;
    }

    private Optional<Delivery> read(ByteBuffer slice) {
        MessageView view = MessageView.of(slice);
        if (!isMine(view) || !selector.wants(view)) {
            return Optional.empty();
        }
        String id = view.messageId().toString();
        try {
            Message message = view.toMessage();
            return Optional.of(new Delivery(this, message, id, 1, Optional.empty()));
        } catch (BodyCodec.CompressionException unreadable) {
            log.warn("message {} of {} is left out: {}", id, address, unreadable.getMessage());
            return Optional.empty();
        }
    }

    /** A topic gets what was sent to it, and what came in by another door; not what was sent to the JMS queue of its name. */
    private boolean isMine(MessageView view) {
        String destination = view.property(PropertyNames.JMS_DESTINATION);
        if (destination != null && !destination.equals(Kind.TOPIC.word())) {
            return false;
        }
        if (address.tag().isPresent() && !address.tag().get().equals(view.tag())) {
            return false;
        }
        return excluded.isEmpty() || !excluded.get().equals(view.property(PropertyNames.JMS_CONNECTION));
    }

    @Override
    public Optional<Delivery> poll() {
        Delivery next;
        List<CompletableFuture<Void>> goOn = List.of();
        synchronized (this) {
            if (againAtNanos - nanos.getAsLong() > 0) {
                return Optional.empty();
            }
            next = atHand.pollFirst();
            if (next != null) {
                bytesAtHand -= next.message().body().length;
                if (atHand.size() <= limits.topicMessages() / 2 && bytesAtHand <= limits.topicBytes() / 2) {
                    goOn = List.copyOf(stopped);
                    stopped.clear();
                }
            }
        }
        goOn.forEach(room -> room.complete(null));
        return Optional.ofNullable(next);
    }

    /** The tail tells by itself. */
    @Override
    public void ask(Duration maxWait) {
        // Nothing to ask for: records are pushed.
    }

    @Override
    public boolean isAsking() {
        return false;
    }

    @Override
    public synchronized long restNanos() {
        return againAtNanos - nanos.getAsLong();
    }

    @Override
    public Optional<Trouble> trouble() {
        return Optional.empty();
    }

    @Override
    public synchronized void putBack(Delivery delivery) {
        atHand.addFirst(delivery);
        bytesAtHand += delivery.message().body().length;
    }

    @Override
    public CompletionStage<Void> rewind(List<Delivery> undone, Duration pause) {
        synchronized (this) {
            for (int i = undone.size() - 1; i >= 0; i--) {
                Delivery delivery = undone.get(i);
                if (delivery.attempt() >= ATTEMPTS_MAX) {
                    log.warn("message {} of {} is given up after {} deliveries", delivery.id(), address, ATTEMPTS_MAX);
                } else {
                    putBack(delivery.again());
                }
            }
            againAtNanos = nanos.getAsLong() + pause.toNanos();
        }
        changed.run();
        return CompletableFuture.completedFuture(null);
    }

    /** Nobody else could have what a subscriber has buffered, so it stays. */
    @Override
    public void pause() {
        // The buffer bounds what may come meanwhile.
    }

    @Override
    public void resume() {
        // Nothing was stopped.
    }

    @Override
    public void listenedTo(boolean listened) {
        // A subscriber keeps its messages either way.
    }

    @Override
    public void giveBackIdle() {
        // Nobody else waits for them.
    }

    @Override
    public CompletionStage<Void> close() {
        Optional<Tail> following;
        List<CompletableFuture<Void>> goOn;
        synchronized (this) {
            closed = true;
            following = tail;
            atHand.clear();
            bytesAtHand = 0;
            goOn = List.copyOf(stopped);
            stopped.clear();
        }
        following.ifPresent(Tail::close);
        goOn.forEach(room -> room.complete(null));
        return CompletableFuture.completedFuture(null);
    }
}
