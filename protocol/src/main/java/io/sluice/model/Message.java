package io.sluice.model;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;

/**
 * A message as a sender gives it: not stored yet, so without offsets.
 *
 * @param body      the bytes as the receiver shall see them; shared, not copied: whoever made the message leaves them alone
 * @param flag      an integer of the application, carried unchanged
 * @param bornAtMs  the sender's clock, epoch milliseconds
 */
public record Message(TopicName topic, byte[] body, MessageProperties properties, int flag, long bornAtMs) {
    public Message {
        Objects.requireNonNull(topic, "topic");
        Objects.requireNonNull(body, "body");
        Objects.requireNonNull(properties, "properties");
    }

    public static Message of(TopicName topic, byte[] body) {
        return new Message(topic, body, MessageProperties.NONE, 0, System.currentTimeMillis());
    }

    /** With the text as UTF-8. */
    public static Message of(String topic, String text) {
        return of(topic, text.getBytes(StandardCharsets.UTF_8));
    }

    public static Message of(String topic, byte[] body) {
        return of(new TopicName(topic), body);
    }

    /** The body read as UTF-8. */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    public Message withTopic(TopicName other) {
        return new Message(other, body, properties, flag, bornAtMs);
    }

    public Message withProperties(MessageProperties changed) {
        return new Message(topic, body, changed, flag, bornAtMs);
    }

    public Message withProperty(String name, String value) {
        return withProperties(properties.with(name, value));
    }

    public Message withTag(String tag) {
        return withProperties(properties.withTag(tag));
    }

    public Message withKeys(String... keys) {
        return withProperties(properties.withKeys(Arrays.asList(keys)));
    }

    /**
     * The message to be delivered at this instant, epoch milliseconds; at once when that is over. How far away it may be is
     * the broker's to say.
     */
    public Message deliverAt(long epochMs) {
        return withProperties(properties
                .without(PropertyNames.TIMER_DELAY_SEC)
                .without(PropertyNames.TIMER_DELAY_MS)
                .with(PropertyNames.TIMER_DELIVER_MS, Long.toString(Math.max(0, epochMs))));
    }

    /** As {@link #deliverAt(long)}; what is below a millisecond does not count. */
    public Message deliverAt(Instant time) {
        return deliverAt(time.toEpochMilli());
    }

    /**
     * The message to be stored once, however often it is sent: within a window the broker remembers the key for the topic.
     *
     * @param key 1..128 visible ASCII characters without blanks; two messages of a topic with one key are one message
     */
    public Message withIdempotencyKey(String key) {
        return withProperty(PropertyNames.IDEMPOTENCY_KEY, key);
    }

    /**
     * The message to be delivered so long after the broker took it.
     *
     * @param delay not negative; rounded down to milliseconds
     */
    public Message deliverAfter(Duration delay) {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("delay %s must not be negative".formatted(delay));
        }
        return withProperties(properties
                .without(PropertyNames.TIMER_DELAY_SEC)
                .without(PropertyNames.TIMER_DELIVER_MS)
                .with(PropertyNames.TIMER_DELAY_MS, Long.toString(delay.toMillis())));
    }

    /** The message to be delivered after the pause of a level of the broker (1 is the shortest); 0: at once. */
    public Message atDelayLevel(int level) {
        if (level < 0) {
            throw new IllegalArgumentException("delay level %d must not be negative".formatted(level));
        }
        return withProperties(
                level == 0
                        ? properties.without(PropertyNames.DELAY_LEVEL)
                        : properties.with(PropertyNames.DELAY_LEVEL, Integer.toString(level)));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Message that
                && topic.equals(that.topic)
                && Arrays.equals(body, that.body)
                && properties.equals(that.properties)
                && flag == that.flag
                && bornAtMs == that.bornAtMs;
    }

    @Override
    public int hashCode() {
        return Objects.hash(topic, Arrays.hashCode(body), properties, flag, bornAtMs);
    }

    /** Never shows the body: payloads do not belong in logs. */
    @Override
    public String toString() {
        return "Message[topic=%s, body=%d bytes, properties=%d]".formatted(topic, body.length, properties.size());
    }
}
