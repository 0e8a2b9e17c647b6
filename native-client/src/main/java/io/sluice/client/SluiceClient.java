package io.sluice.client;

import io.sluice.client.admin.Admin;
import io.sluice.client.link.ClientIds;
import io.sluice.client.link.LinkConfig;
import io.sluice.client.route.RouteConfig;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One connection of an application to a cluster: producers and consumers made from it share its connections, routes and
 * heartbeats. Any thread. Costs two threads, one for all sockets and one for everything periodic.
 *
 * <pre>{@code
 * try (SluiceClient client = SluiceClient.connect("127.0.0.1:9876")) {
 *     Producer producer = client.producer("orders-out").start();
 *     producer.send(Message.of("Orders", "42"));
 * }
 * }</pre>
 */
public final class SluiceClient implements AutoCloseable {
    private final ClientCore core;
    /** What was made from this client and is not closed yet. */
    private final Set<AutoCloseable> open = ConcurrentHashMap.newKeySet();

    private SluiceClient(ClientCore core) {
        this.core = core;
    }

    /** @param nameServers {@code host:port}, several separated by {@code ;} or {@code ,} */
    public static SluiceClient connect(String nameServers) {
        return builder(nameServers).connect();
    }

    /** @param nameServers {@code host:port}, several separated by {@code ;} or {@code ,} */
    public static Builder builder(String nameServers) {
        return new Builder(nameServers);
    }

    /** How the client reaches its cluster. Confined to one thread; values are checked by {@link #connect}. */
    public static final class Builder {
        private final List<String> nameServers;
        private String clientId = ClientIds.next();
        private int ioThreads = 1;
        private Duration connectTimeout = LinkConfig.CONNECT_TIMEOUT;
        private Duration requestTimeout = LinkConfig.REQUEST_TIMEOUT;
        private Duration routeRefresh = RouteConfig.DEFAULT.refresh();
        private int freshTopicQueues = RouteConfig.DEFAULT.freshQueues();

        private Builder(String nameServers) {
            this.nameServers = Arrays.stream(nameServers.split("[;,]"))
                    .map(String::trim)
                    .filter(server -> !server.isEmpty())
                    .toList();
        }

        /** Names this client among the members of groups; must be unique on this machine. Default: a new one. */
        public Builder instanceName(String name) {
            clientId = ClientIds.withInstance(name);
            return this;
        }

        /** Event loops for all connections, 1..64. Default 1. */
        public Builder ioThreads(int threads) {
            ioThreads = threads;
            return this;
        }

        /** Default 3 s. */
        public Builder connectTimeout(Duration timeout) {
            connectTimeout = timeout;
            return this;
        }

        /** For answers other than to sends and waiting reads. Default 3 s. */
        public Builder requestTimeout(Duration timeout) {
            requestTimeout = timeout;
            return this;
        }

        /** How often routes in use are asked for again. Default 30 s. */
        public Builder routeRefresh(Duration period) {
            routeRefresh = period;
            return this;
        }

        /** Queues asked for when a send creates its topic. Default 4. */
        public Builder freshTopicQueues(int queues) {
            freshTopicQueues = queues;
            return this;
        }

        /**
         * Starts the client; no server need be there yet.
         *
         * @throws IllegalArgumentException when a setting is outside its range
         */
        public SluiceClient connect() {
            LinkConfig link = new LinkConfig(nameServers, clientId, ioThreads, connectTimeout, requestTimeout);
            return new SluiceClient(ClientCore.open(link, new RouteConfig(routeRefresh, freshTopicQueues)));
        }
    }

    /** Name servers, as they can be given to {@link #connect}. */
    public String nameServers() {
        return String.join(";", core.link().nameServers());
    }

    /** Names this client among the members of groups. */
    public String clientId() {
        return core.link().clientId();
    }

    /** @param group under which brokers see the producer */
    public Producer.Builder producer(String group) {
        return new Producer.Builder(this, core, group);
    }

    /** @param group whose members share the messages */
    public PushConsumer.Builder pushConsumer(String group) {
        return new PushConsumer.Builder(this, core, group);
    }

    /** @param group whose offsets are read and stored */
    public PullConsumer.Builder pullConsumer(String group) {
        return new PullConsumer.Builder(this, core, group);
    }

    /** @param group whose members compete for the messages */
    public LeaseConsumer.Builder leaseConsumer(String group, String topic) {
        return new LeaseConsumer.Builder(this, core, group, topic);
    }

    /** What operators ask of the cluster and change in it. */
    public Admin admin() {
        return core.newAdmin();
    }

    ClientCore core() {
        return core;
    }

    <T extends AutoCloseable> T adopt(T made) {
        open.add(made);
        return made;
    }

    void forget(AutoCloseable closed) {
        open.remove(closed);
    }

    /** Closes everything made from this client, then the connections; twice is harmless. Not on a thread of the client. */
    @Override
    public void close() {
        RuntimeException first = null;
        for (AutoCloseable made : List.copyOf(open)) {
            try {
                made.close();
            } catch (Exception failed) {
                RuntimeException unchecked =
                        failed instanceof RuntimeException known ? known : new IllegalStateException(failed);
                if (first == null) {
                    first = unchecked;
                } else {
                    first.addSuppressed(unchecked);
                }
            }
        }
        core.close();
        if (first != null) {
            throw first;
        }
    }
}
