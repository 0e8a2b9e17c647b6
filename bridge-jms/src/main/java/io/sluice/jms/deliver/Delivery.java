package io.sluice.jms.deliver;

import io.sluice.model.Message;
import java.util.Optional;

/**
 * One message on its way to an application.
 *
 * @param id      as every door shows it
 * @param attempt 1 for the first delivery
 * @param lease   what must be settled; none for a message of a topic
 */
record Delivery(Feed feed, Message message, String id, int attempt, Optional<HeldLease> lease) {

    Delivery again() {
        return new Delivery(feed, message, id, attempt + 1, lease);
    }
}
