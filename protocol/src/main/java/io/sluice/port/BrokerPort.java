package io.sluice.port;

import io.sluice.model.Caller;

/**
 * Everything a front door may ask of a broker, in facets.
 *
 * <p>Facets are safe for many threads and never block. A stage may complete on a thread of the broker: whoever continues
 * it there must not block either. A question that the broker turns down fails its stage with {@link RefusedException},
 * which names the reason and the remedy; sends answer with a {@link SendOutcome} instead.
 */
public interface BrokerPort extends AutoCloseable {

    /** The same broker seen with the rights of one caller; doors hold one view per connection. Closing a view does nothing. */
    BrokerPort onBehalfOf(Caller caller);

    MessageWriter writer();

    QueueReader reader();

    LeaseReader leases();

    Tails tails();

    ConsumerOffsets offsets();

    TopicCatalog topics();

    MessageLookup lookup();

    Timers timers();

    UnitsOfWork units();

    /** Half messages that nobody has decided on; brokers that cannot show them say so. */
    default HalfMessages halfMessages() {
        return HalfMessages.NOT_SUPPORTED;
    }

    /** Releases what this port holds; open tails end, waiting stages fail. Twice is harmless. */
    @Override
    void close();
}
