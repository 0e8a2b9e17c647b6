package io.sluice.client.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.client.link.ClusterLink;
import io.sluice.client.link.LinkConfig;
import io.sluice.client.script.ScriptedCluster;
import io.sluice.client.script.ScriptedServer;
import io.sluice.model.TopicName;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.wire.body.BrokerData;
import io.sluice.wire.body.QueueData;
import io.sluice.wire.body.TopicRouteData;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.frame.Frame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RouteCacheTest {
    private static final TopicName TOPIC = new TopicName("Orders");
    private static final int ROUTE = RequestCode.GET_ROUTEINFO_BY_TOPIC;

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    private <T extends AutoCloseable> T opened(T resource) {
        open.add(resource);
        return resource;
    }

    private RouteCache routes(Duration refresh, String... nameServers) {
        ClusterLink link = opened(ClusterLink.open(LinkConfig.of(List.of(nameServers), "client")));
        return opened(new RouteCache(link, new RouteConfig(refresh, 4)));
    }

    private RouteCache routes(ScriptedServer nameServer) {
        return routes(Duration.ofSeconds(30), nameServer.address());
    }

    private static <T> T result(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private static Frame routeOf(TopicRouteData data) {
        return ScriptedCluster.answer(data.toFrameBody());
    }

    private static QueueData share(String broker, int read, int write, int perm) {
        return new QueueData(broker, read, write, perm, 0);
    }

    @Test
    void queuesToSendToNeedWritePermissionAndAPrimaryQueuesToReadOnlyReadPermission() {
        ScriptedServer nameServer = opened(new ScriptedServer(ROUTE))
                .on(
                        ROUTE,
                        asked -> routeOf(new TopicRouteData(
                                List.of(
                                        share("c", 2, 2, 6),
                                        share("a", 1, 3, 6),
                                        share("b", 2, 2, 4),
                                        share("d", 1, 1, 2)),
                                List.of(
                                        new BrokerData("C", "a", Map.of(0L, "127.0.0.1:1", 1L, "127.0.0.1:2")),
                                        new BrokerData("C", "b", Map.of(0L, "127.0.0.1:3")),
                                        new BrokerData("C", "c", Map.of(1L, "127.0.0.1:4")),
                                        new BrokerData("C", "d", Map.of(0L, "127.0.0.1:5"))))));
        TopicRoute route = result(routes(nameServer).find(TOPIC)).orElseThrow();
        assertThat(route.writable())
                .extracting(Object::toString)
                .containsExactly("Orders@a/0", "Orders@a/1", "Orders@a/2", "Orders@d/0");
        assertThat(route.readable())
                .extracting(Object::toString)
                .containsExactly("Orders@a/0", "Orders@b/0", "Orders@b/1", "Orders@c/0", "Orders@c/1");
        assertThat(route.primaries()).containsExactly("127.0.0.1:1", "127.0.0.1:3", "127.0.0.1:5");
        assertThat(route.forReading("a", 1)).contains("127.0.0.1:2");
        assertThat(route.forReading("c", 0)).contains("127.0.0.1:4");
    }

    @Test
    void anOrderedTopicIsSentToTheBrokersItNames() {
        ScriptedServer nameServer = opened(new ScriptedServer(ROUTE))
                .on(
                        ROUTE,
                        asked -> routeOf(new TopicRouteData(
                                List.of(share("a", 8, 8, 6), share("b", 8, 8, 6)),
                                List.of(
                                        new BrokerData("C", "a", Map.of(0L, "127.0.0.1:1")),
                                        new BrokerData("C", "b", Map.of(0L, "127.0.0.1:2"))),
                                Map.of(),
                                "b:2")));
        assertThat(result(routes(nameServer).find(TOPIC)).orElseThrow().writable())
                .extracting(Object::toString)
                .containsExactly("Orders@b/0", "Orders@b/1");
    }

    @Test
    void whoeverAsksAtTheSameTimeSharesOneQuestionAndIsAnsweredInTheOrderOfAsking() {
        CompletableFuture<Frame> held = new CompletableFuture<>();
        ScriptedCluster cluster = opened(new ScriptedCluster("broker-a").topic("Orders", 2));
        cluster.nameServer().onAsync(ROUTE, asked -> held);
        RouteCache routes = routes(cluster.nameServer());
        List<Integer> answered = new CopyOnWriteArrayList<>();
        List<CompletableFuture<?>> asked = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            int number = i;
            asked.add(
                    routes.find(TOPIC).thenAccept(found -> answered.add(number)).toCompletableFuture());
        }
        held.complete(routeOf(new TopicRouteData(
                List.of(share("a", 1, 1, 6)), List.of(new BrokerData("C", "a", Map.of(0L, "127.0.0.1:1"))))));
        CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new)).join();
        assertThat(answered).isSorted().hasSize(20);
        assertThat(cluster.nameServer().heard(ROUTE)).hasSize(1);
    }

    @Test
    void aNameServerThatDoesNotKnowATopicAnyMoreIsNotBelievedUntilABrokerSaysSoToo() {
        ScriptedCluster cluster = opened(new ScriptedCluster("broker-a").topic("Orders", 1));
        RouteCache routes = routes(cluster.nameServer());
        assertThat(result(routes.find(TOPIC))).isPresent();

        cluster.forget("Orders");
        assertThat(result(routes.refresh(TOPIC))).as("what it says").isEmpty();
        assertThat(result(routes.find(TOPIC))).as("what counts").isPresent();
        assertThat(routes.primary("broker-a")).hasValue(cluster.broker().address());

        routes.denied(TOPIC);
        assertThat(result(routes.refresh(TOPIC))).isEmpty();
        assertThat(result(routes.find(TOPIC))).isEmpty();
        assertThat(routes.primary("broker-a")).isEmpty();
        assertThat(routes.lastPrimary("broker-a"))
                .as("for what is to be ended there")
                .isPresent();
    }

    @Test
    void anAbsentTopicIsAskedForAgainNextTime() {
        ScriptedCluster cluster = opened(new ScriptedCluster("broker-a"));
        RouteCache routes = routes(cluster.nameServer());
        assertThat(result(routes.find(TOPIC))).isEmpty();
        cluster.topic("Orders", 1);
        assertThat(result(routes.find(TOPIC))).isPresent();
        result(routes.find(TOPIC));
        assertThat(cluster.nameServer().heard(ROUTE)).hasSize(2);
    }

    @Test
    void routesInUseAreAskedForAgainAndAChangeIsTold() {
        ScriptedCluster cluster = opened(new ScriptedCluster("broker-a").topic("Orders", 1));
        RouteCache routes = routes(Duration.ofMillis(50), cluster.nameServer().address());
        List<TopicName> changed = new CopyOnWriteArrayList<>();
        result(routes.find(TOPIC));
        routes.onChange(changed::add);
        cluster.topic("Orders", 3);
        await().until(() ->
                routes.known(TOPIC).map(route -> route.readable().size() == 3).orElse(false));
        await().until(() -> changed.contains(TOPIC));
    }

    @Test
    void theNextNameServerIsAskedWhenOneDoesNotAnswer() {
        ScriptedCluster cluster = opened(new ScriptedCluster("broker-a").topic("Orders", 1));
        ScriptedServer dead = new ScriptedServer(ROUTE);
        dead.close();
        // The first one is chosen by chance, so several clients make it likely that the dead one was met.
        for (int i = 0; i < 8; i++) {
            RouteCache routes = routes(
                    Duration.ofSeconds(30), dead.address(), cluster.nameServer().address());
            assertThat(result(routes.find(TOPIC))).isPresent();
        }
    }

    @Test
    void withoutAnyNameServerTheQuestionFailsWithTheReason() {
        ScriptedServer dead = new ScriptedServer(ROUTE);
        dead.close();
        Throwable failure = routes(dead)
                .find(TOPIC)
                .toCompletableFuture()
                .handle((found, failed) -> failed)
                .join();
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        assertThat(cause).isInstanceOfSatisfying(RefusedException.class, refused -> assertThat(refused.reason())
                .isEqualTo(Refusal.UNAVAILABLE));
        assertThat(cause).hasMessageContaining("Orders").hasMessageContaining(dead.address());
    }

    @Test
    void whoeverAsksForATopicThatASendCreatedWaitsUntilItIsVisible() {
        ScriptedCluster cluster = opened(new ScriptedCluster("broker-a").topic("TBW102", 8));
        RouteCache routes = routes(cluster.nameServer());
        assertThat(result(routes.forSending(TOPIC)).orElseThrow().writable()).hasSize(4);
        routes.storedIn(TOPIC, "broker-a");
        CompletableFuture<Optional<TopicRoute>> waiting = routes.find(TOPIC).toCompletableFuture();
        await().until(() -> cluster.nameServer().heard(ROUTE).size() > 3);
        assertThat(waiting).isNotDone();
        cluster.topic("Orders", 4);
        assertThat(waiting.join()).isPresent();
    }

    @Test
    void aBrokerThatHasTheTopicSinceAMomentAgoIsShownSoon() {
        BrokerData a = new BrokerData("C", "a", Map.of(0L, "127.0.0.1:1"));
        BrokerData b = new BrokerData("C", "b", Map.of(0L, "127.0.0.1:2"));
        AtomicReference<TopicRouteData> told =
                new AtomicReference<>(new TopicRouteData(List.of(share("a", 1, 1, 6)), List.of(a)));
        ScriptedServer nameServer = opened(new ScriptedServer(ROUTE)).on(ROUTE, asked -> routeOf(told.get()));
        RouteCache routes = routes(nameServer);
        assertThat(result(routes.find(TOPIC)).orElseThrow().writable()).hasSize(1);
        await().until(() -> routes.known(TOPIC).isPresent());
        routes.storedIn(TOPIC, "a");
        assertThat(nameServer.heard(ROUTE)).hasSize(1);

        routes.storedIn(TOPIC, "b");
        await().until(() -> nameServer.heard(ROUTE).size() > 2);
        told.set(new TopicRouteData(List.of(share("a", 1, 1, 6), share("b", 1, 1, 6)), List.of(a, b)));

        await().until(() -> routes.known(TOPIC).orElseThrow().writable().size() == 2);
    }

    @Test
    void aBrokerThatStoresWhileTheTopicBecomesVisibleElsewhereIsShownSoonToo() {
        BrokerData a = new BrokerData("C", "a", Map.of(0L, "127.0.0.1:1"));
        BrokerData b = new BrokerData("C", "b", Map.of(0L, "127.0.0.1:2"));
        List<QueueData> shares = List.of(share("a", 1, 1, 6), share("b", 1, 1, 6));
        TopicRouteData both = new TopicRouteData(shares, List.of(a, b));
        AtomicReference<TopicRouteData> told = new AtomicReference<>();
        ScriptedServer nameServer = opened(new ScriptedServer(ROUTE)).on(ROUTE, asked -> {
            TopicRouteData route = asked.field("topic").equals("Orders") ? told.get() : both;
            return route == null ? Frame.answer(ResponseCode.TOPIC_NOT_EXIST, "none yet") : routeOf(route);
        });
        RouteCache routes = routes(nameServer);
        assertThat(result(routes.forSending(TOPIC))).isPresent();
        routes.storedIn(TOPIC, "a");
        routes.storedIn(TOPIC, "b");
        told.set(new TopicRouteData(shares.subList(0, 1), List.of(a)));
        assertThat(result(routes.find(TOPIC)).orElseThrow().writable()).hasSize(1);

        told.set(both);
        await().until(() -> routes.known(TOPIC).orElseThrow().writable().size() == 2);
    }

    @Test
    void theCacheIsBounded() {
        ScriptedCluster cluster = opened(new ScriptedCluster("broker-a"));
        cluster.nameServer()
                .on(
                        ROUTE,
                        asked -> routeOf(new TopicRouteData(
                                List.of(share("a", 1, 1, 6)),
                                List.of(new BrokerData("C", "a", Map.of(0L, "127.0.0.1:1"))))));
        ClusterLink link = opened(
                ClusterLink.open(LinkConfig.of(List.of(cluster.nameServer().address()), "client")));
        RouteCache routes = opened(new RouteCache(link, RouteConfig.DEFAULT, 50));
        for (int i = 0; i < 120; i++) {
            result(routes.find(new TopicName("t" + i)));
        }
        assertThat(routes.topics()).hasSizeBetween(40, 50);
    }
}
