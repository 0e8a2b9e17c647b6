package io.sluice.broker;

import static io.sluice.broker.NativeNode.COMMANDS;
import static io.sluice.broker.NativeNode.GROUP;
import static io.sluice.broker.NativeNode.records;
import static io.sluice.broker.NativeNode.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.broker.settings.Overrides;
import io.sluice.broker.settings.SettingRules;
import io.sluice.model.MessageId;
import io.sluice.transport.RemotingClient;
import io.sluice.transport.RequestTable;
import io.sluice.wire.body.Body;
import io.sluice.wire.body.BrokerConsumeStats;
import io.sluice.wire.body.BrokerStats;
import io.sluice.wire.body.ConsumeQueueEntries;
import io.sluice.wire.body.ConsumeStats;
import io.sluice.wire.body.ConsumeStats.OffsetWrapper;
import io.sluice.wire.body.ConsumeTimeSpans;
import io.sluice.wire.body.ConsumerConnection;
import io.sluice.wire.body.ConsumerOffsetTable;
import io.sluice.wire.body.ConsumerStatusBody;
import io.sluice.wire.body.DelayOffsetTable;
import io.sluice.wire.body.GroupList;
import io.sluice.wire.body.HaStatus;
import io.sluice.wire.body.HeartbeatData;
import io.sluice.wire.body.HeartbeatData.ConsumerData;
import io.sluice.wire.body.HeartbeatData.ProducerData;
import io.sluice.wire.body.KvTable;
import io.sluice.wire.body.ProducerConnection;
import io.sluice.wire.body.ProducerTable;
import io.sluice.wire.body.QueueRef;
import io.sluice.wire.body.SubscriptionData;
import io.sluice.wire.body.SubscriptionGroupConfig;
import io.sluice.wire.body.SubscriptionGroupTable;
import io.sluice.wire.body.SubscriptionOfGroup;
import io.sluice.wire.body.TopicConfig;
import io.sluice.wire.body.TopicConfigTable;
import io.sluice.wire.body.TopicList;
import io.sluice.wire.body.TopicStatsTable;
import io.sluice.wire.command.BrokerCommands.ViewStats;
import io.sluice.wire.command.ConsumerCommands.ConsumeDirectly;
import io.sluice.wire.command.ConsumerCommands.GetBrokerConsumeStats;
import io.sluice.wire.command.ConsumerCommands.GetConsumeStats;
import io.sluice.wire.command.ConsumerCommands.GetConsumeTimeSpan;
import io.sluice.wire.command.ConsumerCommands.GetConsumerConnections;
import io.sluice.wire.command.ConsumerCommands.GetConsumerRunningInfo;
import io.sluice.wire.command.ConsumerCommands.GetConsumerStatus;
import io.sluice.wire.command.ConsumerCommands.GetGroupsOfTopic;
import io.sluice.wire.command.ConsumerCommands.GetProducerConnections;
import io.sluice.wire.command.ConsumerCommands.GetSubscription;
import io.sluice.wire.command.ConsumerCommands.GetTopicsOfGroup;
import io.sluice.wire.command.GroupCommands.DeleteGroup;
import io.sluice.wire.command.GroupCommands.GetGroupConfig;
import io.sluice.wire.command.NoFields;
import io.sluice.wire.command.OffsetCommands.Boundary;
import io.sluice.wire.command.OffsetCommands.CloneOffset;
import io.sluice.wire.command.OffsetCommands.EarliestStoreTimeAnswer;
import io.sluice.wire.command.OffsetCommands.GetEarliestStoreTime;
import io.sluice.wire.command.OffsetCommands.GetMaxOffset;
import io.sluice.wire.command.OffsetCommands.GetMinOffset;
import io.sluice.wire.command.OffsetCommands.OffsetAnswer;
import io.sluice.wire.command.OffsetCommands.QueryOffset;
import io.sluice.wire.command.OffsetCommands.SearchOffset;
import io.sluice.wire.command.OffsetCommands.UpdateOffset;
import io.sluice.wire.command.QueryCommands.QueryConsumeQueue;
import io.sluice.wire.command.QueryCommands.QueryMessage;
import io.sluice.wire.command.QueryCommands.ViewMessage;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.command.SendCommands.PushReply;
import io.sluice.wire.command.SendCommands.SendAnswer;
import io.sluice.wire.command.SessionCommands.Heartbeat;
import io.sluice.wire.command.TopicCommands.DeleteTopic;
import io.sluice.wire.command.TopicCommands.GetTopicConfig;
import io.sluice.wire.command.TopicCommands.GetTopicStats;
import io.sluice.wire.command.TopicCommands.PutTopic;
import io.sluice.wire.frame.Fields;
import io.sluice.wire.frame.Frame;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What tools and dashboards ask and order. */
class NativeAdminTest {
    private static final String TOPIC = "Letters";
    private static final QueueRef QUEUE = new QueueRef(TOPIC, "broker-a", 0);
    private static final long HOURS_1 = 3_600_000;
    private static final long HOURS_36 = 36 * HOURS_1;
    private static final NoFields NOTHING = new NoFields();

