package io.sluice.gateway.node;

import io.sluice.model.MessageQueue;
import io.sluice.transport.ConnectionLimits;
import io.sluice.transport.IoThreads;
import io.sluice.transport.RemotingClient;
import io.sluice.transport.RequestTable;
import io.sluice.wire.body.Body;
import io.sluice.wire.body.ConnectionData;
import io.sluice.wire.body.ConsumeDirectlyResult;
import io.sluice.wire.body.ConsumeStats;
import io.sluice.wire.body.ConsumerConnection;
import io.sluice.wire.body.ConsumerRunningInfo;
import io.sluice.wire.body.ProducerConnection;
import io.sluice.wire.body.QueueRef;
import io.sluice.wire.body.ResetOffsetBody;
import io.sluice.wire.body.SubscriptionGroupConfig;
import io.sluice.wire.body.TopicConfig;
import io.sluice.wire.command.CommandTable;
import io.sluice.wire.command.ConsumerCommands.ConsumeDirectly;
import io.sluice.wire.command.ConsumerCommands.GetConsumeStats;
import io.sluice.wire.command.ConsumerCommands.GetConsumerConnections;
import io.sluice.wire.command.ConsumerCommands.GetConsumerRunningInfo;
import io.sluice.wire.command.ConsumerCommands.GetProducerConnections;
import io.sluice.wire.command.NoFields;
import io.sluice.wire.command.OffsetCommands.ResetOffset;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.TopicCommands.GetTopicConfig;
import io.sluice.wire.command.TopicCommands.PutTopic;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameBody;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Asks a node over its native door what administrators ask; an answer that is no success fails the test. */
public final class Administrator implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int READ_AND_WRITE = 6;
    private static final int ALL_QUEUES = -1;
    private static final long BY_TIME = -1;

    private final String address;
    private final IoThreads threads = IoThreads.start("administrator", 1);
    private final RemotingClient client = RemotingClient.open(threads, ConnectionLimits.DEFAULT, new RequestTable());

    /** @param address {@code host:port} of the native door */
    public Administrator(String address) {
        this.address = address;
    }

    private Frame answer(int code, Record header, FrameBody body) {
        return client.call(address, CommandTable.STANDARD.request(code, header, body), PATIENCE)
                .toCompletableFuture()
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    private Frame ask(int code, Record header, FrameBody body) {
        Frame answer = answer(code, header, body);
        if (answer.code() != 0) {
            throw new AssertionError("code %d answered %d %s".formatted(code, answer.code(), answer.remark()));
        }
        return answer;
    }

    private Frame ask(int code, Record header) {
        return ask(code, header, FrameBody.NONE);
    }

    public void createTopic(String topic, int readQueues, int writeQueues) {
        putTopic(topic, readQueues, writeQueues, READ_AND_WRITE);
    }

    /** @param perm bits: 2 write, 4 read */
    public void putTopic(String topic, int readQueues, int writeQueues, int perm) {
        ask(
                RequestCode.UPDATE_AND_CREATE_TOPIC,
                new PutTopic(topic, "", readQueues, writeQueues, perm, "SINGLE_TAG", 0, false, "", false));
    }

    public TopicConfig topic(String topic) {
        return Body.of(TopicConfig.class, ask(RequestCode.GET_TOPIC_CONFIG, new GetTopicConfig(topic)));
    }

    public void createGroup(SubscriptionGroupConfig group) {
        ask(RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP, new NoFields(), group.toFrameBody());
    }

    /** Deletes what is older than messages are kept, now. */
    public void deleteExpired() {
        ask(RequestCode.DELETE_EXPIRED_COMMITLOG, new NoFields());
    }

    /** Puts a group on a topic to the first message stored at or after a time. */
    public Map<MessageQueue, Long> resetByTime(String group, String topic, long storedAtMs) {
        ResetOffsetBody now = Body.of(
                ResetOffsetBody.class,
                ask(
                        RequestCode.INVOKE_BROKER_TO_RESET_OFFSET,
                        new ResetOffset(group, topic, ALL_QUEUES, BY_TIME, storedAtMs, true)));
        return now.offsetTable().entrySet().stream()
                .collect(Collectors.toMap(entry -> entry.getKey().toQueue(), Map.Entry::getValue));
    }

    /** How far the group is behind on a topic, all queues together. */
    public long behind(String group, String topic) {
        return stats(group, topic).offsetTable().values().stream()
                .mapToLong(queue -> queue.brokerOffset() - queue.consumerOffset())
                .sum();
    }

    public ConsumeStats stats(String group, String topic) {
        return Body.of(ConsumeStats.class, ask(RequestCode.GET_CONSUME_STATS, new GetConsumeStats(group, topic, "")));
    }

    public ConsumerRunningInfo runningInfo(String group, String clientId) {
        return Body.of(
                ConsumerRunningInfo.class,
                ask(RequestCode.GET_CONSUMER_RUNNING_INFO, new GetConsumerRunningInfo(group, clientId, true)));
    }

    /** Ids of the queues of a topic that a consumer has at this moment. */
    public Set<Integer> queuesOf(String group, String clientId, String topic) {
        return runningInfo(group, clientId).mqTable().entrySet().stream()
                .filter(entry -> entry.getKey().topic().equals(topic))
                .filter(entry -> !entry.getValue().dropped())
                .map(Map.Entry::getKey)
                .map(QueueRef::queueId)
                .collect(Collectors.toSet());
    }

    /** @param messageId the place of the message in the log */
    public ConsumeDirectlyResult consumeDirectly(String group, String clientId, String topic, String messageId) {
        return Body.of(
                ConsumeDirectlyResult.class,
                ask(
                        RequestCode.CONSUME_MESSAGE_DIRECTLY,
                        new ConsumeDirectly(group, clientId, messageId, "", topic, 0, 0)));
    }

    public ConsumerConnection consumers(String group) {
        return Body.of(
                ConsumerConnection.class,
                ask(RequestCode.GET_CONSUMER_CONNECTION_LIST, new GetConsumerConnections(group)));
    }

    /** Connections of a producer group, none when it has not been heard of. */
    public Set<ConnectionData> producersOf(String group) {
        Frame answer =
                answer(RequestCode.GET_PRODUCER_CONNECTION_LIST, new GetProducerConnections(group), FrameBody.NONE);
        return answer.code() == 0 ? Body.of(ProducerConnection.class, answer).connectionSet() : Set.of();
    }

    @Override
    public void close() {
        client.close();
        threads.close();
    }
}
