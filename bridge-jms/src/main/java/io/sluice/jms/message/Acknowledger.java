package io.sluice.jms.message;

import jakarta.jms.JMSException;

/** What {@link jakarta.jms.Message#acknowledge} of a received message does: the session that delivered it decides. */
@FunctionalInterface
public interface Acknowledger {
    /** For messages that nobody delivered. */
    Acknowledger NOBODY = () -> {};

    void acknowledge() throws JMSException;
}
