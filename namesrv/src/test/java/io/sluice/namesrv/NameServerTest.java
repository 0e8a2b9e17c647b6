package io.sluice.namesrv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.transport.ConnectionLimits;
import io.sluice.transport.IoThreads;
import io.sluice.transport.RemotingClient;
import io.sluice.transport.RequestTable;
import io.sluice.wire.body.Body;
import io.sluice.wire.body.BrokerData;
import io.sluice.wire.body.BrokerMemberGroupBody;
import io.sluice.wire.body.ClusterInfo;
import io.sluice.wire.body.DataVersion;
import io.sluice.wire.body.KvTable;
import io.sluice.wire.body.QueueData;
import io.sluice.wire.body.RegisterBrokerBody;
import io.sluice.wire.body.TopicConfig;
import io.sluice.wire.body.TopicConfigTable;
import io.sluice.wire.body.TopicList;
import io.sluice.wire.body.TopicRouteData;
import io.sluice.wire.command.CommandTable;
import io.sluice.wire.command.NoFields;
import io.sluice.wire.command.RefusedCodes;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.command.RouteCommands;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import io.sluice.wire.frame.Language;
import io.sluice.wire.frame.Serialization;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Conversations with a name server over sockets, as brokers, clients and tools have them. */
class NameServerTest {
    private static final CommandTable COMMANDS = CommandTable.STANDARD;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String BROKER_ADDRESS = "127.0.0.1:10911";
    private static final TopicConfigTable TOPICS = new TopicConfigTable(
            Map.of("T1", new TopicConfig("T1", 4, 8, 6), "TBW102", new TopicConfig("TBW102", 8, 8, 7)),
            new DataVersion(0, 1795223469961L, 5));

    private IoThreads threads;
    private NameServer nameServer;
    private RemotingClient broker;
    private RemotingClient client;
    private String address;

    @BeforeEach
    void open() throws IOException {
        NameServerConfig config =
                new NameServerConfig("127.0.0.1", 0, 1, Duration.ofSeconds(120), Duration.ofSeconds(5), true, false);
        nameServer = NameServer.open(config);
        nameServer.start();
        address = "127.0.0.1:" + nameServer.port();
        threads = IoThreads.start("test-io", 1);
        broker = RemotingClient.open(threads, ConnectionLimits.DEFAULT, new RequestTable());
        client = RemotingClient.open(threads, ConnectionLimits.DEFAULT, new RequestTable());
    }

    @AfterEach
    void close() {
        client.close();
        broker.close();
        nameServer.close();
        threads.close();
    }

    @Test
    void aClientFindsTheTopicsOfARegisteredBroker() {
        register();

        Frame answer = ask(route("T1"));

        assertThat(answer.code()).isZero();
        assertThat(Body.of(TopicRouteData.class, answer))
                .isEqualTo(new TopicRouteData(
                        List.of(new QueueData("broker-a", 4, 8, 6, 0)),
                        List.of(new BrokerData("DefaultCluster", "broker-a", Map.of(0L, BROKER_ADDRESS)))));
    }

    @Test
    void aRouteAmongTenThousandTopicsIsAsSmallAsAmongOne() {
        Map<String, TopicConfig> many = new HashMap<>();
        for (int i = 0; i < 10_000; i++) {
            many.put("topic-" + i, new TopicConfig("topic-" + i, 8, 8, 6));
        }
        TopicConfigTable topics = new TopicConfigTable(many, new DataVersion(0, 1, 1));
        Frame registered = call(broker, registration(0, false, 0, new RegisterBrokerBody(topics).toJson()));
        assertThat(registered.code()).as(registered.remark()).isZero();

        for (int i = 0; i < 10_000; i += 1000) {
            Frame answer = ask(route("topic-" + i));
            assertThat(answer.code()).isZero();
            assertThat(answer.body().length()).isLessThan(512);
        }
    }

    @Test
    void anUnknownTopicIsAnsweredWithSeventeen() {
        Frame answer = ask(route("T9"));

        assertThat(answer.code()).isEqualTo(ResponseCode.TOPIC_NOT_EXIST);
        assertThat(answer.remark()).contains("T9");
        assertThat(answer.body().length()).isZero();
    }

    @Test
    void newClientsGetStrictJsonAndOldOnesBareKeys() {
        register();

        assertThat(text(ask(asVersion(route("T1"), 401)))).contains("{\"0\":\"127.0.0.1:10911\"}");
        assertThat(text(ask(asVersion(route("T1"), 399)))).contains("{0:\"127.0.0.1:10911\"}");
        Frame oldButStrict = COMMANDS.request(105, new RouteCommands.GetRoute("T1", true));
        assertThat(text(ask(asVersion(oldButStrict, 399)))).contains("{\"0\":\"127.0.0.1:10911\"}");
    }

