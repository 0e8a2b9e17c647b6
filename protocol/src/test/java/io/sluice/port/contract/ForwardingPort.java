package io.sluice.port.contract;

import io.sluice.model.Caller;
import io.sluice.port.BrokerPort;
import io.sluice.port.ConsumerOffsets;
import io.sluice.port.HalfMessages;
import io.sluice.port.LeaseReader;
import io.sluice.port.MessageLookup;
import io.sluice.port.MessageWriter;
import io.sluice.port.QueueReader;
import io.sluice.port.Tails;
import io.sluice.port.Timers;
import io.sluice.port.TopicCatalog;
import io.sluice.port.UnitsOfWork;

/** A port in which a test replaces single facets. */
public abstract class ForwardingPort implements BrokerPort {
    private final BrokerPort port;

    protected ForwardingPort(BrokerPort port) {
        this.port = port;
    }

    @Override
    public BrokerPort onBehalfOf(Caller caller) {
        return this;
    }

    @Override
    public MessageWriter writer() {
        return port.writer();
    }

    @Override
    public QueueReader reader() {
        return port.reader();
    }

    @Override
    public LeaseReader leases() {
        return port.leases();
    }

    @Override
    public Tails tails() {
        return port.tails();
    }

    @Override
    public ConsumerOffsets offsets() {
        return port.offsets();
    }

    @Override
    public TopicCatalog topics() {
        return port.topics();
    }

    @Override
    public MessageLookup lookup() {
        return port.lookup();
    }

    @Override
    public Timers timers() {
        return port.timers();
    }

    @Override
    public UnitsOfWork units() {
        return port.units();
    }

    @Override
    public HalfMessages halfMessages() {
        return port.halfMessages();
    }

    @Override
    public void close() {
        // The port belongs to whoever opened it.
    }
}
