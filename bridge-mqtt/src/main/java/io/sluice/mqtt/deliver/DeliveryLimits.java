package io.sluice.mqtt.deliver;

/**
 * Bounds of the fan-out.
 *
 * @param inboxMessages      messages that wait for one session before it counts as full; 1.., default 1000
 * @param inboxBytes         bytes that wait for one session before it counts as full; 1.., default 8 MiB
 * @param followedTopicsMax  native topics that are followed at once; 1.., default 10,000. A subscription beyond it is refused;
 *                           a topic that a wildcard would reach beyond it is not followed, with one warning
 * @param topicRefreshMs     how often new native topics are looked for while a filter that begins with a wildcard is
 *                           subscribed, and shared subscriptions are looked after; 10..5000, default 1000
 * @param sharedInFlightMax  messages of one shared subscription that one session may hold unacknowledged; 1.., default 128
 */
public record DeliveryLimits(
        int inboxMessages, int inboxBytes, int followedTopicsMax, int topicRefreshMs, int sharedInFlightMax) {
    public static final DeliveryLimits DEFAULTS = new DeliveryLimits(1000, 8 * 1024 * 1024, 10_000, 1000, 128);

    public DeliveryLimits {
        if (inboxMessages < 1 || inboxBytes < 1 || followedTopicsMax < 1) {
            throw new IllegalArgumentException(
                    "inboxMessages %d, inboxBytes %d and followedTopicsMax %d must be at least 1"
                            .formatted(inboxMessages, inboxBytes, followedTopicsMax));
        }
        if (sharedInFlightMax < 1) {
            throw new IllegalArgumentException("sharedInFlightMax %d must be at least 1".formatted(sharedInFlightMax));
        }
        if (topicRefreshMs < 10 || topicRefreshMs > 5000) {
            throw new IllegalArgumentException("topicRefreshMs %d is outside 10..5000".formatted(topicRefreshMs));
        }
    }
}