    @Test
    void aClientWithBinaryHeadersIsAnsweredInKind() {
        register();

        Frame answer = ask(route("T1").withSerialization(Serialization.ROCKETMQ));

        assertThat(answer.serialization()).isEqualTo(Serialization.ROCKETMQ);
        assertThat(Body.of(TopicRouteData.class, answer).queueDatas()).hasSize(1);
    }

    @Test
    void aRegistrationWithAWrongChecksumIsRefused() {
        Frame answer = call(broker, registration(0, false, 12345, new RegisterBrokerBody(TOPICS).toJson()));

        assertThat(answer.code()).isEqualTo(ResponseCode.SYSTEM_ERROR);
        assertThat(answer.remark()).isEqualTo("crc32 not match");
        assertThat(ask(route("T1")).code()).isEqualTo(ResponseCode.TOPIC_NOT_EXIST);
    }

    @Test
    void aDeflatedRegistrationWithItsChecksumIsTaken() {
        byte[] body = new RegisterBrokerBody(TOPICS).toDeflated();
        CRC32 crc = new CRC32();
        crc.update(body);

        Frame answer = call(broker, registration(0, true, (int) crc.getValue() & 0x7FFFFFFF, body));

        assertThat(answer.code()).isZero();
        assertThat(ask(route("T1")).code()).isZero();
    }

    @Test
    void aDeflatedRegistrationThatDoesNotSaySoIsTakenAsWell() {
        Frame answer = call(broker, registration(0, false, 0, new RegisterBrokerBody(TOPICS).toDeflated()));

        assertThat(answer.code()).isZero();
        assertThat(ask(route("T1")).code()).isZero();
    }

    @Test
    void aDamagedRegistrationIsAnsweredAndTheConnectionLives() {
        Frame answer = call(broker, registration(0, true, 0, new byte[] {0x78, 2, 3}));

        assertThat(answer.code()).isEqualTo(ResponseCode.SYSTEM_ERROR);
        assertThat(answer.remark()).contains("deflated register body");
        register();
    }

    @Test
    void aReplicaLearnsItsPrimaryFromTheAnswer() {
        register();

        Frame answer = call(broker, registration(1, false, 0, new RegisterBrokerBody(TOPICS).toJson()));

        assertThat(COMMANDS.readAnswer(answer, RouteCommands.RegisterBrokerAnswer.class))
                .isEqualTo(new RouteCommands.RegisterBrokerAnswer("127.0.0.1:10912", BROKER_ADDRESS));
    }

    @Test
    void aClosedConnectionTakesItsBrokerAlongAtOnce() {
        register();
        assertThat(ask(route("T1")).code()).isZero();

        broker.disconnect(address, "the broker dies");

        await().atMost(PATIENCE).until(() -> ask(route("T1")).code() == ResponseCode.TOPIC_NOT_EXIST);
    }

    @Test
    void aBrokerThatUnregistersIsGone() {
        register();

        unregister(false);

        assertThat(ask(route("T1")).code()).isEqualTo(ResponseCode.TOPIC_NOT_EXIST);
    }

    private void unregister(boolean unitsInDoubt) {
        Frame answer = call(
                broker,
                COMMANDS.request(
                        104,
                        new RouteCommands.UnregisterBroker(
                                "broker-a", BROKER_ADDRESS, "DefaultCluster", 0, unitsInDoubt)));
        assertThat(answer.code()).isZero();
    }

    @Test
    void aBrokerThatItHasNotHeardOfIsMissedUntilItUnregistersWithoutUnitsInDoubt() {
        unregister(true);
        assertThat(clusterInfo().awayBrokers()).containsExactly("broker-a");

        unregister(false);
        assertThat(clusterInfo().awayBrokers()).isEmpty();
    }

    private ClusterInfo clusterInfo() {
        return Body.of(ClusterInfo.class, ask(COMMANDS.request(106, new NoFields())));
    }

    @Test
    void aBrokerAsksWhetherItsTopicsAreKnown() {
        assertThat(isChanged(TOPICS.dataVersion())).isTrue();
        register();
        assertThat(isChanged(TOPICS.dataVersion())).isFalse();
        assertThat(isChanged(TOPICS.dataVersion().next(1795223469999L))).isTrue();
    }

