package io.sluice.client.consume;

import io.sluice.client.link.ClientClock;
import io.sluice.client.link.ClusterLink;
import io.sluice.client.link.Refusals;
import io.sluice.client.read.Pulls;
import io.sluice.client.read.Pulls.Pull;
import io.sluice.client.read.Pulls.Pulled;
import io.sluice.client.route.BrokerAddresses;
import io.sluice.model.FilterExpression;
import io.sluice.model.MessageQueue;
import io.sluice.model.SluiceException;
import io.sluice.wire.message.MessageView;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one queue: one pull at a time, as long as there is room for what it may bring. Runs from {@link #start} until
 * {@link #stop}. Methods may be called by any thread; between two pulls the reading is idle until {@link #goOn}.
 */
final class QueueReading {
    private static final Logger log = LoggerFactory.getLogger(QueueReading.class);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);
    /** Before asking a broker again that has nothing and does not hold the answer. */
    private static final Duration PAUSE_WHEN_NOT_HELD = Duration.ofMillis(200);

    private final MessageQueue queue;
    private final FilterExpression filter;
    private final ConsumeConfig config;
    private final Pulls pulls;
    private final ClientClock clock;
    private final LongSupplier bytesPerQueue;
    private final BooleanSupplier paused;
    private final Arrivals arrivals;
    private final long sinceMs;

    /** Whether a pull is under way or planned: at most one. */
    private final AtomicBoolean busy = new AtomicBoolean();
    /** Replaced as a whole when the broker moves the offset. */
    private volatile QueueBuffer buffer;
    /** Which broker of the queue's name answers pulls. */
    private volatile long brokerId = BrokerAddresses.PRIMARY_ID;

    private volatile boolean stopped;

    /** Told what pulls bring, on an event loop: must not block. */
    interface Arrivals {
        void arrived(QueueReading reading, QueueBuffer into, List<ReceivedMessage> arrivals);

        /** The offset was outside the queue; reading goes on at the buffer's beginning, which is to be stored. */
        void moved(QueueReading reading, QueueBuffer into);

        /** A pull failed and is repeated. */
        void failed(QueueReading reading, Throwable cause);

        /** The broker is about to go: nothing more comes of this reading. */
        void brokerLeaves(QueueReading reading);
    }

    /**
     * @param bytesPerQueue what this queue may hold now
     * @param paused        whether no pull is to begin now; when that changes, {@link #goOn} is called
     */
    QueueReading(
            MessageQueue queue,
            long startOffset,
            ConsumeConfig config,
            Pulls pulls,
            ClientClock clock,
            LongSupplier bytesPerQueue,
            BooleanSupplier paused,
            long sinceMs,
            Arrivals arrivals) {
        this.queue = queue;
        this.filter = queue.topic().isRetry()
                ? FilterExpression.ALL
                : config.subscriptions().get(queue.topic());
        this.config = config;
        this.pulls = pulls;
        this.clock = clock;
        this.bytesPerQueue = bytesPerQueue;
        this.paused = paused;
        this.sinceMs = sinceMs;
        this.arrivals = arrivals;
        this.buffer = new QueueBuffer(queue, startOffset);
    }

    MessageQueue queue() {
        return queue;
    }

    QueueBuffer buffer() {
        return buffer;
    }

    void start() {
        goOn();
    }

    /** No further pull; the answer to one under way is ignored. */
    void stop() {
        stopped = true;
    }

    boolean isStopped() {
        return stopped;
    }

    /** Pulls if nothing is under way and there is room; cheap otherwise. */
    void goOn() {
        if (!stopped && !paused.getAsBoolean() && !busy.get() && hasRoom() && busy.compareAndSet(false, true)) {
            pull();
        }
    }

    private boolean hasRoom() {
        return buffer.hasRoom(config.bufferMessages(), bytesPerQueue.getAsLong(), spanMax());
    }

    /** In ordered consumption the span is never more than what is held. */
    private long spanMax() {
        return config.isOrdered() ? Long.MAX_VALUE : config.spanMax();
    }

    private void pull() {
        QueueBuffer into = buffer;
        long offset = into.nextOffset();
        long askedAtNanos = System.nanoTime();
        Pull pull = new Pull(
                queue,
                config.group(),
                offset,
                config.pullMessages(),
                config.pullBytes(),
                filter,
                config.pullHold(),
                true,
                sinceMs,
                OptionalLong.empty(),
                brokerId);
        pulls.pull(pull).whenComplete((pulled, failure) -> {
            if (stopped) {
                return;
            }
            if (failure != null && Refusals.isFarewell(failure)) {
                arrivals.brokerLeaves(this);
                return;
            }
            if (failure != null) {
                repeatLater(ClusterLink.causeOf(failure));
                return;
            }
            brokerId = pulled.suggestedBrokerId();
            boolean held = System.nanoTime() - askedAtNanos > config.pullHold().toNanos() / 2;
            try {
                take(pulled, into, offset, held);
            } catch (RuntimeException unexpected) {
                log.error("messages pulled from {} could not be taken, the pull is repeated", queue, unexpected);
                repeatLater(unexpected);
            }
        });
    }

    private void take(Pulled pulled, QueueBuffer into, long offset, boolean held) {
        switch (pulled.status()) {
            case FOUND -> {
                List<ReceivedMessage> found = decode(pulled.slices());
                if (into.accept(found, pulled.nextOffset())) {
                    arrivals.arrived(this, into, found);
                }
                next();
            }
            case FILTERED_OUT -> {
                into.accept(List.of(), pulled.nextOffset());
                nextUnlessIdle(pulled.nextOffset() > offset);
            }
            case NOTHING_YET -> nextUnlessIdle(held);
            case BEFORE_RANGE, AFTER_RANGE -> {
                log.warn(
                        "offset {} of {} is outside the queue, group {} goes on at {}",
                        offset,
                        queue,
                        config.group(),
                        pulled.nextOffset());
                replace(into, pulled.nextOffset());
                next();
            }
        }
    }

    /** Goes on elsewhere: what is here and not with the listener is forgotten, as is what a pull under way brings. */
    void moveTo(long offset) {
        replace(buffer, offset);
        goOn();
    }

    private void replace(QueueBuffer old, long offset) {
        QueueBuffer moved = new QueueBuffer(queue, offset);
        synchronized (this) {
            if (stopped || buffer != old) {
                return;
            }
            old.drop();
            buffer = moved;
        }
        arrivals.moved(this, moved);
    }

    private void nextUnlessIdle(boolean progress) {
        if (progress) {
            next();
        } else {
            clock.after(PAUSE_WHEN_NOT_HELD, this::next);
        }
    }

    private void next() {
        busy.set(false);
        goOn();
    }

    private void repeatLater(Throwable cause) {
        log.debug("pull failed and is repeated: queue={} cause={}", queue, cause.toString());
        brokerId = BrokerAddresses.PRIMARY_ID;
        arrivals.failed(this, cause);
        clock.after(PAUSE_AFTER_FAILURE, this::next);
    }

    /** The broker filters tags by hash only, so they are compared again here. */
    private List<ReceivedMessage> decode(List<ByteBuffer> slices) {
        List<ReceivedMessage> found = new ArrayList<>(slices.size());
        for (ByteBuffer slice : slices) {
            MessageView view = MessageView.of(slice);
            if (filter instanceof FilterExpression.Tags tags) {
                String tag = view.tag();
                if (tag == null || !tags.tags().contains(tag)) {
                    continue;
                }
            }
            found.add(decode(view));
        }
        return found;
    }

    private ReceivedMessage decode(MessageView view) {
        try {
            return ReceivedMessage.of(view, queue);
        } catch (SluiceException | IllegalArgumentException damaged) {
            return ReceivedMessage.damaged(view, queue, damaged.getMessage());
        }
    }
}
