package io.sluice.wire.body;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.wire.json.JsonException;
import io.sluice.wire.json.JsonReader;
import io.sluice.wire.json.KeyStyle;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;

/** Bodies captured between genuine peers are read, and ours have the same members. */
class BodiesTest {

    @Test
    void aRouteIsReadInBothStyles() {
        String strict = """
                {"brokerDatas":[{"brokerAddrs":{"0":"127.0.0.1:10911","1":"127.0.0.1:10921"},"brokerName":"broker-a",\
                "cluster":"DefaultCluster","enableActingMaster":false}],"filterServerTable":{},"queueDatas":\
                [{"brokerName":"broker-a","perm":6,"readQueueNums":2,"topicSysFlag":0,"writeQueueNums":2}]}""";
        String bare = strict.replace("\"0\":", "0:").replace("\"1\":", "1:");

        TopicRouteData route = read(TopicRouteData.class, bare);

        assertThat(route).isEqualTo(read(TopicRouteData.class, strict));
        assertThat(route)
                .isEqualTo(new TopicRouteData(
                        List.of(new QueueData("broker-a", 2, 2, 6, 0)),
                        List.of(new BrokerData(
                                "DefaultCluster", "broker-a", Map.of(0L, "127.0.0.1:10911", 1L, "127.0.0.1:10921")))));
        assertThat(text(route.toJson(KeyStyle.QUOTED))).isEqualTo(strict);
        assertThat(text(route.toJson(KeyStyle.BARE))).isEqualTo(bare);
    }

    @Test
    void clusterInfoIsWrittenAsGenuineServersWriteIt() {
        String genuine = """
                {"brokerAddrTable":{"broker-a":{"brokerAddrs":{0:"127.0.0.1:10911"},"brokerName":"broker-a",\
                "cluster":"DefaultCluster","enableActingMaster":false}},"clusterAddrTable":{"DefaultCluster":["broker-a"]}}""";

        assertThat(text(read(ClusterInfo.class, genuine).toJson())).isEqualTo(genuine);
    }

    @Test
    void topicStatsWithBareQueueKeysAreReadAndWritten() {
        String genuine = """
                {"offsetTable":{{"brokerName":"broker-a","queueId":0,"topic":"T1"}:{"lastUpdateTimestamp":1795223471035,\
                "maxOffset":8,"minOffset":0}},"topicPutTps":0.2}""";

        TopicStatsTable stats = read(TopicStatsTable.class, genuine);

        assertThat(stats.offsetTable())
                .isEqualTo(Map.of(
                        new QueueRef("T1", "broker-a", 0), new TopicStatsTable.TopicOffset(0, 8, 1795223471035L)));
        assertThat(text(stats.toJson())).isEqualTo(genuine);
        assertThat(Body.fromJson(TopicStatsTable.class, stats.toJson(KeyStyle.QUOTED)))
                .isEqualTo(stats);
        assertThat(JsonReader.read(stats.toJson(KeyStyle.QUOTED))).isNotNull();
    }

    @Test
    void aHeartbeatIsRead() {
        String genuine = """
                {"clientID":"10.0.0.1@c1","heartbeatFingerprint":0,"withoutSub":false,
                 "producerDataSet":[{"groupName":"PG"},{"groupName":"CLIENT_INNER_PRODUCER"}],
                 "consumerDataSet":[{"consumeFromWhere":"CONSUME_FROM_FIRST_OFFSET","consumeType":"CONSUME_PASSIVELY",
                 "groupName":"CG","messageModel":"CLUSTERING","unitMode":false,
                 "subscriptionDataSet":[{"classFilterMode":false,"codeSet":[2598919,80567198],"expressionType":"TAG",
                 "subString":"TagA || TagTx","subVersion":1795223267468,"tagsSet":["TagA","TagTx"],"topic":"T1"}]}]}""";

        HeartbeatData heartbeat = read(HeartbeatData.class, genuine);

        assertThat(heartbeat.clientID()).isEqualTo("10.0.0.1@c1");
        assertThat(heartbeat.producerDataSet())
                .extracting(HeartbeatData.ProducerData::groupName)
                .containsExactly("PG", "CLIENT_INNER_PRODUCER");
        HeartbeatData.ConsumerData consumer =
                heartbeat.consumerDataSet().iterator().next();
        assertThat(consumer.consumeType()).isEqualTo("CONSUME_PASSIVELY");
        SubscriptionData subscription =
                consumer.subscriptionDataSet().iterator().next();
        assertThat(subscription)
                .isEqualTo(new SubscriptionData(
                        "T1",
                        "TagA || TagTx",
                        Set.of("TagA", "TagTx"),
                        Set.of(2598919, 80567198),
                        1795223267468L,
                        "TAG",
                        false));
        assertThat(Body.fromJson(HeartbeatData.class, heartbeat.toJson())).isEqualTo(heartbeat);
    }