    private boolean isChanged(DataVersion version) {
        Frame answer = call(
                broker,
                COMMANDS.request(
                        322,
                        new RouteCommands.QueryDataVersion("broker-a", BROKER_ADDRESS, "DefaultCluster", 0),
                        version.toFrameBody()));
        return COMMANDS.readAnswer(answer, RouteCommands.QueryDataVersionAnswer.class)
                .changed();
    }

    @Test
    void toolsSeeClustersTopicsAndMembers() {
        register();

        ClusterInfo info = clusterInfo();
        assertThat(info.clusterAddrTable()).isEqualTo(Map.of("DefaultCluster", Set.of("broker-a")));
        assertThat(info.brokerAddrTable().get("broker-a").brokerAddrs()).isEqualTo(Map.of(0L, BROKER_ADDRESS));
        assertThat(topics(COMMANDS.request(206, new NoFields())).topicList()).containsExactly("T1", "TBW102");
        assertThat(topics(COMMANDS.request(224, new RouteCommands.GetTopicsByCluster("DefaultCluster")))
                        .topicList())
                .containsExactly("T1", "TBW102");
        assertThat(topics(COMMANDS.request(304, new NoFields())))
                .isEqualTo(new TopicList(Set.of("DefaultCluster", "broker-a"), BROKER_ADDRESS));
        BrokerMemberGroupBody members = Body.of(
                BrokerMemberGroupBody.class,
                ask(COMMANDS.request(901, new RouteCommands.GetBrokerMemberGroup("DefaultCluster", "broker-a"))));
        assertThat(members.brokerMemberGroup().brokerAddrs()).isEqualTo(Map.of(0L, BROKER_ADDRESS));
    }

    private TopicList topics(Frame request) {
        return Body.of(TopicList.class, ask(request));
    }

    @Test
    void writePermIsWipedAndGivenBack() {
        register();

        Frame wiped = ask(COMMANDS.request(205, new RouteCommands.WipeWritePerm("broker-a")));
        assertThat(COMMANDS.readAnswer(wiped, RouteCommands.WipeWritePermAnswer.class)
                        .wipeTopicCount())
                .isEqualTo(2);
        assertThat(Body.of(TopicRouteData.class, ask(route("T1")))
                        .queueDatas()
                        .get(0)
                        .perm())
                .isEqualTo(4);

        Frame added = ask(COMMANDS.request(327, new RouteCommands.AddWritePerm("broker-a")));
        assertThat(COMMANDS.readAnswer(added, RouteCommands.AddWritePermAnswer.class)
                        .addTopicCount())
                .isEqualTo(2);
    }

    @Test
    void aTopicIsDeleted() {
        register();

        assertThat(ask(COMMANDS.request(216, new RouteCommands.DeleteTopicInNameServer("T1", "")))
                        .code())
                .isZero();
        assertThat(ask(route("T1")).code()).isEqualTo(ResponseCode.TOPIC_NOT_EXIST);
    }

    @Test
    void settingsAreKeptByNamespaceAndOrderedTopicsShowInTheRoute() {
        register();
        String order = "ORDER_TOPIC_CONFIG";
        assertThat(ask(COMMANDS.request(101, new RouteCommands.GetKv(order, "T1")))
                        .code())
                .isEqualTo(ResponseCode.QUERY_NOT_FOUND);
        assertThat(ask(COMMANDS.request(219, new RouteCommands.GetKvList(order)))
                        .code())
                .isEqualTo(ResponseCode.QUERY_NOT_FOUND);

        ask(COMMANDS.request(100, new RouteCommands.PutKv(order, "T1", "broker-a:4")));

        Frame value = ask(COMMANDS.request(101, new RouteCommands.GetKv(order, "T1")));
        assertThat(COMMANDS.readAnswer(value, RouteCommands.GetKvAnswer.class).value())
                .isEqualTo("broker-a:4");
        assertThat(Body.of(KvTable.class, ask(COMMANDS.request(219, new RouteCommands.GetKvList(order)))))
                .isEqualTo(new KvTable(Map.of("T1", "broker-a:4")));
        assertThat(Body.of(TopicRouteData.class, ask(route("T1"))).orderTopicConf())
                .isEqualTo("broker-a:4");
        assertThat(Body.of(KvTable.class, register()).table()).containsEntry("T1", "broker-a:4");

        ask(COMMANDS.request(102, new RouteCommands.DeleteKv(order, "T1")));
        assertThat(ask(COMMANDS.request(101, new RouteCommands.GetKv(order, "T1")))
                        .code())
                .isEqualTo(ResponseCode.QUERY_NOT_FOUND);
    }