    @TempDir
    Path directory;

    private NativeNode node;

    @BeforeEach
    void open() throws IOException {
        node = NativeNode.in(directory);
        putTopic(TOPIC, 1, "");
    }

    @AfterEach
    void close() {
        node.close();
    }

    static Map<String, String> state(NativeNode node) {
        return Body.of(KvTable.class, node.ask(RequestCode.GET_BROKER_RUNTIME_INFO, NOTHING))
                .table();
    }

    private Frame putTopic(String name, int queues, String attributes) {
        return node.ask(
                RequestCode.UPDATE_AND_CREATE_TOPIC,
                new PutTopic(name, "TBW102", queues, queues, 6, "SINGLE_TAG", 0, false, attributes, false));
    }

    private static Frame ok(Frame answer) {
        assertThat(answer.code()).as(answer.remark()).isZero();
        return answer;
    }

    // Topics.

    @Test
    void aTopicIsCreatedChangedShownAndDeleted() {
        ok(putTopic("Bills", 2, "+message.type=NORMAL"));
        assertThat(topic("Bills"))
                .isEqualTo(new TopicConfig("Bills", 2, 2, 6, "SINGLE_TAG", 0, false, Map.of("message.type", "NORMAL")));
        ok(putTopic("Bills", 5, "-message.type"));
        assertThat(topic("Bills").writeQueueNums()).isEqualTo(5);
        assertThat(topic("Bills").attributes()).isEmpty();

        node.send("Bills", 0, "x");
        ok(node.ask(RequestCode.DELETE_TOPIC_IN_BROKER, new DeleteTopic("Bills")));
        assertThat(node.ask(RequestCode.GET_TOPIC_CONFIG, new GetTopicConfig("Bills"))
                        .code())
                .isEqualTo(ResponseCode.TOPIC_NOT_EXIST);
        ok(putTopic("Bills", 1, ""));
        assertThat(node.pull("Bills", 0, 0).code()).as("nothing is left of it").isEqualTo(ResponseCode.PULL_NOT_FOUND);
    }

    private TopicConfig topic(String name) {
        return Body.of(TopicConfig.class, ok(node.ask(RequestCode.GET_TOPIC_CONFIG, new GetTopicConfig(name))));
    }

    @Test
    void systemTopicsAndKindsThatDoNotExistHereAreRefused() {
        assertThat(putTopic("SCHEDULE_TOPIC_XXXX", 1, "").code()).isEqualTo(ResponseCode.INVALID_PARAMETER);
        assertThat(putTopic("Bills", 0, "").code()).isEqualTo(ResponseCode.INVALID_PARAMETER);
        assertThat(putTopic("Bills", 1, "+cleanup.policy=COMPACTION").code()).isEqualTo(ResponseCode.INVALID_PARAMETER);
        assertThat(node.ask(RequestCode.DELETE_TOPIC_IN_BROKER, new DeleteTopic("TBW102"))
                        .code())
                .isEqualTo(ResponseCode.INVALID_PARAMETER);
    }

