package io.sluice.client.presence;

import io.sluice.client.link.ClientClock;
import io.sluice.client.link.ClusterLink;
import io.sluice.client.link.Listening;
import io.sluice.client.route.BrokerAddresses;
import io.sluice.client.route.RouteCache;
import io.sluice.wire.body.HeartbeatData;
import io.sluice.wire.body.HeartbeatData.ConsumerData;
import io.sluice.wire.body.HeartbeatData.ProducerData;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.SessionCommands.Heartbeat;
import io.sluice.wire.command.SessionCommands.UnregisterClient;
import io.sluice.wire.frame.Frame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps every broker of the routes in use informed of the groups of this client: at once when a group comes, every period,
 * and as soon as a broker whose connection ended can be reached again, since it has forgotten the groups. Any thread.
 */
public final class Heartbeats implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Heartbeats.class);
    public static final Duration PERIOD = Duration.ofSeconds(30);
    private static final Duration RETURN_CHECK = Duration.ofSeconds(1);

    private final ClusterLink link;
    private final RouteCache routes;
    /** A producer group may stand here several times, once for each of its producers. Guarded by itself. */
    private final List<Presence> groups = new ArrayList<>();
    /** How many groups have come so far; written under the lock of the groups. */
    private volatile int joins;

    private final Set<String> lost = ConcurrentHashMap.newKeySet();
    /** Brokers that know all groups there are now, by address. */
    private final Set<String> introduced = ConcurrentHashMap.newKeySet();

    private final List<Runnable> returnListeners = new CopyOnWriteArrayList<>();
    private final List<ClientClock.Planned> periodic = new ArrayList<>();

    public Heartbeats(ClusterLink link, RouteCache routes, Duration period) {
        this.link = link;
        this.routes = routes;
        link.onDisconnect(lost::add);
        link.onDisconnect(introduced::remove);
        periodic.add(link.clock().every(period, period, this::beat));
        periodic.add(link.clock().every(RETURN_CHECK, RETURN_CHECK, this::tellThoseWhoReturned));
    }

    /**
     * From now on brokers are told of the group.
     *
     * @throws IllegalStateException when the client has a consumer of the group already: members are told apart by client
     */
    public void join(Presence presence) {
        synchronized (groups) {
            boolean taken = presence instanceof Presence.OfConsumer
                    && groups.stream()
                            .anyMatch(other -> other instanceof Presence.OfConsumer
                                    && other.group().equals(presence.group()));
            if (taken) {
                throw new IllegalStateException(
                        "this client has a consumer of group %s already; make the second member from another client"
                                .formatted(presence.group()));
            }
            groups.add(presence);
            joins++;
            introduced.clear();
        }
    }

    /** Tells all brokers that the group leaves; completes when they have heard it, or could not be reached. */
    public CompletionStage<Void> leave(Presence presence) {
        synchronized (groups) {
            if (!groups.remove(presence) || groups.contains(presence)) {
                return CompletableFuture.completedFuture(null);
            }
        }
        boolean producer = presence instanceof Presence.OfProducer;
        UnregisterClient word = new UnregisterClient(
                link.clientId(),
                producer ? presence.group().value() : "",
                producer ? "" : presence.group().value());
        List<CompletableFuture<?>> told = new ArrayList<>();
        for (String address : addresses(!producer)) {
            told.add(link.ask("leaving group " + presence.group(), address, RequestCode.UNREGISTER_CLIENT, word)
                    .exceptionally(failure -> {
                        log.debug("broker does not hear that a group left: address={}", address, failure);
                        return null;
                    })
                    .toCompletableFuture());
        }
        return CompletableFuture.allOf(told.toArray(CompletableFuture[]::new));
    }

    /** Tells every broker of the routes in use; completes when each has answered or could not be reached. */
    public CompletionStage<Void> beat() {
        int joinsBefore = joins;
        HeartbeatData data = data();
        return beat(addresses(!data.consumerDataSet().isEmpty()), data, joinsBefore);
    }

    /** Tells those of these brokers that do not know all groups yet; completes when each has heard it, or cannot be reached. */
    public CompletionStage<Void> introduce(Collection<String> addresses) {
        if (introduced.containsAll(addresses)) {
            return CompletableFuture.completedFuture(null);
        }
        int joinsBefore = joins;
        return beat(addresses, data(), joinsBefore);
    }

    private CompletionStage<Void> beat(Collection<String> addresses, HeartbeatData data, int joinsBefore) {
        if (data.producerDataSet().isEmpty() && data.consumerDataSet().isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        List<CompletableFuture<?>> told = new ArrayList<>();
        for (String address : addresses) {
            told.add(beat(address, data, joinsBefore));
        }
        return CompletableFuture.allOf(told.toArray(CompletableFuture[]::new));
    }

    /** Runs, on any thread, when a broker that was away has been told of the groups again. */
    public Listening onReturn(Runnable listener) {
        returnListeners.add(listener);
        return () -> returnListeners.remove(listener);
    }

    /** Whether the broker answered. */
    private CompletableFuture<Boolean> beat(String address, HeartbeatData data, int joinsBefore) {
        Frame request = ClusterLink.request(RequestCode.HEART_BEAT, new Heartbeat(), data.toFrameBody());
        return link.ask("heartbeat", address, request, link.config().requestTimeout())
                .handle((answer, failure) -> {
                    if (failure != null) {
                        log.debug("heartbeat failed: address={} cause={}", address, failure.toString());
                    }
                    if (failure == null) {
                        introduced(address, joinsBefore);
                    }
                    return failure == null;
                })
                .toCompletableFuture();
    }

    /** A group that came meanwhile was not told of. */
    private void introduced(String address, int joinsBefore) {
        synchronized (groups) {
            if (joins == joinsBefore) {
                introduced.add(address);
            }
        }
    }

    /** Primaries; replicas too when somebody may read from them. */
    private Set<String> addresses(boolean withReplicas) {
        Set<String> addresses = new LinkedHashSet<>();
        for (BrokerAddresses broker : routes.brokers().values()) {
            if (withReplicas) {
                addresses.addAll(broker.addresses().values());
            } else {
                broker.primary().ifPresent(addresses::add);
            }
        }
        return addresses;
    }

    private HeartbeatData data() {
        Set<ProducerData> producers = new LinkedHashSet<>();
        Set<ConsumerData> consumers = new LinkedHashSet<>();
        synchronized (groups) {
            for (Presence group : groups) {
                if (group instanceof Presence.OfProducer producer) {
                    producers.add(producer.data());
                } else if (group instanceof Presence.OfConsumer consumer) {
                    consumers.add(consumer.data());
                }
            }
        }
        return new HeartbeatData(link.clientId(), producers, consumers, 0, false);
    }

    /** On the clock. Addresses that are no broker's any more are forgotten. */
    private void tellThoseWhoReturned() {
        if (lost.isEmpty()) {
            return;
        }
        Set<String> missing = new HashSet<>(lost);
        Set<String> brokers = addresses(true);
        lost.retainAll(brokers);
        missing.retainAll(brokers);
        int joinsBefore = joins;
        HeartbeatData data = data();
        if (data.producerDataSet().isEmpty() && data.consumerDataSet().isEmpty()) {
            lost.removeAll(missing);
            return;
        }
        for (String address : missing) {
            beat(address, data, joinsBefore).thenAccept(answered -> {
                if (answered && lost.remove(address)) {
                    returnListeners.forEach(Runnable::run);
                }
            });
        }
    }

    /** Stops telling; groups that are still there are forgotten by the brokers when the connections end. */
    @Override
    public void close() {
        periodic.forEach(ClientClock.Planned::cancel);
    }
}
