package io.sluice.jms;

import io.sluice.jms.destination.Address;
import jakarta.jms.Topic;

/** A topic by its name, {@code TOPIC} or {@code TOPIC/TAG}; see docs/doors/jms.md. Making one asks no broker. */
public class SluiceTopic extends SluiceDestination implements Topic {
    private static final long serialVersionUID = 1L;

    /** @throws io.sluice.model.IllegalNameException when no topic of the broker can have such a name */
    public SluiceTopic(String name) {
        this(Address.topic(name));
    }

    SluiceTopic(Address address) {
        super(address);
    }

    @Override
    public String getTopicName() {
        return address().name();
    }
}
