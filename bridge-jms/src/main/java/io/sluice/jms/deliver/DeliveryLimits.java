package io.sluice.jms.deliver;

import java.time.Duration;

/**
 * Bounds of one connection.
 *
 * @param prefetch        messages that one consumer of a queue fetches ahead at most, 1..1000
 * @param leaseFor        how long a message is lent; extended while it is held, so this is also how long the messages of an
 *                        application that died stay hidden
 * @param topicMessages   messages that one subscriber buffers before the broker stops reading for it
 * @param topicBytes      the same in bytes of bodies
 * @param unacknowledged  messages that one session may have delivered and not acknowledged
 * @param asyncSends      sends of one session that may wait for their completion callback
 */
public record DeliveryLimits(
        int prefetch, Duration leaseFor, int topicMessages, long topicBytes, int unacknowledged, int asyncSends) {
    public static final DeliveryLimits DEFAULT =
            new DeliveryLimits(16, Duration.ofSeconds(30), 1_000, 16L * 1024 * 1024, 10_000, 1_000);

    public DeliveryLimits {
        requireRange("prefetch", prefetch, 1, 1_000);
        requireRange("topicMessages", topicMessages, 1, 1_000_000);
        requireRange("topicBytes", topicBytes, 1, Long.MAX_VALUE);
        requireRange("unacknowledged", unacknowledged, 1, 1_000_000);
        requireRange("asyncSends", asyncSends, 1, 1_000_000);
        requireRange(
                "lease in ms", leaseFor.toMillis(), 1_000, Duration.ofHours(12).toMillis());
    }

    private static void requireRange(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException("%s is %d; expected %d..%d".formatted(name, value, min, max));
        }
    }
}