    @Test
    void aRegistrationOfAnOldBrokerWithoutTheNewerMembersIsRead() {
        String old = """
                {"filterServerList":[],"topicConfigSerializeWrapper":{"dataVersion":{"counter":5,"timestamp":1795223469961},\
                "topicConfigTable":{"T1":{"order":false,"perm":6,"readQueueNums":4,"topicFilterType":"SINGLE_TAG",\
                "topicName":"T1","topicSysFlag":0,"writeQueueNums":4}}}}""";

        TopicConfigTable topics = read(RegisterBrokerBody.class, old).topicConfigSerializeWrapper();

        assertThat(topics.dataVersion()).isEqualTo(new DataVersion(0, 1795223469961L, 5));
        assertThat(topics.topicConfigTable()).isEqualTo(Map.of("T1", new TopicConfig("T1", 4, 4, 6)));
    }

    @Test
    void aRegistrationHasTheMembersOfAGenuineOne() {
        String genuine = """
                {"filterServerList":[],"topicConfigSerializeWrapper":{"dataVersion":{"counter":5,"stateVersion":0,\
                "timestamp":1795223469961},"mappingDataVersion":{"counter":0,"stateVersion":0,"timestamp":1795223469962},\
                "topicConfigTable":{"T1":{"attributes":{},"order":false,"perm":6,"readQueueNums":4,\
                "topicFilterType":"SINGLE_TAG","topicName":"T1","topicSysFlag":0,"writeQueueNums":4}},\
                "topicQueueMappingDetailMap":{},"topicQueueMappingInfoMap":{}}}""";

        assertThat(text(read(RegisterBrokerBody.class, genuine).toJson())).isEqualTo(genuine);
    }

    @Test
    void theDeflatedRegistrationCarriesTheSame() {
        TopicConfigTable topics = new TopicConfigTable(
                Map.of("T1", new TopicConfig("T1", 4, 8, 6, "SINGLE_TAG", 0, false, Map.of("message.type", "FIFO"))),
                new DataVersion(1, 1795223469961L, 5));

        RegisterBrokerBody back = RegisterBrokerBody.ofDeflated(new RegisterBrokerBody(topics).toDeflated());

        assertThat(back.topicConfigSerializeWrapper().topicConfigTable()).isEqualTo(topics.topicConfigTable());
        assertThat(back.topicConfigSerializeWrapper().dataVersion()).isEqualTo(topics.dataVersion());
    }

    /** Captured from a 5.3.3 broker with {@code compressedRegister=true}. */
    private static final String GENUINE_DEFLATED =
            "78da85505b4bc330180d3efb0bc487524511a6aec55ed6b7b6cbb6626f36b15a443eea8838b6b6b3970719fe77d3890f"
                    + "3338f35d02dfe5e4e42084cc8d3cafbab265b56ca903b969f396a5ac6e1655295bc381dc2e0ac68bc55ab61463a4a99a"
                    + "616ada48373e1142873c06497007242340133b2430b3fd09d028f65c49e1a64bc40ba73e066a4fa54dbf73eeb072fe56"
                    + "e4f592725c4919aa37df491c3da2ce036f49263743e86a75f10ecd4703094ebd14831f4d61cc5ef36ed5baabaee11fda"
                    + "2e8ab02704f71c31a17b895e107786c7f77da99f82477e24c5ec5d1cbeda7d99738afd6c2ffcf5ae6e51fcbf74c72f75"
                    + "b564f565beed8b8a9c459309c1148228c563c0290ee91f48a7bf8452f4de4544e3476392852e3849748b130870e0f06b"
                    + "878c22ac1e3c3df38cbe00cbdda6c4";

    @Test
    void aGenuineDeflatedRegistrationIsRead() {
        byte[] bytes = HexFormat.of().parseHex(GENUINE_DEFLATED);

        TopicConfigTable topics = RegisterBrokerBody.of(bytes).topicConfigSerializeWrapper();

        assertThat(topics.dataVersion()).isEqualTo(new DataVersion(0, 1795257855967L, 2));
        assertThat(topics.topicConfigTable())
                .hasSize(12)
                .containsEntry("TBW102", new TopicConfig("TBW102", 8, 8, 7))
                .containsEntry("DefaultCluster", new TopicConfig("DefaultCluster", 16, 16, 7));
    }

    @Test
    void whetherARegistrationIsDeflatedIsToldByItsBytes() {
        RegisterBrokerBody body = new RegisterBrokerBody(
                new TopicConfigTable(Map.of("T1", new TopicConfig("T1", 4, 4, 6)), new DataVersion(0, 1, 1)));

        assertThat(RegisterBrokerBody.of(body.toJson())).isEqualTo(body);
        assertThat(RegisterBrokerBody.of(body.toDeflated())
                        .topicConfigSerializeWrapper()
                        .topicConfigTable())
                .isEqualTo(body.topicConfigSerializeWrapper().topicConfigTable());
    }

