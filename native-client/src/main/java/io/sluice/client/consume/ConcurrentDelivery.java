package io.sluice.client.consume;

import io.sluice.client.consume.QueueReading.Arrival;
import io.sluice.client.link.ClientClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Messages in any order, several at once. A message counts as held until its verdict has been carried out: done, or safe
 * in a topic of the group. Any thread.
 */
final class ConcurrentDelivery implements Delivery {
    private static final Logger log = LoggerFactory.getLogger(ConcurrentDelivery.class);
    private static final Duration PAUSE_BEFORE_LOCAL_RETRY = Duration.ofSeconds(5);

    private final ConsumeConfig config;
    private final ListenerCall listener;
    private final SendBack sendBack;
    private final Workers workers;
    private final ClientClock clock;
    private final InHand inHand = new InHand();

    ConcurrentDelivery(
            ConsumeConfig config, ListenerCall listener, SendBack sendBack, Workers workers, ClientClock clock) {
        this.config = config;
        this.listener = listener;
        this.sendBack = sendBack;
        this.workers = workers;
        this.clock = clock;
    }

    @Override
    public void deliver(QueueReading reading, QueueBuffer from, List<Arrival> arrivals) {
        for (Arrival arrival : arrivals) {
            workers.run(() -> handle(reading, from, arrival));
        }
    }

    private void handle(QueueReading reading, QueueBuffer from, Arrival arrival) {
        ReceivedMessage message = arrival.message();
        inHand.begin();
        if (!from.begin(message, System.nanoTime())) {
            inHand.end();
            return;
        }
        Verdict verdict = Verdict.GIVE_UP;
        if (arrival.isDamaged()) {
            log.warn(
                    "message {} of {} cannot be read and is given up: {}",
                    message.messageId(),
                    message.queue(),
                    arrival.damage());
        } else {
            verdict = listener.of(message);
        }
        if (!from.end(message)) {
            inHand.end();
            return;
        }
        carryOut(verdict, message).whenComplete((done, failure) -> {
            if (failure == null) {
                settle(reading, from, message);
            } else {
                log.warn(
                        "message {} of {} could not be given back and is delivered here again in {} ms: {}",
                        message.messageId(),
                        message.queue(),
                        PAUSE_BEFORE_LOCAL_RETRY.toMillis(),
                        failure.getMessage());
                clock.after(PAUSE_BEFORE_LOCAL_RETRY, () -> deliver(reading, from, List.of(arrival)));
            }
            inHand.end();
        });
    }

    private CompletionStage<Void> carryOut(Verdict verdict, ReceivedMessage message) {
        if (verdict instanceof Verdict.Done) {
            return CompletableFuture.completedFuture(null);
        }
        if (!config.isClustering()) {
            log.warn(
                    "message {} of {} was not handled and is dropped: a broadcast message has one delivery",
                    message.messageId(),
                    message.queue());
            return CompletableFuture.completedFuture(null);
        }
        return verdict instanceof Verdict.Retry retry
                ? sendBack.retry(message, retry.delayLevel())
                : sendBack.giveUp(message);
    }

    private static void settle(QueueReading reading, QueueBuffer from, ReceivedMessage message) {
        if (from.settle(message)) {
            reading.goOn();
        }
    }

    /** Gives back messages whose listener takes too long; what the listener says later counts for nothing. */
    void giveBackOverdue(QueueReading reading, int max) {
        QueueBuffer from = reading.buffer();
        long now = System.nanoTime();
        for (ReceivedMessage message :
                from.takeOverdue(now, config.consumeTimeout().toNanos(), max)) {
            log.warn(
                    "message {} of {} is with the listener for more than {} ms and is delivered again elsewhere",
                    message.messageId(),
                    message.queue(),
                    config.consumeTimeout().toMillis());
            carryOut(Verdict.RETRY, message).whenComplete((done, failure) -> {
                if (failure == null) {
                    settle(reading, from, message);
                } else if (from.keepOverdue(message, System.nanoTime())) {
                    deliver(reading, from, List.of(new Arrival(message, "")));
                }
            });
        }
    }

    @Override
    public CompletionStage<Void> release(QueueReading reading) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> finish() {
        return inHand.none();
    }
}
