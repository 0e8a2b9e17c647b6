package io.sluice.mqtt.message;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One stored message on its way to subscribers; made once, shared by all of them.
 *
 * @param publication  what the subscriber sees; its QoS is that of the publisher, the subscription may lower it; its expiry
 *                     is empty, {@code expiresAtMs} counts
 * @param messageId    the broker's id, see {@link io.sluice.model.MessageId}
 * @param expiresAtMs  when nobody needs the message any more, epoch milliseconds
 * @param publisher    client id of the publisher, present only when it asked not to hear its own messages
 */
public record Delivery(
        Publication publication, String messageId, OptionalLong expiresAtMs, Optional<String> publisher) {
    public Delivery {
        Objects.requireNonNull(publication, "publication");
        Objects.requireNonNull(messageId, "messageId");
    }

    public boolean isExpired(long nowMs) {
        return expiresAtMs.isPresent() && expiresAtMs.getAsLong() <= nowMs;
    }

    /** What the message costs in memory, roughly: bounds of inboxes count with it. */
    public int weightBytes() {
        return publication.payload().length + 512;
    }
}
