package io.sluice.client.remote;

import io.sluice.client.link.ClientIds;
import io.sluice.client.link.ClusterLink;
import io.sluice.client.read.Pulls;
import io.sluice.client.read.QueueLocator;
import io.sluice.client.read.QueueOffsets;
import io.sluice.client.route.RouteCache;
import io.sluice.client.send.Sender;
import io.sluice.client.send.UniqueKeys;
import io.sluice.model.Caller;
import io.sluice.port.BrokerPort;
import io.sluice.port.ConsumerOffsets;
import io.sluice.port.LeaseReader;
import io.sluice.port.MessageLookup;
import io.sluice.port.MessageWriter;
import io.sluice.port.QueueReader;
import io.sluice.port.Tails;
import io.sluice.port.Timers;
import io.sluice.port.TopicCatalog;
import io.sluice.port.UnitsOfWork;
import io.sluice.runtime.CloseStack;
import io.sluice.tail.PolledTails;
import io.sluice.tail.TailPace;

/**
 * A broker port over the wire, to all brokers of the clusters that the name servers know. Any thread. Stages complete on
 * an event loop of the port or on the calling thread. Against a cluster of another make, what it lacks is refused with
 * {@link io.sluice.port.Refusal#NOT_SUPPORTED}: units of work, idempotency keys, lists of messages that wait; where brokers are
 * older than 5.0, leases and exact times of delivery, too.
 *
 * <p>The cluster sees this client, whoever asks: a view on behalf of a caller has the rights of the client.
 */
public final class RemoteBrokerPort implements BrokerPort {
    private final MessageWriter writer;
    private final QueueReader reader;
    private final LeaseReader leases;
    private final Tails tails;
    private final ConsumerOffsets offsets;
    private final TopicCatalog topics;
    private final MessageLookup lookup;
    private final Timers timers;
    private final UnitsOfWork units;
    private final CloseStack resources;

    private RemoteBrokerPort(
            MessageWriter writer,
            QueueReader reader,
            LeaseReader leases,
            Tails tails,
            ConsumerOffsets offsets,
            TopicCatalog topics,
            MessageLookup lookup,
            Timers timers,
            UnitsOfWork units,
            CloseStack resources) {
        this.writer = writer;
        this.reader = reader;
        this.leases = leases;
        this.tails = tails;
        this.offsets = offsets;
        this.topics = topics;
        this.lookup = lookup;
        this.timers = timers;
        this.units = units;
        this.resources = resources;
    }

    /** Starts the threads of the port; connections are made when they are first needed. */
    public static RemoteBrokerPort open(RemotePortConfig config) {
        try (CloseStack opening = new CloseStack()) {
            ClusterLink link = opening.push(ClusterLink.open(config.link()));
            RouteCache routes = opening.push(new RouteCache(link, config.routes()));
            Sender sender = new Sender(
                    link, routes, config.sends(), config.routes().freshQueues(), new UniqueKeys(ClientIds.address()));
            QueueLocator locator = new QueueLocator(routes);
            QueueOffsets queueOffsets = new QueueOffsets(link, locator);
            QueueReader reader = new RemoteReader(new Pulls(link, locator), queueOffsets, link.clock());
            TopicCatalog topics = new RemoteCatalog(link, routes);
            PolledTails tails = opening.push(new PolledTails(
                    reader, topics, (delay, step) -> link.clock().after(delay, step), TailPace.REMOTE));
            RemoteUnits units = new RemoteUnits(link, routes);
            return new RemoteBrokerPort(
                    new RemoteWriter(sender, new Releases(link, routes), units),
                    reader,
                    new RemoteLeases(link, routes),
                    tails,
                    new RemoteOffsets(queueOffsets, new Pulls(link, locator)),
                    topics,
                    new RemoteLookup(link, routes),
                    new RemoteTimers(link, routes),
                    units,
                    opening.release());
        }
    }

    @Override
    public BrokerPort onBehalfOf(Caller caller) {
        return new View(this);
    }

    @Override
    public MessageWriter writer() {
        return writer;
    }

    @Override
    public QueueReader reader() {
        return reader;
    }

    @Override
    public LeaseReader leases() {
        return leases;
    }

    @Override
    public Tails tails() {
        return tails;
    }

    @Override
    public ConsumerOffsets offsets() {
        return offsets;
    }

    @Override
    public TopicCatalog topics() {
        return topics;
    }

    @Override
    public MessageLookup lookup() {
        return lookup;
    }

    @Override
    public Timers timers() {
        return timers;
    }

    @Override
    public UnitsOfWork units() {
        return units;
    }

    @Override
    public void close() {
        resources.close();
    }

    /** The port as one caller sees it. */
    private record View(RemoteBrokerPort port) implements BrokerPort {
        @Override
        public BrokerPort onBehalfOf(Caller caller) {
            return this;
        }

        @Override
        public MessageWriter writer() {
            return port.writer;
        }

        @Override
        public QueueReader reader() {
            return port.reader;
        }

        @Override
        public LeaseReader leases() {
            return port.leases;
        }

        @Override
        public Tails tails() {
            return port.tails;
        }

        @Override
        public ConsumerOffsets offsets() {
            return port.offsets;
        }

        @Override
        public TopicCatalog topics() {
            return port.topics;
        }

        @Override
        public MessageLookup lookup() {
            return port.lookup;
        }

        @Override
        public Timers timers() {
            return port.timers;
        }

        @Override
        public UnitsOfWork units() {
            return port.units;
        }

        @Override
        public void close() {
            // The port belongs to whoever opened it.
        }
    }
}
