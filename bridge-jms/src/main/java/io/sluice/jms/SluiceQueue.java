package io.sluice.jms;

import io.sluice.jms.destination.Address;
import jakarta.jms.Queue;

/** A queue by its name, {@code TOPIC} or {@code TOPIC/TAG}; see docs/doors/jms.md. Making one asks no broker. */
public class SluiceQueue extends SluiceDestination implements Queue {
    private static final long serialVersionUID = 1L;

    /** @throws io.sluice.model.IllegalNameException when no topic of the broker can have such a name */
    public SluiceQueue(String name) {
        this(Address.queue(name));
    }

    SluiceQueue(Address address) {
        super(address);
    }

    @Override
    public String getQueueName() {
        return address().name();
    }
}
