package io.sluice.client.consume;

import io.sluice.client.link.ClientClock;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Messages of one queue one after the other, queues side by side. A message that is to be retried is delivered here again
 * after a pause, and those behind it wait; when no retry is left it goes to the dead-letter topic. Any thread.
 */
final class OrderedDelivery implements Delivery {
    private static final Logger log = LoggerFactory.getLogger(OrderedDelivery.class);

    private final ConsumeConfig config;
    private final ListenerCall listener;
    private final SendBack sendBack;
    private final Workers workers;
    private final ClientClock clock;
    private final LockCheck locks;
    private final Map<QueueReading, Lane> lanes = new ConcurrentHashMap<>();
    private final InHand inHand = new InHand();

    /** Whether this member holds the lock of a queue now. */
    @FunctionalInterface
    interface LockCheck {
        boolean isHeld(QueueReading reading);
    }

    /** What waits in one queue, guarded by itself; at most one of its messages is under way. */
    private static final class Lane {
        private final Queue<Waiting> waiting = new ArrayDeque<>();
        private final InHand inHand = new InHand();
        private boolean busy;
        /** Deliveries here of the message at the head. */
        private int deliveries;
    }

    private record Waiting(QueueBuffer from, ReceivedMessage message) {}

    OrderedDelivery(
            ConsumeConfig config,
            ListenerCall listener,
            SendBack sendBack,
            Workers workers,
            ClientClock clock,
            LockCheck locks) {
        this.config = config;
        this.listener = listener;
        this.sendBack = sendBack;
        this.workers = workers;
        this.clock = clock;
        this.locks = locks;
    }

    @Override
    public void deliver(QueueReading reading, QueueBuffer from, List<ReceivedMessage> arrivals) {
        Lane lane = lanes.computeIfAbsent(reading, fresh -> new Lane());
        synchronized (lane) {
            arrivals.forEach(arrival -> lane.waiting.add(new Waiting(from, arrival)));
            if (lane.busy || lane.waiting.isEmpty()) {
                return;
            }
            lane.busy = true;
        }
        workers.run(() -> handleNext(reading, lane));
    }

    private void handleNext(QueueReading reading, Lane lane) {
        Waiting head;
        synchronized (lane) {
            head = lane.waiting.peek();
            if (head == null || reading.isStopped()) {
                lane.busy = false;
                return;
            }
        }
        if (!locks.isHeld(reading)) {
            later(reading, lane);
            return;
        }
        ReceivedMessage message = head.message();
        inHand.begin();
        lane.inHand.begin();
        if (!head.from().begin(message, System.nanoTime())) {
            lane.inHand.end();
            inHand.end();
            step(reading, lane);
            return;
        }
        lane.deliveries++;
        carryOut(head, lane.deliveries).whenComplete((settled, failure) -> {
            if (failure != null) {
                log.warn(
                        "message {} of {} could not be given up and is delivered here again: {}",
                        message.messageId(),
                        message.queue(),
                        failure.getMessage());
            }
            boolean done = failure == null && settled;
            if (done && head.from().settle(message)) {
                reading.goOn();
            }
            lane.inHand.end();
            inHand.end();
            if (done) {
                step(reading, lane);
            } else {
                later(reading, lane);
            }
        });
    }

    /** Completes with whether the message is settled, or is to be delivered again. */
    private CompletionStage<Boolean> carryOut(Waiting head, int deliveries) {
        ReceivedMessage message = head.message();
        if (message.isDamaged()) {
            log.warn(
                    "message {} of {} cannot be read and is given up: {}",
                    message.messageId(),
                    message.queue(),
                    message.damage());
            return giveUp(message);
        }
        Verdict verdict = listener.of(List.of(message));
        if (!head.from().end(message) || verdict instanceof Verdict.Done) {
            return CompletableFuture.completedFuture(true);
        }
        if (verdict instanceof Verdict.GiveUp || message.attempt() - 1 + deliveries > config.retriesMax()) {
            return giveUp(message);
        }
        return CompletableFuture.completedFuture(false);
    }

    private CompletionStage<Boolean> giveUp(ReceivedMessage message) {
        if (!config.isClustering()) {
            log.warn(
                    "message {} of {} is dropped: a broadcast message has no dead-letter topic",
                    message.messageId(),
                    message.queue());
            return CompletableFuture.completedFuture(true);
        }
        return sendBack.giveUp(message).thenApply(safe -> true);
    }

    /** The head is settled; the next one follows on a worker. */
    private void step(QueueReading reading, Lane lane) {
        synchronized (lane) {
            lane.waiting.remove();
            lane.deliveries = 0;
        }
        workers.run(() -> handleNext(reading, lane));
    }

    /** The head stays where it is and is delivered again after the pause. */
    private void later(QueueReading reading, Lane lane) {
        clock.after(config.orderedPause(), () -> workers.run(() -> handleNext(reading, lane)));
    }

    @Override
    public CompletionStage<Void> release(QueueReading reading) {
        reading.buffer().stopDelivery();
        Lane lane = lanes.remove(reading);
        return lane == null ? CompletableFuture.completedFuture(null) : lane.inHand.none();
    }

    @Override
    public CompletionStage<Void> finish() {
        return inHand.none();
    }
}
