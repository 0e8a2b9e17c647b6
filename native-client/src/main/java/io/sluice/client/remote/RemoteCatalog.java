package io.sluice.client.remote;

import io.sluice.client.link.ClusterLink;
import io.sluice.client.route.BrokerAddresses;
import io.sluice.client.route.RouteCache;
import io.sluice.client.route.TopicRoute;
import io.sluice.model.IllegalNameException;
import io.sluice.model.TopicName;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.TopicCatalog;
import io.sluice.wire.body.Body;
import io.sluice.wire.body.TopicConfig;
import io.sluice.wire.body.TopicList;
import io.sluice.wire.command.NoFields;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.RouteCommands.DeleteTopicInNameServer;
import io.sluice.wire.command.TopicCommands.DeleteTopic;
import io.sluice.wire.command.TopicCommands.PutTopic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Topics of a cluster. Settings are per broker: a topic of 4 queues has 4 on every primary. What was put or deleted is
 * visible at the name server that this client asks before the stage completes.
 */
public final class RemoteCatalog implements TopicCatalog {
    private static final Logger log = LoggerFactory.getLogger(RemoteCatalog.class);
    private static final Duration VISIBLE_PATIENCE = Duration.ofSeconds(5);
    private static final int DESCRIBED_AT_ONCE = 64;

    private final ClusterLink link;
    private final RouteCache routes;

    public RemoteCatalog(ClusterLink link, RouteCache routes) {
        this.link = link;
        this.routes = routes;
    }

    @Override
    public CompletionStage<Optional<TopicDescription>> describe(TopicName topic) {
        return routes.recent(topic).thenApply(route -> route.map(RemoteCatalog::description));
    }

    private static TopicDescription description(TopicRoute route) {
        int writeQueues = 0;
        int readQueues = 0;
        boolean readable = false;
        boolean writable = false;
        for (TopicRoute.Share share : route.shares()) {
            writeQueues = Math.max(writeQueues, share.writeQueues());
            readQueues = Math.max(readQueues, share.readQueues());
            readable |= share.canRead();
            writable |= share.canWrite();
        }
        return new TopicDescription(
                route.topic(),
                new TopicSettings(writeQueues, readQueues, readable, writable),
                route.readable(),
                route.writable());
    }

    @Override
    public CompletionStage<List<TopicDescription>> list() {
        return link.askNameServer("list of topics", RequestCode.GET_ALL_TOPIC_LIST_FROM_NAMESERVER, new NoFields())
                .thenCombine(routes.cluster(), (answer, brokers) -> {
                    SystemNames system = new SystemNames(brokers);
                    return Body.of(TopicList.class, answer).topicList().stream()
                            .map(RemoteCatalog::nameOrNull)
                            .filter(Objects::nonNull)
                            .filter(system::isOfApplications)
                            .sorted()
                            .toList();
                })
                .thenCompose(names -> describeEach(names.iterator(), new ArrayList<>()));
    }

    /** A name that other programs allow and Sluice does not is left out. */
    private static TopicName nameOrNull(String name) {
        try {
            return new TopicName(name);
        } catch (IllegalNameException foreign) {
            log.debug("a topic is left out of the list: {}", foreign.getMessage());
            return null;
        }
    }