    @Test
    void allTopicsAreShownWithTheVersionOfTheTable() {
        TopicConfigTable all = Body.of(TopicConfigTable.class, ok(node.ask(RequestCode.GET_ALL_TOPIC_CONFIG, NOTHING)));
        assertThat(all.topicConfigTable()).containsKeys(TOPIC, "TBW102", "SCHEDULE_TOPIC_XXXX");
        assertThat(all.dataVersion().counter()).isPositive();
        TopicList system =
                Body.of(TopicList.class, ok(node.ask(RequestCode.GET_SYSTEM_TOPIC_LIST_FROM_BROKER, NOTHING)));
        assertThat(system.topicList()).contains("TBW102").doesNotContain(TOPIC);
    }

    @Test
    void theQueuesOfATopicAreShownWithTheirLastMessages() {
        long before = System.currentTimeMillis();
        node.send(TOPIC, 0, "a");
        TopicStatsTable stats = Body.of(
                TopicStatsTable.class, ok(node.ask(RequestCode.GET_TOPIC_STATS_INFO, new GetTopicStats(TOPIC))));
        TopicStatsTable.TopicOffset queue = stats.offsetTable().get(QUEUE);
        assertThat(queue.minOffset()).isZero();
        assertThat(queue.maxOffset()).isEqualTo(1);
        assertThat(queue.lastUpdateTimestamp()).isBetween(before, System.currentTimeMillis());
    }

    @Test
    void cleaningOnDemandIsAnsweredWithWhatWasDone() {
        assertThat(ok(node.ask(RequestCode.CLEAN_UNUSED_TOPIC, NOTHING)).remark())
                .contains("0 topics");
        assertThat(ok(node.ask(RequestCode.DELETE_EXPIRED_COMMITLOG, NOTHING)).remark())
                .contains("0 log files");
        node.send(TOPIC, 0, "a");
        assertThat(texts(node.pull(TOPIC, 0, 0))).containsExactly("a");
    }

    // Groups.

    @Test
    void aGroupIsCreatedShownAndDeletedWithItsOffsets() {
        ok(node.ask(
                RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP,
                NOTHING,
                SubscriptionGroupConfig.ofDefaults(GROUP).toFrameBody()));
        assertThat(Body.of(
                                SubscriptionGroupConfig.class,
                                ok(node.ask(RequestCode.GET_SUBSCRIPTIONGROUP_CONFIG, new GetGroupConfig(GROUP))))
                        .retryMaxTimes())
                .isEqualTo(16);
        assertThat(Body.of(
                                SubscriptionGroupTable.class,
                                ok(node.ask(RequestCode.GET_ALL_SUBSCRIPTIONGROUP_CONFIG, NOTHING)))
                        .subscriptionGroupTable())
                .containsKeys(GROUP, "TOOLS_CONSUMER");
        commit(3);

        ok(node.ask(RequestCode.DELETE_SUBSCRIPTIONGROUP, new DeleteGroup(GROUP, true, false)));

        assertThat(node.ask(RequestCode.GET_SUBSCRIPTIONGROUP_CONFIG, new GetGroupConfig(GROUP))
                        .code())
                .isEqualTo(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST);
        assertThat(node.ask(RequestCode.QUERY_CONSUMER_OFFSET, new QueryOffset(GROUP, TOPIC, 0, false))
                        .code())
                .isEqualTo(ResponseCode.QUERY_NOT_FOUND);
    }

    private void commit(long next) {
        ok(node.ask(RequestCode.UPDATE_CONSUMER_OFFSET, new UpdateOffset(GROUP, TOPIC, 0, next)));
    }

    @Test
    void theProgressOfAGroupIsShownPerQueue() {
        node.send(TOPIC, 0, "a");
        node.send(TOPIC, 0, "b");
        node.send(TOPIC, 0, "c");
        commit(1);
        ConsumeStats stats = Body.of(
                ConsumeStats.class, ok(node.ask(RequestCode.GET_CONSUME_STATS, new GetConsumeStats(GROUP, "", ""))));
        OffsetWrapper queue = stats.offsetTable().get(QUEUE);
        assertThat(queue.brokerOffset()).isEqualTo(3);
        assertThat(queue.consumerOffset()).isEqualTo(1);
        assertThat(queue.lastTimestamp())
                .isEqualTo(records(node.pull(TOPIC, 0, 0)).get(0).storedAtMs());

        BrokerConsumeStats all = Body.of(
                BrokerConsumeStats.class,
                ok(node.ask(RequestCode.GET_BROKER_CONSUME_STATS, new GetBrokerConsumeStats(false))));
        assertThat(all.totalDiff()).isEqualTo(2);
        ConsumeTimeSpans spans = Body.of(
                ConsumeTimeSpans.class,
                ok(node.ask(RequestCode.QUERY_CONSUME_TIME_SPAN, new GetConsumeTimeSpan(TOPIC, GROUP))));
        assertThat(spans.consumeTimeSpanSet().get(0).consumeTimeStamp()).isEqualTo(queue.lastTimestamp());
    }

