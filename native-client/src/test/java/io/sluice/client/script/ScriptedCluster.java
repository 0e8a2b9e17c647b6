package io.sluice.client.script;

import io.sluice.wire.body.BrokerData;
import io.sluice.wire.body.ClusterInfo;
import io.sluice.wire.body.QueueData;
import io.sluice.wire.body.TopicRouteData;
import io.sluice.wire.command.CommandTable;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.SendCommands.SendAnswer;
import io.sluice.wire.frame.Fields;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import io.sluice.wire.frame.ProtocolVersion;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A name server and some brokers that follow scripts; topics are spread over all brokers. */
public final class ScriptedCluster implements AutoCloseable {
    private static final int READ_WRITE = 6;

    private final ScriptedServer nameServer = new ScriptedServer(
            RequestCode.GET_ROUTEINFO_BY_TOPIC,
            RequestCode.GET_BROKER_CLUSTER_INFO,
            RequestCode.GET_ALL_TOPIC_LIST_FROM_NAMESERVER,
            RequestCode.DELETE_TOPIC_IN_NAMESRV);
    private final Map<String, ScriptedServer> brokers = new LinkedHashMap<>();
    private final Map<String, Integer> topics = new ConcurrentHashMap<>();

    /** Of topics that are on one broker alone. */
    private final Map<String, String> homes = new ConcurrentHashMap<>();

    private final Set<String> unlisted = ConcurrentHashMap.newKeySet();
    private final Set<String> away = ConcurrentHashMap.newKeySet();

    public ScriptedCluster(String... brokerNames) {
        for (String name : brokerNames) {
            brokers.put(
                    name,
                    new ScriptedServer(
                            RequestCode.SEND_MESSAGE_V2,
                            RequestCode.SEND_BATCH_MESSAGE,
                            RequestCode.PULL_MESSAGE,
                            RequestCode.HEART_BEAT,
                            RequestCode.UNREGISTER_CLIENT,
                            RequestCode.GET_CONSUMER_LIST_BY_GROUP,
                            RequestCode.QUERY_CONSUMER_OFFSET,
                            RequestCode.UPDATE_CONSUMER_OFFSET,
                            RequestCode.GET_ALL_CONSUMER_OFFSET,
                            RequestCode.GET_MAX_OFFSET,
                            RequestCode.GET_MIN_OFFSET,
                            RequestCode.SEARCH_OFFSET_BY_TIMESTAMP,
                            RequestCode.CONSUMER_SEND_MSG_BACK,
                            RequestCode.QUERY_MESSAGE,
                            RequestCode.VIEW_MESSAGE_BY_ID,
                            RequestCode.LOCK_BATCH_MQ,
                            RequestCode.UNLOCK_BATCH_MQ,
                            RequestCode.COMMIT_UNIT,
                            RequestCode.PREPARE_UNIT,
                            RequestCode.DECIDE_UNIT,
                            RequestCode.FORGET_UNIT,
                            RequestCode.LIST_UNITS));
        }
        nameServer.on(RequestCode.GET_ROUTEINFO_BY_TOPIC, asked -> route(asked.field("topic")));
        nameServer.on(RequestCode.GET_BROKER_CLUSTER_INFO, asked -> clusterInfo());
    }

    /** The topic is on all brokers again. */
    public void onAll(String topic) {
        homes.remove(topic);
    }

    /** @param queues per broker */
    public ScriptedCluster topic(String name, int queues) {
        topics.put(name, queues);
        return this;
    }

    /** The topic is on this broker alone. */
    public void onlyOn(String topic, String brokerName) {
        homes.put(topic, brokerName);
    }

    /** The name server lists the broker no more, though it is still there. */
    public void unlist(String brokerName) {
        unlisted.add(brokerName);
    }

    /** The name server says of this one that it has gone without taking leave. */
    public void away(String brokerName) {
        away.add(brokerName);
    }

    public void forget(String topic) {
        topics.remove(topic);
    }

    public ScriptedServer nameServer() {
        return nameServer;
    }

    public ScriptedServer broker(String name) {
        return brokers.get(name);
    }

    public ScriptedServer broker() {
        return brokers.values().iterator().next();
    }

    private Frame route(String topic) {
        Integer queues = topics.get(topic);
        if (queues == null) {
            return Frame.answer(17, "No topic route info in name server for the topic: " + topic);
        }
        List<QueueData> shares = brokerTable().keySet().stream()
                .filter(name -> homes.getOrDefault(topic, name).equals(name))
                .map(name -> new QueueData(name, queues, queues, READ_WRITE, 0))
                .toList();
        return answer(new TopicRouteData(shares, List.copyOf(brokerTable().values())).toFrameBody());
    }

    private Map<String, BrokerData> brokerTable() {
        Map<String, BrokerData> table = new LinkedHashMap<>();
        brokers.forEach(
                (name, server) -> table.put(name, new BrokerData("TestCluster", name, Map.of(0L, server.address()))));
        table.keySet().removeAll(unlisted);
        return table;
    }

    private Frame clusterInfo() {
        Map<String, BrokerData> table = brokerTable();
        return answer(new ClusterInfo(
                        table,
                        Map.of("TestCluster", Set.copyOf(table.keySet())),
                        away.isEmpty() ? Optional.empty() : Optional.of(Set.copyOf(away)))
                .toFrameBody());
    }

    public static Frame answer(FrameBody body) {
        return Frame.answer(0, "", Fields.NONE, body);
    }

    public static Frame answer(Record header) {
        return CommandTable.STANDARD.answer(header);
    }

    /** The answer as a broker of release 4.9.4 gives it. */
    public static Frame ofRelease4(Frame answer) {
        return new Frame(
                answer.serialization(),
                answer.code(),
                answer.language(),
                ProtocolVersion.V4_9_4,
                answer.opaque(),
                answer.flag(),
                answer.remark(),
                answer.fields(),
                answer.body());
    }

    /** A send that was stored. */
    public static Frame stored(int code, int queueId, long queueOffset, String messageIds) {
        return CommandTable.STANDARD.answer(
                code, "", new SendAnswer(messageIds, queueId, queueOffset, "", "", "", "", true), FrameBody.NONE);
    }

    /** The id of a message at this position of the log of 127.0.0.1:10911. */
    public static String idAt(long logOffset) {
        return "7F00000100002A9F%016X".formatted(logOffset);
    }

    @Override
    public void close() {
        nameServer.close();
        brokers.values().forEach(ScriptedServer::close);
    }
}
