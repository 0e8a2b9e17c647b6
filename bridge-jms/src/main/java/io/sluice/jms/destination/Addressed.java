package io.sluice.jms.destination;

import jakarta.jms.Destination;

/** A JMS destination of this provider: every one of them knows its address. */
public interface Addressed extends Destination {

    Address address();
}