    @Test
    void whoReadsATopicAndWhatAGroupReadsIsShown() {
        commit(0);
        assertThat(Body.of(
                                GroupList.class,
                                ok(node.ask(RequestCode.QUERY_TOPIC_CONSUME_BY_WHO, new GetGroupsOfTopic(TOPIC))))
                        .groupList())
                .containsExactly(GROUP);
        TopicList topics = Body.of(
                TopicList.class, ok(node.ask(RequestCode.QUERY_TOPICS_BY_CONSUMER, new GetTopicsOfGroup(GROUP))));
        assertThat(topics.topicList()).containsExactly(TOPIC);
        assertThat(topics.brokerAddr()).isEqualTo(node.address());
    }

    @Test
    void offsetsAreCopiedFromGroupToGroup() {
        commit(3);
        ok(node.ask(RequestCode.CLONE_GROUP_OFFSET, new CloneOffset(GROUP, "copies", "", false)));
        Frame copied = ok(node.ask(RequestCode.QUERY_CONSUMER_OFFSET, new QueryOffset("copies", TOPIC, 0, false)));
        assertThat(COMMANDS.readAnswer(copied, OffsetAnswer.class).offset()).isEqualTo(3);
        assertThat(Body.of(ConsumerOffsetTable.class, ok(node.ask(RequestCode.GET_ALL_CONSUMER_OFFSET, NOTHING)))
                        .offsetTable())
                .containsEntry(TOPIC + "@copies", Map.of(0, 3L));
    }

    // Connections.

    @Test
    void connectionsOfGroupsAreShown() {
        assertThat(node.ask(RequestCode.GET_CONSUMER_CONNECTION_LIST, new GetConsumerConnections(GROUP))
                        .code())
                .isEqualTo(ResponseCode.CONSUMER_NOT_ONLINE);
        online("c1", new RequestTable());

        ConsumerConnection consumers = Body.of(
                ConsumerConnection.class,
                ok(node.ask(RequestCode.GET_CONSUMER_CONNECTION_LIST, new GetConsumerConnections(GROUP))));
        assertThat(consumers.connectionSet()).singleElement().satisfies(connection -> {
            assertThat(connection.clientId()).isEqualTo("c1");
            assertThat(connection.clientAddr()).startsWith("127.0.0.1:");
        });
        assertThat(consumers.subscriptionTable().get(TOPIC).tagsSet()).containsExactlyInAnyOrder("a", "b");
        assertThat(consumers.messageModel()).isEqualTo("CLUSTERING");
        assertThat(Body.of(
                                ProducerConnection.class,
                                ok(node.ask(
                                        RequestCode.GET_PRODUCER_CONNECTION_LIST,
                                        new GetProducerConnections("writers"))))
                        .connectionSet())
                .hasSize(1);
        assertThat(Body.of(ProducerTable.class, ok(node.ask(RequestCode.GET_ALL_PRODUCER_INFO, NOTHING)))
                        .data())
                .containsKey("writers");
        assertThat(Body.of(
                                SubscriptionOfGroup.class,
                                ok(node.ask(
                                        RequestCode.QUERY_SUBSCRIPTION_BY_CONSUMER, new GetSubscription(GROUP, TOPIC))))
                        .subscriptionData())
                .hasValueSatisfying(wants -> assertThat(wants.subString()).isEqualTo("a || b"));
    }