    @Test
    void aDeflatedRegistrationThatIsCutOffIsRefused() {
        byte[] whole = new RegisterBrokerBody(new TopicConfigTable(Map.of(), new DataVersion(1, 2, 3))).toDeflated();

        assertThatThrownBy(() -> RegisterBrokerBody.ofDeflated(java.util.Arrays.copyOf(whole, whole.length / 2)))
                .isInstanceOf(JsonException.class)
                .hasMessageContaining("deflated register body");
    }

    @Test
    void aDeflatedRegistrationThatInflatesWithoutEndIsRefused() throws IOException {
        byte[] version = new DataVersion(1, 2, 3).toJson();
        byte[] topic = ("T 4 4 6 %s {}".formatted("X".repeat(60_000))).getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(new DeflaterOutputStream(bomb))) {
            out.writeInt(version.length);
            out.write(version);
            out.writeInt(Integer.MAX_VALUE);
            for (int i = 0; i < 1_000; i++) {
                out.writeInt(topic.length);
                out.write(topic);
            }
        }

        assertThatThrownBy(() -> RegisterBrokerBody.ofDeflated(bomb.toByteArray()))
                .isInstanceOf(JsonException.class)
                .hasMessageContaining("inflates to more than");
    }

    @Test
    void aDeflatedRegistrationThatClaimsAHugeBlockIsRefused() throws IOException {
        ByteArrayOutputStream claim = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(new DeflaterOutputStream(claim))) {
            out.writeInt(Integer.MAX_VALUE);
        }

        assertThatThrownBy(() -> RegisterBrokerBody.ofDeflated(claim.toByteArray()))
                .isInstanceOf(JsonException.class)
                .hasMessageContaining("a block of 2147483647 bytes");
    }

    @Test
    void groupSettingsHaveTheMembersOfGenuineOnes() {
        String genuine = """
                {"attributes":{},"brokerId":0,"consumeBroadcastEnable":true,"consumeEnable":true,\
                "consumeFromMinEnable":true,"consumeMessageOrderly":false,"consumeTimeoutMinute":15,"groupName":"CG",\
                "groupRetryPolicy":{"type":"CUSTOMIZED"},"groupSysFlag":0,"notifyConsumerIdsChangedEnable":true,\
                "retryMaxTimes":16,"retryQueueNums":1,"whichBrokerWhenConsumeSlowly":1}""";

        assertThat(text(read(SubscriptionGroupConfig.class, genuine).toJson())).isEqualTo(genuine);
        assertThat(read(SubscriptionGroupConfig.class, "{\"groupName\":\"CG\"}"))
                .isEqualTo(SubscriptionGroupConfig.ofDefaults("CG"));
    }

    @Test
    void consumerOffsetsHaveBareQueueIds() {
        String genuine = """
                {"dataVersion":{"counter":1,"stateVersion":0,"timestamp":2},"groupTopicMap":{},\
                "offsetTable":{"T1@CG":{0:8,1:19}}}""";

        ConsumerOffsetTable offsets = read(ConsumerOffsetTable.class, genuine);

        assertThat(offsets.offsetTable()).isEqualTo(Map.of("T1@CG", Map.of(0, 8L, 1, 19L)));
        assertThat(text(offsets.toJson())).isEqualTo(genuine);
    }

    @Test
    void lockBodiesAreReadAndWritten() {
        String request = """
                {"clientId":"c","consumerGroup":"CG","mqSet":[{"brokerName":"broker-a","queueId":0,"topic":"T1"}],\
                "onlyThisBroker":false}""";

        assertThat(text(read(LockRequest.class, request).toJson())).isEqualTo(request);
        assertThat(text(new LockAnswer(Set.of(new QueueRef("T1", "broker-a", 0))).toJson()))
                .isEqualTo("{\"lockOKMQSet\":[{\"brokerName\":\"broker-a\",\"queueId\":0,\"topic\":\"T1\"}]}");
    }

    @Test
    void anEmptyBodyIsNamedAsMissing() {
        assertThatThrownBy(() -> Body.fromJson(HeartbeatData.class, new byte[0]))
                .isInstanceOf(JsonException.class)
                .hasMessage("the body is empty, expected HeartbeatData");
    }

    @Test
    void aTopicListKeepsItsOrder() {
        Set<String> names = new LinkedHashSet<>(List.of("T2", "T1"));

        assertThat(text(new TopicList(names).toJson())).isEqualTo("{\"topicList\":[\"T2\",\"T1\"]}");
    }

    @Test
    void aPasswordIsNotShown() {
        assertThat(new UserInfo("alice", "pw", "Normal", "enable").toString()).doesNotContain("pw");
    }

    private static <T extends Record & Body> T read(Class<T> type, String json) {
        return Body.fromJson(type, json.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }
}
