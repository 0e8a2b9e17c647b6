package io.sluice.client.consume;

import io.sluice.client.link.ClientClock;
import io.sluice.client.link.Refusals;
import io.sluice.model.MessageQueue;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes queues from one member of a group to the next without a message being with both: who reads a queue holds a lock at
 * its broker, and gives it back when what it has in hand is settled and its offset stored. Who comes next waits for the lock,
 * up to a limit: a member that was killed gives nothing back. Any thread.
 */
final class HandOver {
    private static final Logger log = LoggerFactory.getLogger(HandOver.class);
    /** Brokers keep a lock for 60 s. */
    static final Duration RENEWAL = Duration.ofSeconds(20);

    private static final Duration RETRY = Duration.ofMillis(50);

    private final QueueLocks locks;
    private final ClientClock clock;
    private final Duration patience;

    /** @param patience zero: members do not wait for each other */
    HandOver(QueueLocks locks, ClientClock clock, Duration patience) {
        this.locks = locks;
        this.clock = clock;
        this.patience = patience;
    }

    private boolean isOff() {
        return patience.isZero();
    }

    /** Completes when the queue may be read; fails when its broker is about to go. */
    CompletionStage<Void> take(MessageQueue queue) {
        CompletableFuture<Void> free = new CompletableFuture<>();
        if (isOff()) {
            free.complete(null);
        } else {
            ask(queue, System.nanoTime() + patience.toNanos(), free);
        }
        return free;
    }

    private void ask(MessageQueue queue, long deadlineNanos, CompletableFuture<Void> free) {
        locks.lock(queue.brokerName(), Set.of(queue)).whenComplete((granted, failure) -> {
            if (failure != null && Refusals.isFarewell(failure)) {
                free.completeExceptionally(failure);
            } else if (failure != null) {
                log.debug("queue {} is taken without a lock: {}", queue, failure.toString());
                free.complete(null);
            } else if (granted.contains(queue)) {
                free.complete(null);
            } else if (System.nanoTime() - deadlineNanos >= 0) {
                log.info(
                        "queue {} was not given up by another member within {} ms and is taken; what that has in hand may"
                                + " be delivered twice",
                        queue,
                        patience.toMillis());
                free.complete(null);
            } else {
                clock.after(RETRY, () -> ask(queue, deadlineNanos, free));
            }
        });
    }

    /** The queue may go to another member. */
    void give(MessageQueue queue) {
        if (!isOff()) {
            locks.unlock(queue);
        }
    }

    /** Keeps what is held, and takes what had to be read without a lock as soon as it is free. */
    void renew(Collection<MessageQueue> queues) {
        if (isOff()) {
            return;
        }
        queues.stream()
                .collect(Collectors.groupingBy(MessageQueue::brokerName))
                .forEach((broker, those) -> locks.lock(broker, those).exceptionally(failure -> {
                    log.debug("locks at {} were not renewed: {}", broker, failure.toString());
                    return Set.of();
                }));
    }
}
