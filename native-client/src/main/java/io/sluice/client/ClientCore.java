package io.sluice.client;

import io.sluice.client.admin.Admin;
import io.sluice.client.link.ClientIds;
import io.sluice.client.link.ClusterLink;
import io.sluice.client.link.LinkConfig;
import io.sluice.client.presence.Heartbeats;
import io.sluice.client.read.Pulls;
import io.sluice.client.read.QueueLocator;
import io.sluice.client.read.QueueOffsets;
import io.sluice.client.remote.Capabilities;
import io.sluice.client.remote.RemoteCatalog;
import io.sluice.client.remote.RemoteLookup;
import io.sluice.client.remote.RemoteTimers;
import io.sluice.client.remote.RemoteUnits;
import io.sluice.client.request.Requests;
import io.sluice.client.route.RouteCache;
import io.sluice.client.route.RouteConfig;
import io.sluice.client.send.SendConfig;
import io.sluice.client.send.Sender;
import io.sluice.client.send.UniqueKeys;
import io.sluice.model.GroupName;
import io.sluice.port.Timers;
import io.sluice.port.UnitsOfWork;
import io.sluice.runtime.CloseStack;

/** What producers and consumers of one client share; closed with the client. */
final class ClientCore implements AutoCloseable {
    /** Group under which consumers send messages to their retry topics. */
    private static final GroupName INNER_PRODUCER = new GroupName("CLIENT_INNER_PRODUCER");

    private final ClusterLink link;
    private final RouteCache routes;
    private final RouteConfig routeConfig;
    private final Heartbeats heartbeats;
    private final Pulls pulls;
    private final QueueOffsets offsets;
    private final Requests requests;
    private final Timers timers;
    private final UnitsOfWork units;
    private final Capabilities capabilities;
    private final UniqueKeys keys = new UniqueKeys(ClientIds.address());
    private final CloseStack resources;

    private ClientCore(
            ClusterLink link,
            RouteCache routes,
            RouteConfig routeConfig,
            Heartbeats heartbeats,
            Requests requests,
            CloseStack resources) {
        this.link = link;
        this.routes = routes;
        this.routeConfig = routeConfig;
        this.heartbeats = heartbeats;
        QueueLocator locator = new QueueLocator(routes);
        this.pulls = new Pulls(link, locator);
        this.offsets = new QueueOffsets(link, locator);
        this.requests = requests;
        this.timers = new RemoteTimers(link, routes);
        this.units = new RemoteUnits(link, routes);
        this.capabilities = new Capabilities(link, routes);
        this.resources = resources;
    }

    static ClientCore open(LinkConfig linkConfig, RouteConfig routeConfig) {
        try (CloseStack opening = new CloseStack()) {
            ClusterLink link = opening.push(ClusterLink.open(linkConfig));
            RouteCache routes = opening.push(new RouteCache(link, routeConfig));
            Heartbeats heartbeats = opening.push(new Heartbeats(link, routes, Heartbeats.PERIOD));
            Requests requests = opening.push(new Requests(link, routes, heartbeats));
            return new ClientCore(link, routes, routeConfig, heartbeats, requests, opening.release());
        }
    }

    ClusterLink link() {
        return link;
    }

    RouteCache routes() {
        return routes;
    }

    Heartbeats heartbeats() {
        return heartbeats;
    }

    Pulls pulls() {
        return pulls;
    }

    QueueOffsets offsets() {
        return offsets;
    }

    Requests requests() {
        return requests;
    }

    Timers timers() {
        return timers;
    }

    UnitsOfWork units() {
        return units;
    }

    Capabilities capabilities() {
        return capabilities;
    }

    UniqueKeys keys() {
        return keys;
    }

    Admin newAdmin() {
        return new Admin(link, routes, offsets, new RemoteCatalog(link, routes), new RemoteLookup(link, routes));
    }

    Sender newSender(SendConfig config) {
        return new Sender(link, routes, config, routeConfig.freshQueues(), keys);
    }

    Sender newRetrySender() {
        return newSender(SendConfig.of(INNER_PRODUCER));
    }

    @Override
    public void close() {
        resources.close();
    }
}
