package io.sluice.broker.topic;

import io.sluice.model.PropertyNames;
import io.sluice.wire.message.MessageView;
import java.util.Map;

/**
 * When the messages of one topic are over, so that nobody gets them any more. Kept among the attributes of the topic.
 *
 * @param perMessage  whether a message with a time of its own ({@code expiresAt}) may be there; the first one that is stored
 *                    sets it for good, so that reading a topic without any costs nothing
 * @param ttlMs       how long every message of the topic lives after it was stored, milliseconds; 0: for ever
 * @param deadLetters whether groups that lease get what is over into their dead-letter topics
 */
public record Expiry(boolean perMessage, long ttlMs, boolean deadLetters) {
    /** Nothing is ever over. */
    public static final Expiry NONE = new Expiry(false, 0, false);

    /** Set by the broker: {@code true} once a message with a time of its own was stored. */
    public static final String PER_MESSAGE = "expiring";

    /** Set by administrators: milliseconds, above 0. */
    public static final String TTL_MS = "messageTtlMs";

    /** Set by administrators: {@code true} or {@code false}. */
    public static final String DEAD_LETTERS = "expiredToDeadLetters";

    private static final int DIGITS_MAX = 18;

    static Expiry of(Map<String, String> attributes) {
        if (attributes.isEmpty()) {
            return NONE;
        }
        Expiry told = new Expiry(
                Boolean.parseBoolean(attributes.get(PER_MESSAGE)),
                number(attributes.get(TTL_MS)),
                Boolean.parseBoolean(attributes.get(DEAD_LETTERS)));
        return told.isPossible() ? told : NONE;
    }

    /** Whether any message of the topic can be over. */
    public boolean isPossible() {
        return perMessage || ttlMs > 0;
    }

    /** Whether the message is over. A time of its own that is no positive number says nothing. */
    public boolean isOver(MessageView message, long nowMs) {
        if (ttlMs > 0 && nowMs - message.storedAtMs() >= ttlMs) {
            return true;
        }
        long own = perMessage ? number(message.property(PropertyNames.EXPIRES_AT)) : 0;
        return own > 0 && own <= nowMs;
    }

    /** 0 for what is no number. */
    private static long number(String text) {
        if (text == null
                || text.isEmpty()
                || text.length() > DIGITS_MAX
                || !text.chars().allMatch(Character::isDigit)) {
            return 0;
        }
        return Long.parseLong(text);
    }
}
