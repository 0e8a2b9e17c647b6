package io.sluice.jms;

import io.sluice.jms.destination.Address;
import jakarta.jms.JMSException;
import jakarta.jms.TemporaryQueue;

/** A queue that ends with the connection that made it. One met in a JMSReplyTo belongs to its sender's connection. */
public final class SluiceTemporaryQueue extends SluiceQueue implements TemporaryQueue {
    private static final long serialVersionUID = 1L;

    private final transient TemporaryDestinations owner;

    /** @param owner {@code null} when another connection made it */
    SluiceTemporaryQueue(Address address, TemporaryDestinations owner) {
        super(address);
        this.owner = owner;
    }

    /** @throws JMSException when another connection made it, or a consumer of it is open */
    @Override
    public void delete() throws JMSException {
        TemporaryDestinations.delete(address(), owner);
    }
}
