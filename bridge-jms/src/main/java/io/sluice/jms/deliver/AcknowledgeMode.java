package io.sluice.jms.deliver;

import jakarta.jms.JMSException;
import jakarta.jms.Session;

/** When a delivered message is settled (Jakarta Messaging 3.1 §6.2.10). */
public enum AcknowledgeMode {
    /** Before a receive returns, or after a listener has. */
    AUTO(Session.AUTO_ACKNOWLEDGE),
    /** When the application says so, for everything its session has delivered. */
    CLIENT(Session.CLIENT_ACKNOWLEDGE),
    /** Some time after delivery, several together. */
    DUPS_OK(Session.DUPS_OK_ACKNOWLEDGE),
    /** When the session commits, together with what it has sent. */
    TRANSACTED(Session.SESSION_TRANSACTED);

    private final int constant;

    AcknowledgeMode(int constant) {
        this.constant = constant;
    }

    /** The number that the API has for the mode. */
    public int constant() {
        return constant;
    }

    /** Whether what is delivered stays the session's until the application says what becomes of it. */
    boolean isDecidedLater() {
        return this == CLIENT || this == TRANSACTED;
    }

    /** @throws JMSException for any other number */
    public static AcknowledgeMode of(int constant) throws JMSException {
        for (AcknowledgeMode mode : values()) {
            if (mode.constant == constant) {
                return mode;
            }
        }
        throw new JMSException(
                "%d is no session mode; expected AUTO_ACKNOWLEDGE, CLIENT_ACKNOWLEDGE, DUPS_OK_ACKNOWLEDGE or SESSION_TRANSACTED"
                        .formatted(constant));
    }
}
