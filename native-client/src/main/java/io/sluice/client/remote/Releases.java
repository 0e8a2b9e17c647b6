package io.sluice.client.remote;

import io.sluice.client.link.ClusterLink;
import io.sluice.client.route.RouteCache;
import io.sluice.model.TopicName;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.UnitOfWork;
import io.sluice.wire.command.OffsetCommands.GetMaxOffset;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import io.sluice.wire.frame.ProtocolVersion;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;

/**
 * Which release each broker says it is of, and whether it is Sluice, for features that another one would not refuse but
 * misunderstand. A broker is asked once, before the feature is first used there: whoever needs to know meanwhile waits for the
 * same answer. Any thread.
 */
final class Releases {
    /** Where topics are made that do not exist. */
    private static final TopicName TEMPLATE = new TopicName("TBW102");
    /** Beyond that all are asked again. */
    private static final int KNOWN_MAX = 4096;

    private final ClusterLink link;
    private final RouteCache routes;
    private final Map<String, Integer> known = new ConcurrentHashMap<>();
    private final Set<String> knowUnits = ConcurrentHashMap.newKeySet();
    /** Questions under way, by address. */
    private final ConcurrentMap<String, CompletableFuture<Integer>> askedForRelease = new ConcurrentHashMap<>();

    private final ConcurrentMap<String, CompletableFuture<Void>> askedForUnits = new ConcurrentHashMap<>();

    Releases(ClusterLink link, RouteCache routes) {
        this.link = link;
        this.routes = routes;
    }

    /**
     * Completes when every broker of the topic is of this release or a newer one.
     *
     * <p>Fails with {@link Refusal#NOT_SUPPORTED} when one is older, and with {@link Refusal#UNAVAILABLE} when one that was
     * not asked before does not answer.
     *
     * @param feature in words: begins the sentence of a refusal
     */
    CompletionStage<Void> require(String feature, int version, TopicName topic) {
        return brokers(topic).thenCompose(addresses -> {
            CompletableFuture<?>[] checks = addresses.stream()
                    .map(address -> of(feature, address, topic)
                            .thenAccept(found -> check(feature, version, address, found))
                            .toCompletableFuture())
                    .toArray(CompletableFuture[]::new);
            return CompletableFuture.allOf(checks);
        });
    }

    /**
     * Completes when every broker of the topic knows units of work, and what rests on them; fails as {@link #require} does.
     *
     * @param feature in words: begins the sentence of a refusal
     */
    CompletionStage<Void> requireUnits(String feature, TopicName topic) {
        return brokers(topic).thenCompose(addresses -> {
            CompletableFuture<?>[] checks = addresses.stream()
                    .filter(address -> !knowUnits.contains(address))
                    .map(address -> shared(askedForUnits, address, () -> askForUnits(feature, address)))
                    .toArray(CompletableFuture[]::new);
            return CompletableFuture.allOf(checks);
        });
    }

    /** A unit of nothing: whoever knows units takes it, the others say that they do not know the request. */
    private CompletionStage<Void> askForUnits(String feature, String address) {
        Frame nothing = UnitForm.request(RequestCode.COMMIT_UNIT, new UnitOfWork("", List.of(), List.of()));
        return link.ask(feature, address, nothing, link.config().requestTimeout())
                .thenAccept(answer -> {
                    if (knowUnits.size() >= KNOWN_MAX) {
                        knowUnits.clear();
                    }
                    knowUnits.add(address);
                });
    }

    private CompletionStage<List<String>> brokers(TopicName topic) {
        return routes.find(topic)
                .thenCompose(
                        route -> route.isPresent() ? CompletableFuture.completedFuture(route) : routes.find(TEMPLATE))
                .thenApply(route -> route.map(found -> found.primaries()).orElse(List.of()));
    }

    private CompletionStage<Integer> of(String feature, String address, TopicName topic) {
        Integer version = known.get(address);
        return version != null
                ? CompletableFuture.completedFuture(version)
                : shared(askedForRelease, address, () -> ask(feature, address, topic));
    }

    /** The answer to the question that is under way to the address, asked now if none is. */
    private static <T> CompletableFuture<T> shared(
            ConcurrentMap<String, CompletableFuture<T>> underWay,
            String address,
            Supplier<CompletionStage<T>> question) {
        CompletableFuture<T> mine = new CompletableFuture<>();
        CompletableFuture<T> before = underWay.putIfAbsent(address, mine);
        if (before != null) {
            return before;
        }
        question.get().whenComplete((answer, failure) -> {
            underWay.remove(address, mine);
            if (failure == null) {
                mine.complete(answer);
            } else {
                mine.completeExceptionally(ClusterLink.causeOf(failure));
            }
        });
        return mine;
    }

    private CompletionStage<Integer> ask(String feature, String address, TopicName topic) {
        return link.call(
                        address,
                        ClusterLink.request(
                                RequestCode.GET_MAX_OFFSET, new GetMaxOffset(topic.value(), 0, true), FrameBody.NONE),
                        link.config().requestTimeout())
                .handle((answer, failure) -> {
                    if (failure != null) {
                        throw ClusterLink.unavailable(feature, failure);
                    }
                    answer.release();
                    if (known.size() >= KNOWN_MAX) {
                        known.clear();
                    }
                    known.put(address, answer.version());
                    return answer.version();
                });
    }

    private static void check(String feature, int version, String address, int found) {
        if (found < version) {
            throw new RefusedException(
                    Refusal.NOT_SUPPORTED,
                    "not supported by this cluster: %s (%s is of release %s; %s has it)"
                            .formatted(
                                    feature,
                                    address,
                                    ProtocolVersion.describe(found),
                                    ProtocolVersion.describe(version)));
        }
    }
}