    private RemotingClient online(String clientId, RequestTable inbound) {
        RemotingClient client = node.connect(inbound);
        SubscriptionData wants =
                new SubscriptionData(TOPIC, "a || b", Set.of(), Set.of(), 1, SubscriptionData.TAG, false);
        HeartbeatData data = new HeartbeatData(
                clientId,
                Set.of(new ProducerData("writers")),
                Set.of(new ConsumerData(
                        GROUP, "CONSUME_PASSIVELY", "CLUSTERING", "CONSUME_FROM_LAST_OFFSET", Set.of(wants), false)),
                0,
                false);
        ok(node.ask(client, COMMANDS.request(RequestCode.HEART_BEAT, new Heartbeat(), data.toFrameBody())));
        return client;
    }

    @Test
    void questionsForAConsumerArePassedOnAndItsAnswersBack() {
        List<String> consumed = new CopyOnWriteArrayList<>();
        RequestTable inbound = new RequestTable()
                .on(
                        RequestCode.GET_CONSUMER_RUNNING_INFO,
                        (request, peer) -> CompletableFuture.completedFuture(
                                Frame.answer(0, "", Fields.NONE, NativeNode.body("{\"jstack\":\"here\"}"))))
                .on(RequestCode.CONSUME_MESSAGE_DIRECTLY, (request, peer) -> {
                    consumed.addAll(texts(request));
                    return CompletableFuture.completedFuture(Frame.answer(0, "handled"));
                });
        online("c1", inbound);

        Frame info =
                ok(node.ask(RequestCode.GET_CONSUMER_RUNNING_INFO, new GetConsumerRunningInfo(GROUP, "c1", false)));
        assertThat(new String(info.body().toByteArray(), StandardCharsets.UTF_8))
                .isEqualTo("{\"jstack\":\"here\"}");
        SendAnswer sent = COMMANDS.readAnswer(node.send(TOPIC, 0, "by hand"), SendAnswer.class);
        Frame direct = ok(node.ask(
                RequestCode.CONSUME_MESSAGE_DIRECTLY, new ConsumeDirectly(GROUP, "c1", sent.msgId(), "", TOPIC, 0, 0)));
        assertThat(direct.remark()).isEqualTo("handled");
        assertThat(consumed).containsExactly("by hand");

        Frame absent =
                node.ask(RequestCode.GET_CONSUMER_RUNNING_INFO, new GetConsumerRunningInfo(GROUP, "nobody", false));
        assertThat(absent.code()).isEqualTo(ResponseCode.SYSTEM_ERROR);
        assertThat(absent.remark()).contains("nobody");
    }

    @Test
    void everyConsumerOfAGroupIsAskedHowFarItIs() {
        for (int i = 0; i < 2; i++) {
            QueueRef queue = new QueueRef(TOPIC, "broker-a", i);
            ConsumerStatusBody status = new ConsumerStatusBody(Map.of(), Map.of(queue, 5L + i));
            online(
                    "c" + i,
                    new RequestTable()
                            .on(
                                    RequestCode.GET_CONSUMER_STATUS_FROM_CLIENT,
                                    (request, peer) -> CompletableFuture.completedFuture(
                                            Frame.answer(0, "", Fields.NONE, status.toFrameBody()))));
        }
        online("mute", new RequestTable());
        Map<String, Map<QueueRef, Long>> told = status("");
        assertThat(told).containsOnlyKeys("c0", "c1");
        assertThat(told.get("c1")).isEqualTo(Map.of(new QueueRef(TOPIC, "broker-a", 1), 6L));
        assertThat(status("c0")).containsOnlyKeys("c0");
        Frame absent = node.ask(
                RequestCode.INVOKE_BROKER_TO_GET_CONSUMER_STATUS, new GetConsumerStatus(TOPIC, GROUP, "nobody"));
        assertThat(absent.code()).isEqualTo(ResponseCode.SYSTEM_ERROR);
        assertThat(absent.remark()).contains("nobody");
    }

    private Map<String, Map<QueueRef, Long>> status(String client) {
        Frame answer = ok(node.ask(
                RequestCode.INVOKE_BROKER_TO_GET_CONSUMER_STATUS, new GetConsumerStatus(TOPIC, GROUP, client)));
        return Body.of(ConsumerStatusBody.class, answer).consumerTable();
    }