    @Test
    void aSettingThatIsChangedCountsAtOnceAndIsShown() {
        register();
        String order = "ORDER_TOPIC_CONFIG";
        ask(COMMANDS.request(100, new RouteCommands.PutKv(order, "T1", "broker-a:4")));
        assertThat(Body.of(TopicRouteData.class, ask(route("T1"))).orderTopicConf())
                .isEqualTo("broker-a:4");

        assertThat(change("orderMessageEnable=false\n").code()).isZero();
        assertThat(shownSettings()).contains("orderMessageEnable=false\n");
        assertThat(Body.of(TopicRouteData.class, ask(route("T1"))).orderTopicConf())
                .isEmpty();
    }

    @Test
    void settingsThatAreReadAtStartOnlyOrAreNoneAreNotChanged() {
        String before = shownSettings();
        Frame fixed = change("orderMessageEnable=false\nnamesrvPort=1\n");
        assertThat(fixed.code()).isEqualTo(ResponseCode.NO_PERMISSION);
        assertThat(fixed.remark()).contains("namesrvPort cannot change", "start it again", "orderMessageEnable");
        assertThat(change("a=b").remark()).contains("no setting a", "orderMessageEnable");
        assertThat(change("orderMessageEnable=perhaps").remark()).contains("expected true or false");
        assertThat(change("").remark()).contains("name=value");
        assertThat(change("a=\\u00zz").code()).isEqualTo(ResponseCode.SYSTEM_ERROR);
        assertThat(shownSettings()).as("all or none").isEqualTo(before);
    }

    private String shownSettings() {
        return text(ask(COMMANDS.request(319, new NoFields())));
    }

    private Frame change(String lines) {
        return ask(COMMANDS.request(318, new NoFields(), FrameBody.of(lines.getBytes(StandardCharsets.UTF_8))));
    }

    @Test
    void everyRefusedCodeIsAnsweredWithItsReason() {
        for (RefusedCodes.RefusedCode refused : RefusedCodes.all()) {
            Frame answer = ask(Frame.request(refused.code()));
            assertThat(answer.code()).isEqualTo(ResponseCode.REQUEST_CODE_NOT_SUPPORTED);
            assertThat(answer.remark()).contains(refused.reason());
        }
        assertThat(ask(Frame.request(RequestCode.PULL_MESSAGE)).code())
                .isEqualTo(ResponseCode.REQUEST_CODE_NOT_SUPPORTED);
    }

    @Test
    void aMissingFieldIsNamed() {
        Frame answer = ask(Frame.request(105));

        assertThat(answer.code()).isEqualTo(ResponseCode.SYSTEM_ERROR);
        assertThat(answer.remark()).contains("request 105").contains("'topic'");
    }

    @Test
    void closingTwiceIsHarmlessAndThePortIsFreeAgain() throws IOException {
        int port = nameServer.port();
        nameServer.close();
        nameServer.close();

        try (NameServer again = NameServer.open(NameServerConfig.on("127.0.0.1", port))) {
            again.start();
            assertThat(again.port()).isEqualTo(port);
        }
    }

    private Frame register() {
        Frame answer = call(broker, registration(0, false, 0, new RegisterBrokerBody(TOPICS).toJson()));
        assertThat(answer.code()).as(answer.remark()).isZero();
        return answer;
    }

    private static Frame registration(long brokerId, boolean compressed, int crc, byte[] body) {
        String brokerAddress = brokerId == 0 ? BROKER_ADDRESS : "127.0.0.1:10921";
        return COMMANDS.request(
                RequestCode.REGISTER_BROKER,
                new RouteCommands.RegisterBroker(
                        "broker-a",
                        brokerAddress,
                        "DefaultCluster",
                        "127.0.0.1:10912",
                        brokerId,
                        0,
                        RouteCommands.ActingMaster.FALSE,
                        compressed,
                        crc),
                FrameBody.of(body));
    }

    private static Frame route(String topic) {
        return COMMANDS.request(105, new RouteCommands.GetRoute(topic, false));
    }

    private static Frame asVersion(Frame frame, int version) {
        return new Frame(
                Serialization.JSON, frame.code(), Language.JAVA, version, 0, 0, "", frame.fields(), frame.body());
    }

    private Frame ask(Frame request) {
        return call(client, request);
    }

    private Frame call(RemotingClient from, Frame request) {
        return from.call(address, request, PATIENCE).toCompletableFuture().join();
    }

    private static String text(Frame frame) {
        return new String(frame.body().toByteArray(), StandardCharsets.UTF_8);
    }
}
