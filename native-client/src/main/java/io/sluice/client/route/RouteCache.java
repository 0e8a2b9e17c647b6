package io.sluice.client.route;

import io.sluice.client.link.ClientClock;
import io.sluice.client.link.ClusterLink;
import io.sluice.client.link.Listening;
import io.sluice.client.link.Refusals;
import io.sluice.model.TopicName;
import io.sluice.wire.body.Body;
import io.sluice.wire.body.BrokerData;
import io.sluice.wire.body.ClusterInfo;
import io.sluice.wire.body.TopicConfig;
import io.sluice.wire.body.TopicRouteData;
import io.sluice.wire.command.NoFields;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.command.RouteCommands.GetRoute;
import io.sluice.wire.frame.Frame;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The routes that a client knows; any thread. Whoever asks for an unknown route at the same time shares one question, and
 * is answered in the order of asking, before anybody who asks later: sends of one thread keep their order through it.
 *
 * <p>Holds up to 10 000 topics; beyond that, some that were not used for long are forgotten.
 */
public final class RouteCache implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RouteCache.class);
    private static final int TOPICS_MAX = 10_000;

    /** The topic after whose settings brokers create topics that are sent to. */
    public static final TopicName TEMPLATE = new TopicName("TBW102");

    private static final long FORGET_NANOS = TimeUnit.MINUTES.toNanos(5);
    private static final long SUSPECT_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** A name server that was started anew knows nothing until brokers have registered, which they do every 30 s at the latest. */
    private static final long MISSING_NANOS = TimeUnit.SECONDS.toNanos(35);

    private static final Duration CREATION_PATIENCE = Duration.ofSeconds(5);
    private static final Duration FIRST_POLL = Duration.ofMillis(10);
    private static final Duration LONGEST_POLL = Duration.ofMillis(200);
    private static final int EVICTION_SAMPLE = 64;
    /** Beyond that, last addresses are learned anew. */
    private static final int BROKERS_MAX = 4096;

    private final ClusterLink link;
    private final RouteConfig config;
    private final int topicsMax;
    private final ConcurrentMap<TopicName, Entry> entries = new ConcurrentHashMap<>();
    /** Where the primaries of brokers were when a route or the list of brokers named them last. */
    private final ConcurrentMap<String, String> lastPrimaries = new ConcurrentHashMap<>();

    private final List<Consumer<TopicName>> listeners = new CopyOnWriteArrayList<>();
    private final ClientClock.Planned refreshing;

    /** What is known of one topic. */
    private static final class Entry {
        /** The route as last told; {@code null} while unknown. */
        private volatile TopicRoute route;
        /** What a topic that is about to be created will look like; {@code null} once it has a route of its own. */
        private volatile TopicRoute provisional;

        private volatile long usedAtNanos = System.nanoTime();
        private volatile long askedAtNanos = System.nanoTime();
        /** Since when name servers say that there is no such topic, although there was; 0 while they do not. */
        private volatile long missingSinceNanos;
        /** Whether a broker has said so, too. */
        private volatile boolean denied;
        /** Completes when a topic that a send created has become visible. */
        private volatile CompletableFuture<Void> creation = CompletableFuture.completedFuture(null);
        /** Brokers where a message was stored meanwhile. */
        private final Set<String> storedMeanwhile = ConcurrentHashMap.newKeySet();
        /** Whether a broker that has the topic since a moment ago is looked for in the route. */
        private final AtomicBoolean growing = new AtomicBoolean();
        /** Whoever waits for the first answer. Guarded by the entry, like {@link #asking}. */
        private final Queue<CompletableFuture<Optional<TopicRoute>>> waiting = new ArrayDeque<>();

        private boolean asking;
    }

    public RouteCache(ClusterLink link, RouteConfig config) {
        this(link, config, TOPICS_MAX);
    }

    RouteCache(ClusterLink link, RouteConfig config, int topicsMax) {
        this.link = link;
        this.config = config;
        this.topicsMax = topicsMax;
        this.refreshing = link.clock().every(config.refresh(), config.refresh(), this::refreshAll);
    }

    /** The route if it is known now. */
    public Optional<TopicRoute> known(TopicName topic) {
        Entry entry = entries.get(topic);
        if (entry == null) {
            return Optional.empty();
        }
        entry.usedAtNanos = System.nanoTime();
        return Optional.ofNullable(entry.route);
    }

    /** The route, asked for if need be; empty when there is no such topic. Fails when no name server answers. */
    public CompletionStage<Optional<TopicRoute>> find(TopicName topic) {
        Entry entry = entryOf(topic);
        CompletableFuture<Void> creation = entry.creation;
        return creation.isDone() ? lookUp(topic, entry) : creation.thenCompose(visible -> lookUp(topic, entry));
    }

    /**
     * The route by which to send: the topic's own, or, when it has none, what it will look like when a broker creates it.
     * Empty when there is no such topic and no broker creates topics.
     */
    public CompletionStage<Optional<TopicRoute>> forSending(TopicName topic) {
        Entry entry = entryOf(topic);
        TopicRoute usable = entry.route != null ? entry.route : entry.provisional;
        if (usable != null) {
            return CompletableFuture.completedFuture(Optional.of(usable));
        }
        return lookUp(topic, entry)
                .thenCompose(found -> found.isPresent()
                        ? CompletableFuture.completedFuture(found)
                        : lookUp(TEMPLATE, entryOf(TEMPLATE)).thenApply(template -> {
                            Optional<TopicRoute> provisional =
                                    template.map(route -> route.asTemplateFor(topic, config.freshQueues()));
                            provisional.ifPresent(route -> entryOf(topic).provisional = route);
                            return provisional;
                        }));
    }

    /**
     * A message was stored in the topic at this broker: a route that has not shown that yet will do so soon, and whoever asks
     * for a topic without any route waits for it.
     */
    public void storedIn(TopicName topic, String brokerName) {
        Entry entry = entries.get(topic);
        if (entry == null) {
            return;
        }
        TopicRoute route = entry.route;
        if (route != null) {
            if (!route.brokers().containsKey(brokerName) && entry.growing.compareAndSet(false, true)) {
                await(
                                topic,
                                found -> found.isPresent()
                                        && found.get().brokers().containsKey(brokerName),
                                CREATION_PATIENCE)
                        .whenComplete((visible, failure) -> entry.growing.set(false));
            }
            return;
        }
        if (entry.provisional == null) {
            return;
        }
        CompletableFuture<Void> creation = new CompletableFuture<>();
        synchronized (entry) {
            if (!entry.creation.isDone()) {
                if (entry.storedMeanwhile.add(brokerName)) {
                    entry.creation.thenRun(() -> {
                        entry.storedMeanwhile.remove(brokerName);
                        storedIn(topic, brokerName);
                    });
                }
                return;
            }
            entry.creation = creation;
        }
        await(topic, Optional::isPresent, CREATION_PATIENCE).whenComplete((visible, failure) -> {
            entry.provisional = null;
            creation.complete(null);
        });
    }

    /**
     * Asks a name server again; the answer is kept. One that does not know a topic whose route is known is not believed at once:
     * it may have been started anew. The route stays until that was said for 35 s, or a broker says so, too.
     */
    public CompletionStage<Optional<TopicRoute>> refresh(TopicName topic) {
        return ask(topic, entryOf(topic));
    }

    /** The route as a name server tells it now, or has told it within the last second. */
    public CompletionStage<Optional<TopicRoute>> recent(TopicName topic) {
        Entry entry = entryOf(topic);
        boolean young = System.nanoTime() - entry.askedAtNanos < SUSPECT_NANOS;
        return entry.route != null && !young && entry.creation.isDone() ? refresh(topic) : find(topic);
    }

    /** A broker of the route says that there is no such topic: asks again soon, and believes a name server that says so. */
    public void denied(TopicName topic) {
        Entry entry = entries.get(topic);
        if (entry != null) {
            entry.denied = true;
            suspect(topic);
        }
    }

    /** The route may be wrong: asks again soon, unless that was done within the last second. */
    public void suspect(TopicName topic) {
        Entry entry = entries.get(topic);
        if (entry != null && System.nanoTime() - entry.askedAtNanos > SUSPECT_NANOS) {
            entry.provisional = null;
            ask(topic, entry).exceptionally(failure -> {
                log.debug("route of {} cannot be asked: {}", topic, failure.toString());
                return Optional.empty();
            });
        }
    }

    /**
     * Asks again and again until the answer is as hoped for; fails with what the last question failed with, or completes
     * with an answer that is not as hoped for, when the patience is over.
     */
    public CompletionStage<Optional<TopicRoute>> await(
            TopicName topic, Predicate<Optional<TopicRoute>> hopedFor, Duration patience) {
        CompletableFuture<Optional<TopicRoute>> reached = new CompletableFuture<>();
        poll(topic, hopedFor, System.nanoTime() + patience.toNanos(), FIRST_POLL, reached);
        return reached;
    }

    private void poll(
            TopicName topic,
            Predicate<Optional<TopicRoute>> hopedFor,
            long deadlineNanos,
            Duration pause,
            CompletableFuture<Optional<TopicRoute>> reached) {
        refresh(topic).whenComplete((found, failure) -> {
            boolean over = link.isClosed() || System.nanoTime() - deadlineNanos >= 0;
            if (failure == null && (over || hopedFor.test(found))) {
                reached.complete(found);
            } else if (over) {
                reached.completeExceptionally(ClusterLink.causeOf(failure));
            } else {
                Duration next =
                        pause.multipliedBy(2).compareTo(LONGEST_POLL) < 0 ? pause.multipliedBy(2) : LONGEST_POLL;
                link.clock().after(pause, () -> poll(topic, hopedFor, deadlineNanos, next, reached));
            }
        });
    }

    /** Forgets the topic; whoever waits for its route is still answered. */
    public void forget(TopicName topic) {
        entries.remove(topic);
    }

    /** Every broker of the routes known, by name. */
    public Map<String, BrokerAddresses> brokers() {
        Map<String, BrokerAddresses> brokers = new HashMap<>();
        for (Entry entry : entries.values()) {
            TopicRoute route = entry.route;
            if (route != null) {
                brokers.putAll(route.brokers());
            }
        }
        return brokers;
    }

    /** Address of the primary of that name, from any route known. */
    public Optional<String> primary(String brokerName) {
        for (Entry entry : entries.values()) {
            TopicRoute route = entry.route;
            if (route != null && route.brokers().containsKey(brokerName)) {
                return route.primary(brokerName);
            }
        }
        return Optional.empty();
    }

    /**
     * As {@link #primary}; and when no route names the broker any more, where it was last: for what is to be ended at a broker that
     * is about to go, or that a name server which was started anew does not know yet.
     */
    public Optional<String> lastPrimary(String brokerName) {
        Optional<String> present = primary(brokerName);
        return present.isPresent() ? present : Optional.ofNullable(lastPrimaries.get(brokerName));
    }

    private void remember(Collection<BrokerAddresses> brokers) {
        if (lastPrimaries.size() >= BROKERS_MAX) {
            lastPrimaries.clear();
        }
        brokers.forEach(
                broker -> broker.primary().ifPresent(address -> lastPrimaries.put(broker.brokerName(), address)));
    }

    /** All brokers of all clusters, never from the cache. */
    public CompletionStage<List<BrokerAddresses>> cluster() {
        return clusterInfo().thenApply(RouteCache::listed);
    }

    /**
     * The primaries of all brokers that name servers list, by name, and of those that were listed before, there or here, and are away,
     * where they were last; none where that is not known. For what only the right broker can tell. Never from the cache.
     */
    public CompletionStage<SortedMap<String, Optional<String>>> withThoseAway() {
        return clusterInfo().thenApply(info -> {
            SortedMap<String, Optional<String>> all = new TreeMap<>();
            info.awayBrokers().forEach(name -> all.put(name, Optional.empty()));
            listed(info).forEach(broker -> all.put(broker.brokerName(), Optional.empty()));
            lastPrimaries.forEach((name, address) -> all.put(name, Optional.of(address)));
            return all;
        });
    }

    private CompletionStage<ClusterInfo> clusterInfo() {
        return link.askNameServer("the list of brokers", RequestCode.GET_BROKER_CLUSTER_INFO, new NoFields())
                .thenApply(answer -> {
                    ClusterInfo info = Body.of(ClusterInfo.class, answer);
                    remember(listed(info));
                    return info;
                });
    }

    private static List<BrokerAddresses> listed(ClusterInfo info) {
        return info.brokerAddrTable().values().stream()
                .map(RouteCache::addresses)
                .sorted(Comparator.comparing(BrokerAddresses::brokerName))
                .toList();
    }

    /** Runs with the topic, on any thread, after its route became known or changed. */
    public Listening onChange(Consumer<TopicName> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    private Entry entryOf(TopicName topic) {
        Entry entry = entries.get(topic);
        if (entry == null) {
            makeRoom();
            entry = entries.computeIfAbsent(topic, fresh -> new Entry());
        }
        entry.usedAtNanos = System.nanoTime();
        return entry;
    }

    private void makeRoom() {
        if (entries.size() < topicsMax) {
            return;
        }
        long now = System.nanoTime();
        Iterator<Map.Entry<TopicName, Entry>> sample = entries.entrySet().iterator();
        Map.Entry<TopicName, Entry> oldest = null;
        for (int i = 0; i < EVICTION_SAMPLE && sample.hasNext(); i++) {
            Map.Entry<TopicName, Entry> candidate = sample.next();
            if (oldest == null || now - candidate.getValue().usedAtNanos > now - oldest.getValue().usedAtNanos) {
                oldest = candidate;
            }
        }
        if (oldest != null) {
            entries.remove(oldest.getKey(), oldest.getValue());
        }
    }

    private CompletionStage<Optional<TopicRoute>> lookUp(TopicName topic, Entry entry) {
        CompletableFuture<Optional<TopicRoute>> answer = new CompletableFuture<>();
        synchronized (entry) {
            if (entry.route != null) {
                return CompletableFuture.completedFuture(Optional.of(entry.route));
            }
            entry.waiting.add(answer);
            if (entry.asking) {
                return answer;
            }
            entry.asking = true;
        }
        question(topic, entry).whenComplete((found, failure) -> {
            if (failure == null && found.isEmpty() && entry.provisional == null) {
                entries.remove(topic, entry);
            }
            answerWaiting(entry, found, failure);
        });
        return answer;
    }

    private void answerWaiting(Entry entry, Optional<TopicRoute> found, Throwable failure) {
        if (failure == null && found.isPresent()) {
            remember(found.get().brokers().values());
            answerWithRoute(entry, found);
            tell(found.get().topic());
        } else {
            List<CompletableFuture<Optional<TopicRoute>>> waiting;
            synchronized (entry) {
                // Whoever asks from now on asks anew.
                waiting = List.copyOf(entry.waiting);
                entry.waiting.clear();
                entry.asking = false;
            }
            waiting.forEach(next -> {
                if (failure == null) {
                    next.complete(Optional.empty());
                } else {
                    next.completeExceptionally(ClusterLink.causeOf(failure));
                }
            });
        }
    }

    /** The route is published when nobody waits any more, so that nobody who asks now overtakes one who asked before. */
    private static void answerWithRoute(Entry entry, Optional<TopicRoute> found) {
        while (true) {
            CompletableFuture<Optional<TopicRoute>> next;
            synchronized (entry) {
                next = entry.waiting.poll();
                if (next == null) {
                    entry.asking = false;
                    entry.route = found.orElseThrow();
                    return;
                }
            }
            next.complete(found);
        }
    }

    private CompletionStage<Optional<TopicRoute>> ask(TopicName topic, Entry entry) {
        return question(topic, entry).thenApply(found -> {
            TopicRoute before;
            synchronized (entry) {
                before = entry.route;
                if (found.isEmpty() && before != null && !isBelieved(entry)) {
                    log.debug("a name server does not know topic {}; its route is kept for a while", topic);
                    return found;
                }
                entry.missingSinceNanos = 0;
                entry.denied = false;
                entry.route = found.orElse(null);
            }
            found.ifPresent(route -> remember(route.brokers().values()));
            if (found.isEmpty() && entry.provisional == null) {
                entries.remove(topic, entry);
            }
            if (!found.equals(Optional.ofNullable(before))) {
                log.debug(
                        "route of {} changed: {}",
                        topic,
                        found.isPresent() ? found.get().shares() : "gone");
                tell(topic);
            }
            return found;
        });
    }

    /** Under the lock of the entry: whether a topic that was there is gone since a name server says so. */
    private static boolean isBelieved(Entry entry) {
        long now = System.nanoTime();
        if (entry.missingSinceNanos == 0) {
            entry.missingSinceNanos = now | 1;
        }
        return entry.denied || now - entry.missingSinceNanos > MISSING_NANOS;
    }

    private void tell(TopicName topic) {
        listeners.forEach(listener -> listener.accept(topic));
    }

    private CompletionStage<Optional<TopicRoute>> question(TopicName topic, Entry entry) {
        entry.askedAtNanos = System.nanoTime();
        return link.callNameServer(RequestCode.GET_ROUTEINFO_BY_TOPIC, new GetRoute(topic.value(), true))
                .handle((answer, failure) -> {
                    if (failure != null) {
                        throw ClusterLink.unavailable("route of topic " + topic, failure);
                    }
                    return routeIn(topic, answer);
                });
    }

    private static Optional<TopicRoute> routeIn(TopicName topic, Frame answer) {
        if (answer.code() == ResponseCode.TOPIC_NOT_EXIST) {
            return Optional.empty();
        }
        if (answer.code() != ResponseCode.SUCCESS) {
            throw Refusals.of("route of topic " + topic, "name server", answer);
        }
        TopicRouteData data = Body.of(TopicRouteData.class, answer);
        Map<String, BrokerAddresses> brokers = new HashMap<>();
        data.brokerDatas().forEach(broker -> brokers.put(broker.brokerName(), addresses(broker)));
        return Optional.of(TopicRoute.of(topic, shares(data), brokers));
    }

    /** An ordered topic's own list of brokers and numbers of queues replaces what the brokers registered. */
    private static List<TopicRoute.Share> shares(TopicRouteData data) {
        Map<String, Integer> ordered = OrderedTopic.parse(data.orderTopicConf());
        List<TopicRoute.Share> shares = new ArrayList<>();
        data.queueDatas()
                .forEach(queue -> shares.add(new TopicRoute.Share(
                        queue.brokerName(),
                        queue.readQueueNums(),
                        ordered.isEmpty() ? queue.writeQueueNums() : ordered.getOrDefault(queue.brokerName(), 0),
                        (queue.perm() & TopicConfig.PERM_READ) != 0,
                        (queue.perm() & TopicConfig.PERM_WRITE) != 0)));
        return shares;
    }

    private static BrokerAddresses addresses(BrokerData broker) {
        return new BrokerAddresses(broker.brokerName(), broker.cluster(), new TreeMap<>(broker.brokerAddrs()));
    }

    /** On the clock. Topics that nobody used for some minutes are forgotten, the others asked for again, one by one. */
    private void refreshAll() {
        long now = System.nanoTime();
        entries.entrySet()
                .removeIf(known -> now - known.getValue().usedAtNanos > FORGET_NANOS
                        && known.getValue().waiting.isEmpty());
        refreshNext(List.copyOf(entries.keySet()).iterator());
    }

    private void refreshNext(Iterator<TopicName> topics) {
        while (topics.hasNext()) {
            TopicName topic = topics.next();
            Entry entry = entries.get(topic);
            if (entry != null && entry.route != null && !link.isClosed()) {
                ask(topic, entry).whenComplete((found, failure) -> {
                    if (failure != null) {
                        log.info(
                                "route of {} stays as it was: {}",
                                topic,
                                ClusterLink.causeOf(failure).getMessage());
                    }
                    link.clock().execute(() -> refreshNext(topics));
                });
                return;
            }
        }
    }

    /** Topics whose route is known. */
    public Collection<TopicName> topics() {
        return List.copyOf(entries.keySet());
    }

    /** Stops refreshing; questions under way are answered as the link allows. */
    @Override
    public void close() {
        refreshing.cancel();
    }
}