    @Test
    void aReplyIsPushedToTheClientThatAsked() {
        List<String> pushed = new CopyOnWriteArrayList<>();
        online("asker", new RequestTable().on(RequestCode.PUSH_REPLY_MESSAGE_TO_CLIENT, (request, peer) -> {
                    PushReply reply = COMMANDS.read(request, PushReply.class);
                    pushed.add(reply.properties());
                    pushed.add(new String(request.body().toByteArray(), StandardCharsets.UTF_8));
                    return CompletableFuture.completedFuture(Frame.answer(0, ""));
                }));
        Frame answer = reply("asker");
        assertThat(answer.code()).as(answer.remark()).isZero();
        assertThat(pushed.get(0)).contains("CORRELATION_ID\u0001c-1\u0002").contains("PUSH_REPLY_TIME");
        assertThat(pushed.get(1)).isEqualTo("the answer");

        Frame gone = reply("somebody else");
        assertThat(gone.code()).isEqualTo(ResponseCode.SYSTEM_ERROR);
        assertThat(gone.remark()).contains("somebody else");
        assertThat(texts(node.pull("DefaultCluster_REPLY_TOPIC", 0, 0)))
                .as("kept all the same")
                .hasSize(2);
    }

    private Frame reply(String asker) {
        return node.ask(
                RequestCode.SEND_REPLY_MESSAGE_V2,
                NativeNode.message(
                        "DefaultCluster_REPLY_TOPIC",
                        0,
                        NativeNode.properties("REPLY_TO_CLIENT", asker, "CORRELATION_ID", "c-1", "MSG_TYPE", "reply")),
                NativeNode.body("the answer"));
    }

    // Looking things up.

    @Test
    void offsetsAndTimesOfAQueueAreTold() {
        long before = System.currentTimeMillis();
        node.send(TOPIC, 0, "a");
        node.send(TOPIC, 0, "b");
        assertThat(offset(RequestCode.GET_MAX_OFFSET, new GetMaxOffset(TOPIC, 0, true)))
                .isEqualTo(2);
        assertThat(offset(RequestCode.GET_MIN_OFFSET, new GetMinOffset(TOPIC, 0)))
                .isZero();
        assertThat(offset(RequestCode.GET_MAX_OFFSET, new GetMaxOffset("Nowhere", 0, true)))
                .isZero();
        assertThat(offset(
                        RequestCode.SEARCH_OFFSET_BY_TIMESTAMP,
                        new SearchOffset(TOPIC, 0, before - 1000, Boundary.LOWER)))
                .isZero();
        assertThat(offset(
                        RequestCode.SEARCH_OFFSET_BY_TIMESTAMP,
                        new SearchOffset(TOPIC, 0, before + 60_000, Boundary.UPPER)))
                .isEqualTo(1);
        Frame earliest = ok(node.ask(RequestCode.GET_EARLIEST_MSG_STORETIME, new GetEarliestStoreTime(TOPIC, 0)));
        assertThat(COMMANDS.readAnswer(earliest, EarliestStoreTimeAnswer.class).timestamp())
                .isGreaterThanOrEqualTo(before);
    }

    private long offset(int code, Record header) {
        return COMMANDS.readAnswer(ok(node.ask(code, header)), OffsetAnswer.class)
                .offset();
    }

    @Test
    void messagesAreFoundByKeyByTheirOwnIdAndByPlace() {
        node.send(TOPIC, 0, "noise");
        SendAnswer sent = COMMANDS.readAnswer(node.send(TOPIC, 0, "wanted", "KEYS", "order-7"), SendAnswer.class);
        await().atMost(NativeNode.PATIENCE)
                .untilAsserted(() -> assertThat(texts(byKey("order-7", false))).containsExactly("wanted"));
        assertThat(texts(byKey(sent.transactionId(), true))).containsExactly("wanted");
        assertThat(byKey("order-8", false).code()).isEqualTo(ResponseCode.QUERY_NOT_FOUND);

        long place = MessageId.parse(sent.msgId()).logOffset();
        assertThat(texts(ok(node.ask(RequestCode.VIEW_MESSAGE_BY_ID, new ViewMessage(TOPIC, place)))))
                .containsExactly("wanted");
        Frame inside = node.ask(RequestCode.VIEW_MESSAGE_BY_ID, new ViewMessage(TOPIC, place + 5));
        assertThat(inside.code()).isEqualTo(ResponseCode.SYSTEM_ERROR);
    }

