package io.sluice.jms.deliver;

import io.sluice.model.Message;
import io.sluice.port.Placement;
import io.sluice.port.SendOutcome;
import jakarta.jms.JMSException;

/** Keeps what is sent until something larger is committed. */
@FunctionalInterface
public interface Outbox {

    /**
     * Keeps the message for the commit.
     *
     * @throws jakarta.jms.ResourceAllocationException when the transaction is as large as one may be
     */
    void send(Message message, Placement placement, Told told) throws JMSException;

    /** Told where a message is, once it is there. */
    @FunctionalInterface
    interface Told {
        void stored(SendOutcome.Stored place) throws JMSException;
    }
}
