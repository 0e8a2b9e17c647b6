package io.sluice.client.consume;

import io.sluice.client.presence.Presence;
import io.sluice.model.FilterExpression;
import io.sluice.model.GroupName;
import io.sluice.model.TopicName;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;

/**
 * How a push consumer behaves.
 *
 * @param subscriptions   what is wanted of each topic; at least one
 * @param model           whether the members of the group share the messages, or each gets all
 * @param order           whether messages of one queue are handled one after the other
 * @param startAt         where the group begins on a queue without a stored offset
 * @param threads         calls of the listener at once, 1..1000
 * @param pullMessages    messages per pull, 1..1024; the broker may give fewer
 * @param pullBytes       bytes per pull; one larger message still comes
 * @param pullHold        how long a broker holds a pull at the end of a queue
 * @param bufferMessages  messages of one queue held here at most
 * @param bufferBytes     bytes of messages held here at most, shared among the queues; each may hold 1 MiB
 * @param spanMax         largest distance between the offsets of the oldest and the newest message held of a queue
 * @param retriesMax      further deliveries of a message after the first; then it goes to the dead-letter topic
 * @param consumeTimeout  a listener call that takes longer counts as failed: the message is delivered again elsewhere
 * @param commitEvery     how often the group's offsets are stored
 * @param orderedPause    in ordered consumption, before a failed message is tried again
 * @param lockRenewal     in ordered consumption, how often the locks of the queues are renewed, up to 30 s; a lock that could
 *                        not be renewed counts for half of that longer (the broker keeps it for 60 s)
 * @param handOverTimeout how long a queue that another member is about to give up is waited for; zero: not at all, and the
 *                        messages that the other member has in hand are delivered twice
 * @param closeTimeout    how long closing waits for calls of the listener
 */
public record ConsumeConfig(
        GroupName group,
        Map<TopicName, FilterExpression> subscriptions,
        Presence.Model model,
        Order order,
        StartAt startAt,
        int threads,
        int pullMessages,
        int pullBytes,
        Duration pullHold,
        int bufferMessages,
        long bufferBytes,
        long spanMax,
        int retriesMax,
        Duration consumeTimeout,
        Duration commitEvery,
        Duration orderedPause,
        Duration lockRenewal,
        Duration handOverTimeout,
        Duration closeTimeout) {
    /** What one queue may hold whatever the number of queues, bytes. */
    static final long QUEUE_BYTES_MIN = 1024 * 1024;

    private static final int THREADS_MAX = 1000;
    private static final Duration LOCK_RENEWAL_MAX = Duration.ofSeconds(30);
    private static final int PULL_MAX = 1024;
    private static final Duration HAND_OVER_MAX = Duration.ofMinutes(1);

    /** How messages of one queue follow each other. */
    public enum Order {
        /** Several at once, in any order. */
        CONCURRENT,
        /** One after the other, as they were stored; a failed one is tried again before the next. */
        PER_QUEUE
    }

    public ConsumeConfig {
        Objects.requireNonNull(group, "group");
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(order, "order");
        Objects.requireNonNull(startAt, "startAt");
        subscriptions = Map.copyOf(subscriptions);
        if (subscriptions.isEmpty()) {
            throw new IllegalArgumentException(
                    "group %s subscribes to no topic; expected at least one".formatted(group));
        }
        requireRange("threads", threads, 1, THREADS_MAX);
        requireRange("pullMessages", pullMessages, 1, PULL_MAX);
        requireRange("pullBytes", pullBytes, 1, Integer.MAX_VALUE);
        requireRange("bufferMessages", bufferMessages, 1, Integer.MAX_VALUE);
        requireRange("bufferBytes", bufferBytes, 1, Long.MAX_VALUE);
        requireRange("spanMax", spanMax, 1, Long.MAX_VALUE);
        requireRange("retriesMax", retriesMax, 0, Integer.MAX_VALUE);
        requirePositive("pullHold", pullHold);
        requirePositive("consumeTimeout", consumeTimeout);
        requirePositive("commitEvery", commitEvery);
        requirePositive("orderedPause", orderedPause);
        requirePositive("lockRenewal", lockRenewal);
        if (handOverTimeout.isNegative() || handOverTimeout.compareTo(HAND_OVER_MAX) > 0) {
            throw new IllegalArgumentException(
                    "handOverTimeout %s is outside 0..%s".formatted(handOverTimeout, HAND_OVER_MAX));
        }
        requirePositive("closeTimeout", closeTimeout);
        if (lockRenewal.compareTo(LOCK_RENEWAL_MAX) > 0) {
            throw new IllegalArgumentException(
                    "lockRenewal %s is longer than %s".formatted(lockRenewal, LOCK_RENEWAL_MAX));
        }
    }

    private static void requireRange(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException("%s %d is outside %d..%d".formatted(name, value, min, max));
        }
    }

    private static void requirePositive(String name, Duration value) {
        if (value.isZero() || value.isNegative()) {
            throw new IllegalArgumentException("%s %s must be positive".formatted(name, value));
        }
    }

    /** How long a lock counts after the broker gave it. */
    Duration lockValid() {
        return lockRenewal.plus(lockRenewal.dividedBy(2));
    }

    boolean isClustering() {
        return model == Presence.Model.CLUSTERING;
    }

    boolean isOrdered() {
        return order == Order.PER_QUEUE;
    }
}