    private Frame byKey(String key, boolean unique) {
        return node.ask(RequestCode.QUERY_MESSAGE, new QueryMessage(TOPIC, key, 32, 0, Long.MAX_VALUE, unique));
    }

    @Test
    void entriesOfAQueueAreShownAsTheyAre() {
        node.send(TOPIC, 0, "a", "TAGS", "a");
        node.send(TOPIC, 0, "b");
        ConsumeQueueEntries entries = Body.of(
                ConsumeQueueEntries.class,
                ok(node.ask(RequestCode.QUERY_CONSUME_QUEUE, new QueryConsumeQueue(TOPIC, 0, 0, 10, ""))));
        assertThat(entries.maxQueueIndex()).isEqualTo(2);
        assertThat(entries.queueData())
                .extracting(ConsumeQueueEntries.Entry::tagsCode)
                .containsExactly((long) "a".hashCode(), 0L);
    }

    // The broker.

    @Test
    void theStateOfTheBrokerHasTheNamesThatToolsRead() {
        node.send(TOPIC, 0, "a");
        Map<String, String> state = state(node);
        assertThat(state)
                .containsKeys(
                        "brokerVersionDesc",
                        "sendThreadPoolQueueSize",
                        "sendThreadPoolQueueHeadWaitTimeMills",
                        "pullThreadPoolQueueSize",
                        "pullThreadPoolQueueHeadWaitTimeMills",
                        "ackThreadPoolQueueSize",
                        "ackThreadPoolQueueHeadWaitTimeMills",
                        "pageCacheLockTimeMills",
                        "earliestMessageTimeStamp",
                        "commitLogDiskRatio",
                        "timerReadBehind",
                        "timerOffsetBehind",
                        "timerCongestNum",
                        "timerEnqueueTps",
                        "timerDequeueTps",
                        "brokerActive",
                        "msgPutTotalYesterdayMorning",
                        "msgPutTotalTodayMorning",
                        "msgGetTotalYesterdayMorning",
                        "msgGetTotalTodayMorning",
                        "msgGetTotalTodayNow",
                        "scheduleMessageOffset_1")
                .containsEntry("brokerVersion", "479")
                .containsEntry("msgPutTotalTodayNow", "1");
        assertThat(state.get("putTps").split(" ")).hasSize(3);
        assertThat(state.get("getTransferredTps").split(" ")).hasSize(3);
        assertThat(Long.parseLong(state.get("commitLogMaxOffset"))).isPositive();
    }

    @Test
    void theSettingsAreShownAndStatisticsExistOnceThereWasTraffic() throws IOException {
        node.close();
        node = new NativeNode(
                directory, config -> config.withSettings(Map.of("brokerName", "broker-a"), SettingRules.NONE));
        Frame settings = ok(node.ask(RequestCode.GET_BROKER_CONFIG, NOTHING));
        assertThat(new String(settings.body().toByteArray(), StandardCharsets.UTF_8))
                .isEqualTo("brokerName=broker-a\n");

        assertThat(stats("TOPIC_PUT_NUMS", TOPIC).code()).isEqualTo(ResponseCode.SYSTEM_ERROR);
        node.send(TOPIC, 0, "a");
        node.pull(TOPIC, 0, 0);
        assertThat(Body.of(BrokerStats.class, ok(stats("TOPIC_PUT_NUMS", TOPIC)))
                        .statsDay())
                .isNotNull();
        ok(stats("GROUP_GET_NUMS", TOPIC + "@" + GROUP));
        ok(stats("BROKER_PUT_NUMS", "DefaultCluster"));
        assertThat(stats("NONSENSE", TOPIC).code()).isEqualTo(ResponseCode.SYSTEM_ERROR);
    }

    @Test
    void whatWaitsIsWrittenAgainByTheTimeForWhichTheLogIsKeptNow() {
        assertThat(rewrittenIn()).isBetween(HOURS_36 - HOURS_1, HOURS_36 + HOURS_1);
        ok(change("fileReservedTime=4"));
        assertThat(rewrittenIn()).isBetween(HOURS_1, 3 * HOURS_1);
    }