    /** A few at a time, so that a long list is no burden for the name server. */
    private CompletionStage<List<TopicDescription>> describeEach(
            Iterator<TopicName> names, List<TopicDescription> described) {
        List<CompletableFuture<Optional<TopicDescription>>> asked = new ArrayList<>();
        while (names.hasNext() && asked.size() < DESCRIBED_AT_ONCE) {
            asked.add(describe(names.next()).toCompletableFuture());
        }
        if (asked.isEmpty()) {
            return CompletableFuture.completedFuture(described);
        }
        return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new)).thenCompose(all -> {
            asked.forEach(answer -> answer.join().ifPresent(described::add));
            return describeEach(names, described);
        });
    }

    @Override
    public CompletionStage<TopicDescription> put(TopicName topic, TopicSettings settings) {
        int max = TopicSettings.QUEUES_MAX;
        if (Math.min(settings.readQueues(), settings.writeQueues()) < 1
                || Math.max(settings.readQueues(), settings.writeQueues()) > max) {
            return refused("topic %s cannot have %d queues to write and %d to read; each must be 1..%d"
                    .formatted(topic, settings.writeQueues(), settings.readQueues(), max));
        }
        return routes.cluster().thenCompose(brokers -> {
            if (new SystemNames(brokers).isSystem(topic)) {
                return refused("%s is a topic of the brokers themselves; choose another name".formatted(topic));
            }
            List<BrokerAddresses> primaries = brokers.stream()
                    .filter(broker -> broker.primary().isPresent())
                    .sorted(Comparator.comparing(BrokerAddresses::brokerName))
                    .toList();
            if (primaries.isEmpty()) {
                return CompletableFuture.failedFuture(new RefusedException(
                        Refusal.UNAVAILABLE, "topic %s not created: no broker is there".formatted(topic)));
            }
            return putAtEach(topic, settings, primaries).thenCompose(done -> visible(topic, settings, primaries));
        });
    }

    private static <T> CompletionStage<T> refused(String message) {
        return CompletableFuture.failedFuture(new RefusedException(Refusal.ILLEGAL_ARGUMENT, message));
    }

    private CompletionStage<Void> putAtEach(TopicName topic, TopicSettings settings, List<BrokerAddresses> primaries) {
        PutTopic command = new PutTopic(
                topic.value(),
                RouteCache.TEMPLATE.value(),
                settings.readQueues(),
                settings.writeQueues(),
                (settings.readable() ? TopicConfig.PERM_READ : 0) | (settings.writable() ? TopicConfig.PERM_WRITE : 0),
                TopicConfig.SINGLE_TAG,
                0,
                false,
                "",
                false);
        return CompletableFuture.allOf(primaries.stream()
                .map(broker -> link.ask(
                                "creating topic " + topic,
                                broker.primary().orElseThrow(),
                                RequestCode.UPDATE_AND_CREATE_TOPIC,
                                command)
                        .toCompletableFuture())
                .toArray(CompletableFuture[]::new));
    }

    private CompletionStage<TopicDescription> visible(
            TopicName topic, TopicSettings settings, List<BrokerAddresses> primaries) {
        Set<String> names = primaries.stream().map(BrokerAddresses::brokerName).collect(Collectors.toSet());
        return routes.await(topic, route -> shows(route, settings, names), VISIBLE_PATIENCE)
                .thenApply(route -> {
                    if (!shows(route, settings, names)) {
                        throw new RefusedException(
                                Refusal.UNAVAILABLE,
                                "topic %s was created, but the name server does not show it after %d ms; ask again"
                                        .formatted(topic, VISIBLE_PATIENCE.toMillis()));
                    }
                    return description(route.orElseThrow());
                });
    }

    private static boolean shows(Optional<TopicRoute> route, TopicSettings settings, Set<String> brokerNames) {
        return route.isPresent()
                && brokerNames.stream().allMatch(name -> route.get()
                        .share(name)
                        .filter(share -> share.readQueues() == settings.readQueues()
                                && share.writeQueues() == settings.writeQueues()
                                && share.canRead() == settings.readable()
                                && share.canWrite() == settings.writable())
                        .isPresent());
    }

    @Override
    public CompletionStage<Boolean> delete(TopicName topic) {
        return routes.refresh(topic)
                .thenCompose(found -> found.isEmpty()
                        ? CompletableFuture.completedFuture(false)
                        : deleteAtEach(topic, found.get().primaries())
                                .thenCompose(done -> link.askEveryNameServer(
                                        "deleting topic " + topic,
                                        RequestCode.DELETE_TOPIC_IN_NAMESRV,
                                        new DeleteTopicInNameServer(topic.value(), "")))
                                .thenCompose(done -> {
                                    // Otherwise the route would be kept for a while.
                                    routes.forget(topic);
                                    return routes.await(topic, Optional::isEmpty, VISIBLE_PATIENCE);
                                })
                                .thenApply(gone -> true));
    }

    private CompletionStage<Void> deleteAtEach(TopicName topic, List<String> addresses) {
        return CompletableFuture.allOf(addresses.stream()
                .map(address -> link.ask(
                                "deleting topic " + topic,
                                address,
                                RequestCode.DELETE_TOPIC_IN_BROKER,
                                new DeleteTopic(topic.value()))
                        .toCompletableFuture())
                .toArray(CompletableFuture[]::new));
    }
}
