package io.sluice.jms.destination;

/** Makes the destination objects that applications hold, for addresses met in messages. Safe for many threads. */
@FunctionalInterface
public interface Destinations {

    Addressed at(Address address);
}