    /** Milliseconds until a message that is sent now, to wait for days, is written again. */
    private long rewrittenIn() {
        Frame sent = ok(node.send(TOPIC, 0, "far", "TIMER_DELAY_SEC", "200000"));
        long place = MessageId.parse(COMMANDS.readAnswer(sent, SendAnswer.class).msgId())
                .logOffset();
        Frame stored = ok(node.ask(RequestCode.VIEW_MESSAGE_BY_ID, new ViewMessage(TOPIC, place)));
        return Long.parseLong(records(stored).get(0).property("TIMER_REWRITE_AT")) - System.currentTimeMillis();
    }

    private Frame change(String lines) {
        return node.ask(RequestCode.UPDATE_BROKER_CONFIG, NOTHING, NativeNode.body(lines));
    }

    @Test
    void aSettingChangedAtRunTimeCountsAtOnceAndIsKeptInAFileOfItsOwn() throws IOException {
        node.close();
        node = new NativeNode(
                directory,
                config -> config.withSettings(
                        Map.of("autoCreateTopicEnable", "true", "brokerName", "broker-a"), SettingRules.NONE));
        ok(node.send("MadeBySending", 0, "a"));
        ok(change("autoCreateTopicEnable=false\nfileReservedTime=48\n"));
        assertThat(node.send("NotMadeBySending", 0, "a").code()).isEqualTo(ResponseCode.TOPIC_NOT_EXIST);
        Frame settings = ok(node.ask(RequestCode.GET_BROKER_CONFIG, NOTHING));
        assertThat(new String(settings.body().toByteArray(), StandardCharsets.UTF_8))
                .isEqualTo("autoCreateTopicEnable=false\nbrokerName=broker-a\nfileReservedTime=48\n");
        ok(change("autoCreateTopicEnable=true"));
        ok(node.send("MadeAfterAll", 0, "a"));
        Path file = directory.resolve("config").resolve(Overrides.FILE_NAME);
        assertThat(Overrides.parse(Files.readString(file)))
                .isEqualTo(Map.of("autoCreateTopicEnable", "true", "fileReservedTime", "48"));
    }

    @Test
    void aSettingThatIsReadAtStartOrHasNoSuchValueIsRefusedWithTheReasonAndNothingChanges() throws IOException {
        node.close();
        SettingRules rules = (key, value) ->
                value.equals("absurd") ? Optional.of(key + " cannot be absurd; expected sense") : Optional.empty();
        node = new NativeNode(directory, config -> config.withSettings(Map.of("fileReservedTime", "72"), rules));
        Frame fixed = change("fileReservedTime=48\nlistenPort=1\n");
        assertThat(fixed.code()).isEqualTo(ResponseCode.NO_PERMISSION);
        assertThat(fixed.remark()).contains("listenPort", "start the broker again", "fileReservedTime");
        Frame illegal = change("fileReservedTime=absurd");
        assertThat(illegal.code()).isEqualTo(ResponseCode.INVALID_PARAMETER);
        assertThat(illegal.remark()).contains("expected sense");
        assertThat(change("deleteWhen=25").remark()).contains("00 to 23");
        assertThat(change("").code()).isEqualTo(ResponseCode.INVALID_PARAMETER);
        Frame settings = ok(node.ask(RequestCode.GET_BROKER_CONFIG, NOTHING));
        assertThat(new String(settings.body().toByteArray(), StandardCharsets.UTF_8))
                .isEqualTo("fileReservedTime=72\n");
        assertThat(directory.resolve("config").resolve(Overrides.FILE_NAME)).doesNotExist();
    }

    private Frame stats(String name, String key) {
        return node.ask(RequestCode.VIEW_BROKER_STATS_DATA, new ViewStats(name, key));
    }

    @Test
    void replicasAreToldToBeNoneAndTablesForThemAreThere() {
        HaStatus status = Body.of(HaStatus.class, ok(node.ask(RequestCode.GET_BROKER_HA_STATUS, NOTHING)));
        assertThat(status.master()).isTrue();
        assertThat(status.haConnectionInfo()).isEmpty();
        assertThat(Body.of(DelayOffsetTable.class, ok(node.ask(RequestCode.GET_ALL_DELAY_OFFSET, NOTHING)))
                        .offsetTable())
                .isEmpty();
    }
}
