package io.sluice.client.consume;

import io.sluice.client.link.ClientClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Messages in any order, several at once; those of a fast listener in runs, so that handing them to a thread costs little. A message counts as held until its verdict has been carried out: done, or safe
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
    private final ListenerPace pace = new ListenerPace();

    ConcurrentDelivery(
            ConsumeConfig config, ListenerCall listener, SendBack sendBack, Workers workers, ClientClock clock) {
        this.config = config;
        this.listener = listener;
        this.sendBack = sendBack;
        this.workers = workers;
        this.clock = clock;
    }

    @Override
    public void deliver(QueueReading reading, QueueBuffer from, List<ReceivedMessage> arrivals) {
        int length = Math.max(listener.messagesMax(), pace.runLength());
        for (int begin = 0; begin < arrivals.size(); begin += length) {
            List<ReceivedMessage> run = arrivals.subList(begin, Math.min(arrivals.size(), begin + length));
            workers.run(() -> handle(reading, from, run));
        }
    }

    /** Messages of a queue one after the other on one thread: more than one only when the listener is fast. */
    private void handle(QueueReading reading, QueueBuffer from, List<ReceivedMessage> run) {
        inHand.begin();
        try {
            int mark = from.mark();
            long startNanos = System.nanoTime();
            List<ReceivedMessage> begun = from.begin(run, startNanos);
            List<ReceivedMessage> done = new ArrayList<>(begun.size());
            for (int at = 0; at < begun.size(); ) {
                at += handleNext(reading, from, begun, at, mark, done);
            }
            from.endDone(done);
            if (!begun.isEmpty()) {
                pace.took(System.nanoTime() - startNanos, begun.size());
                reading.goOn();
            }
        } finally {
            inHand.end();
        }
    }

    /** One call of the listener; answers how many messages are dealt with, and adds to {@code done} those that are done. */
    private int handleNext(
            QueueReading reading,
            QueueBuffer from,
            List<ReceivedMessage> begun,
            int at,
            int mark,
            List<ReceivedMessage> done) {
        ReceivedMessage head = begun.get(at);
        if (!from.isWanted(head, mark)) {
            from.end(head);
            return 1;
        }
        if (head.isDamaged()) {
            log.warn(
                    "message {} of {} cannot be read and is given up: {}",
                    head.messageId(),
                    head.queue(),
                    head.damage());
            end(reading, from, head, Verdict.GIVE_UP);
            return 1;
        }
        List<ReceivedMessage> call = together(from, begun, at, mark);
        Verdict verdict = listener.of(call);
        if (verdict instanceof Verdict.Done) {
            done.addAll(call);
        } else {
            call.forEach(message -> end(reading, from, message, verdict));
        }
        return call.size();
    }

    private List<ReceivedMessage> together(QueueBuffer from, List<ReceivedMessage> begun, int at, int mark) {
        if (listener.messagesMax() == 1) {
            return List.of(begun.get(at));
        }
        int end = at + 1;
        while (end < begun.size()
                && end - at < listener.messagesMax()
                && !begun.get(end).isDamaged()
                && from.isWanted(begun.get(end), mark)) {
            end++;
        }
        return List.copyOf(begun.subList(at, end));
    }

    /** Carries out a verdict other than done. */
    private void end(QueueReading reading, QueueBuffer from, ReceivedMessage message, Verdict verdict) {
        if (!from.end(message)) {
            return;
        }
        inHand.begin();
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
                clock.after(PAUSE_BEFORE_LOCAL_RETRY, () -> deliver(reading, from, List.of(message)));
            }
            inHand.end();
        });
    }

    private CompletionStage<Void> carryOut(Verdict verdict, ReceivedMessage message) {
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
                    deliver(reading, from, List.of(message));
                }
            });
        }
    }

    @Override
    public CompletionStage<Void> release(QueueReading reading) {
        return reading.buffer().finishBegun();
    }

    @Override
    public CompletionStage<Void> finish() {
        return inHand.none();
    }
}
