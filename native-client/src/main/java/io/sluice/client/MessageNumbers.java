package io.sluice.client;

import io.sluice.model.Message;
import io.sluice.model.PropertyNames;
import io.sluice.port.UnitOfWork;
import java.util.concurrent.atomic.AtomicLong;

/** Gives the messages of an idempotent producer their idempotency keys, {@code PRODUCER:NUMBER}. Any thread. */
final class MessageNumbers {
    private static final int PRODUCER_LENGTH_MAX = 100;

    private final String producerId;
    private final AtomicLong next;

    /** @throws IllegalArgumentException when the id or the number cannot be part of a key */
    MessageNumbers(String producerId, long next) {
        UnitOfWork.checkId(producerId);
        if (producerId.length() > PRODUCER_LENGTH_MAX || next < 0) {
            throw new IllegalArgumentException(
                    "producer id of %d characters and next number %d are not allowed; expected at most %d characters and 0 or more"
                            .formatted(producerId.length(), next, PRODUCER_LENGTH_MAX));
        }
        this.producerId = producerId;
        this.next = new AtomicLong(next);
    }

    /** A message with a key of its own takes no number. */
    Message number(Message message) {
        return message.properties().has(PropertyNames.IDEMPOTENCY_KEY)
                ? message
                : message.withIdempotencyKey(producerId + ":" + next.getAndIncrement());
    }
}
