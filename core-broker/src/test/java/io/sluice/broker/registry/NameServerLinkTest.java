package io.sluice.broker.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.transport.ConnectionLimits;
import io.sluice.transport.IoThreads;
import io.sluice.transport.RemotingClient;
import io.sluice.transport.RemotingServer;
import io.sluice.transport.RequestTable;
import io.sluice.wire.body.Body;
import io.sluice.wire.body.DataVersion;
import io.sluice.wire.body.RegisterBrokerBody;
import io.sluice.wire.body.TopicConfig;
import io.sluice.wire.body.TopicConfigTable;
import io.sluice.wire.command.CommandTable;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.RouteCommands.QueryDataVersionAnswer;
import io.sluice.wire.command.RouteCommands.RegisterBroker;
import io.sluice.wire.command.RouteCommands.UnregisterBroker;
import io.sluice.wire.frame.Frame;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NameServerLinkTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Registration WHO =
            new Registration("cluster", "broker-a", 0, "127.0.0.1:10911", "127.0.0.1:10912");

    private final IoThreads threads = IoThreads.start("test-io", 1);
    private final RemotingClient client = RemotingClient.open(threads, ConnectionLimits.DEFAULT, new RequestTable());
    private final List<FakeNameServer> servers = new ArrayList<>();
    private boolean unitsInDoubt;
    private final Map<String, TopicConfig> topics = new ConcurrentHashMap<>(Map.of("a", new TopicConfig("a", 1, 1, 6)));

    @AfterEach
    void close() {
        servers.forEach(FakeNameServer::close);
        client.close();
        threads.close();
    }

    @Test
    void everyNameServerLearnsWhoTheBrokerIsAndWhichTopicsItHas() throws IOException {
        FakeNameServer one = new FakeNameServer(0);
        FakeNameServer two = new FakeNameServer(0);
        NameServerLink link = link(one.address(), two.address());

        join(link.register());

        for (FakeNameServer server : List.of(one, two)) {
            assertThat(server.headers).singleElement().satisfies(header -> {
                assertThat(header.brokerName()).isEqualTo("broker-a");
                assertThat(header.clusterName()).isEqualTo("cluster");
                assertThat(header.brokerAddr()).isEqualTo("127.0.0.1:10911");
                assertThat(header.brokerId()).isZero();
            });
            assertThat(server.topics).containsExactly(List.of("a"));
        }
    }

    @Test
    void aNameServerThatIsAwayDoesNotHinderTheOthersAndIsToldWhenItIsBack() throws IOException {
        FakeNameServer up = new FakeNameServer(0);
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        NameServerLink link = link("127.0.0.1:" + port, up.address());
        join(link.register());
        assertThat(up.headers).hasSize(1);

        FakeNameServer back = new FakeNameServer(port);
        link.check();
        await().atMost(PATIENCE).until(() -> back.headers.size() == 1);
    }

    @Test
    void aNameServerThatDoesNotAnswerHoldsUpNobodyForLongerThanThePatience() throws IOException {
        FakeNameServer mute = new FakeNameServer(0);
        mute.hold = new CompletableFuture<>();
        FakeNameServer up = new FakeNameServer(0);
        NameServerLink link = new NameServerLink(
                client,
                List.of(mute.address(), up.address()),
                WHO,
                () -> new TopicConfigTable(Map.of(), version()),
                this::version,
                () -> false,
                Duration.ofMillis(50));
        join(link.register());
        await().atMost(PATIENCE).until(() -> up.headers.size() == 1);
        assertThat(mute.hold).isNotDone();
        mute.hold.complete(null);
    }

    @Test
    void aSignOfLifeNamesTheVersionAndTheTopicsOnlyWhereTheyAreNotKnown() throws IOException {
        FakeNameServer server = new FakeNameServer(0);
        NameServerLink link = link(server.address());
        join(link.register());
        link.check();
        await().atMost(PATIENCE).until(() -> server.questions.size() == 1);
        assertThat(server.questions).containsExactly(new DataVersion(0, 1, 1));
        assertThat(server.headers).as("registered once").hasSize(1);

        server.forgetful = true;
        await().atMost(PATIENCE).until(() -> {
            link.check();
            return server.headers.size() > 1;
        });

        server.forgetful = false;
        topics.put("b", new TopicConfig("b", 1, 1, 6));
        await().atMost(PATIENCE).until(() -> {
            link.check();
            return server.topics.contains(List.of("a", "b"));
        });
    }

    @Test
    void changesDuringARegistrationGoWithOneMoreAfterIt() throws IOException {
        FakeNameServer server = new FakeNameServer(0);
        server.hold = new CompletableFuture<>();
        NameServerLink link = link(server.address());
        CompletionStage<Void> first = link.register();
        await().atMost(PATIENCE).until(() -> server.headers.size() == 1);

        topics.put("b", new TopicConfig("b", 1, 1, 6));
        CompletionStage<Void> second = link.register();
        CompletionStage<Void> third = link.register();
        assertThat(first.toCompletableFuture()).isNotDone();
        server.hold.complete(null);

        join(second);
        join(third);
        assertThat(server.topics).containsExactly(List.of("a"), List.of("a", "b"));
    }

    @Test
    void aBrokerThatClosesSaysGoodbyeAndRegistersNoMore() throws IOException {
        FakeNameServer server = new FakeNameServer(0);
        NameServerLink link = link(server.address());
        join(link.register());
        link.close();
        link.close();
        join(link.register());
        assertThat(server.farewells)
                .containsExactly(new UnregisterBroker("broker-a", "127.0.0.1:10911", "cluster", 0, false));
        assertThat(server.headers).hasSize(1);
    }

    @Test
    void aBrokerThatGoesWithUnitsInDoubtSaysSo() throws IOException {
        FakeNameServer server = new FakeNameServer(0);
        NameServerLink link = link(server.address());
        unitsInDoubt = true;
        link.close();
        assertThat(server.farewells)
                .containsExactly(new UnregisterBroker("broker-a", "127.0.0.1:10911", "cluster", 0, true));
    }

    @Test
    void aBrokerWithoutNameServersRegistersNowhere() {
        NameServerLink link = link();
        join(link.register());
        link.close();
    }

    private NameServerLink link(String... addresses) {
        return new NameServerLink(
                client,
                List.of(addresses),
                WHO,
                () -> new TopicConfigTable(new TreeMap<>(topics), version()),
                this::version,
                () -> unitsInDoubt,
                PATIENCE);
    }

    private DataVersion version() {
        return new DataVersion(0, 1, topics.size());
    }

    private static void join(CompletionStage<Void> stage) {
        stage.toCompletableFuture()
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    /** Notes what it is told; answers at once, or when it is let. */
    private final class FakeNameServer {
        final List<RegisterBroker> headers = new CopyOnWriteArrayList<>();
        final List<List<String>> topics = new CopyOnWriteArrayList<>();
        final List<UnregisterBroker> farewells = new CopyOnWriteArrayList<>();
        final List<DataVersion> questions = new CopyOnWriteArrayList<>();
        volatile boolean forgetful;
        volatile CompletableFuture<Void> hold = CompletableFuture.completedFuture(null);
        private final RemotingServer server = RemotingServer.open(threads, ConnectionLimits.DEFAULT);
        private final int port;

        FakeNameServer(int port) throws IOException {
            RequestTable table = new RequestTable()
                    .on(RequestCode.REGISTER_BROKER, (request, peer) -> {
                        headers.add(CommandTable.STANDARD.read(request, RegisterBroker.class));
                        topics.add(List.copyOf(new TreeMap<>(Body.of(RegisterBrokerBody.class, request)
                                        .topicConfigSerializeWrapper()
                                        .topicConfigTable())
                                .keySet()));
                        return hold.thenApply(go -> Frame.answer(0, ""));
                    })
                    .on(RequestCode.QUERY_DATA_VERSION, (request, peer) -> {
                        questions.add(Body.of(DataVersion.class, request));
                        return CompletableFuture.completedFuture(
                                CommandTable.STANDARD.answer(new QueryDataVersionAnswer(forgetful)));
                    })
                    .on(RequestCode.UNREGISTER_BROKER, (request, peer) -> {
                        farewells.add(CommandTable.STANDARD.read(request, UnregisterBroker.class));
                        return CompletableFuture.completedFuture(Frame.answer(0, ""));
                    });
            this.port = server.listen("127.0.0.1", port, table).getPort();
            servers.add(this);
        }

        String address() {
            return "127.0.0.1:" + port;
        }

        void close() {
            server.close();
        }
    }
}
