package io.sluice.broker.remoting;

import io.sluice.broker.admin.QueueFacts;
import io.sluice.broker.admin.TopicAdmin;
import io.sluice.broker.metrics.BrokerMetrics;
import io.sluice.broker.topic.Topic;
import io.sluice.broker.topic.TopicTable;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.port.OffsetRange;
import io.sluice.transport.Peer;
import io.sluice.wire.body.Body;
import io.sluice.wire.body.QueueRef;
import io.sluice.wire.body.TopicConfig;
import io.sluice.wire.body.TopicConfigList;
import io.sluice.wire.body.TopicConfigTable;
import io.sluice.wire.body.TopicList;
import io.sluice.wire.body.TopicStatsTable;
import io.sluice.wire.body.TopicStatsTable.TopicOffset;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.command.TopicCommands.DeleteTopic;
import io.sluice.wire.command.TopicCommands.GetTopicConfig;
import io.sluice.wire.command.TopicCommands.GetTopicStats;
import io.sluice.wire.command.TopicCommands.PutTopic;
import io.sluice.wire.frame.Frame;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Administration of topics. A change is answered when the name servers have been told, or could not be. */
final class TopicAdminHandler {
    private static final long RATE_SPAN_MS = 60_000;

    private final TopicAdmin admin;
    private final TopicTable topics;
    private final QueueFacts queues;
    private final BrokerMetrics metrics;
    private final Supplier<CompletionStage<Void>> register;

    /** @param register tells the name servers about the topics; its stage never fails */
    TopicAdminHandler(
            TopicAdmin admin,
            TopicTable topics,
            QueueFacts queues,
            BrokerMetrics metrics,
            Supplier<CompletionStage<Void>> register) {
        this.admin = admin;
        this.topics = topics;
        this.queues = queues;
        this.metrics = metrics;
        this.register = register;
    }

    CompletionStage<Frame> put(Frame request, Peer peer) {
        PutTopic command = Replies.COMMANDS.read(request, PutTopic.class);
        TopicName name = new TopicName(command.topic());
        Map<String, String> attributes =
                new LinkedHashMap<>(topics.find(name).map(Topic::attributes).orElse(Map.of()));
        change(attributes, command.attributes());
        Topic topic = new Topic(
                name,
                command.readQueueNums(),
                command.writeQueueNums(),
                command.perm(),
                command.topicSysFlag(),
                command.topicFilterType(),
                command.order(),
                attributes);
        return admin.put(topic).thenCompose(saved -> register.get()).thenApply(told -> Replies.done());
    }

    /** {@code +name=value} sets, {@code -name} removes, separated by commas. */
    private static void change(Map<String, String> attributes, String said) {
        for (String part : said.split(",")) {
            String change = part.trim();
            int middle = change.indexOf('=');
            if (change.startsWith("+") && middle > 1) {
                attributes.put(
                        change.substring(1, middle).trim(),
                        change.substring(middle + 1).trim());
            } else if (change.startsWith("-")) {
                attributes.remove(change.substring(1).trim());
            }
        }
    }

    CompletionStage<Frame> putAll(Frame request, Peer peer) {
        List<CompletableFuture<Void>> saved = new ArrayList<>();
        for (TopicConfig config : Body.of(TopicConfigList.class, request).topicConfigList()) {
            saved.add(admin.put(Topic.of(config)).toCompletableFuture());
        }
        return CompletableFuture.allOf(saved.toArray(CompletableFuture[]::new))
                .thenCompose(done -> register.get())
                .thenApply(told -> Replies.done());
    }

    CompletionStage<Frame> delete(Frame request, Peer peer) {
        DeleteTopic command = Replies.COMMANDS.read(request, DeleteTopic.class);
        return admin.delete(new TopicName(command.topic()))
                .thenCompose(existed -> register.get())
                .thenApply(told -> Replies.done());
    }

    CompletionStage<Frame> all(Frame request, Peer peer) {
        return Replies.now(Replies.found(new TopicConfigTable(topics.configs(), topics.version())));
    }

    CompletionStage<Frame> one(Frame request, Peer peer) {
        GetTopicConfig command = Replies.COMMANDS.read(request, GetTopicConfig.class);
        return Replies.now(topics.find(command.topic())
                .map(topic -> Replies.found(topic.toConfig()))
                .orElseGet(() -> noSuchTopic(command.topic())));
    }

    private static Frame noSuchTopic(String topic) {
        return Replies.failed(ResponseCode.TOPIC_NOT_EXIST, "topic[%s] not exist".formatted(topic));
    }

    CompletionStage<Frame> stats(Frame request, Peer peer) {
        GetTopicStats command = Replies.COMMANDS.read(request, GetTopicStats.class);
        return Replies.now(topics.find(command.topic())
                .map(topic -> Replies.found(stats(topic)))
                .orElseGet(() -> noSuchTopic(command.topic())));
    }

    private TopicStatsTable stats(Topic topic) {
        Map<QueueRef, TopicOffset> all = new LinkedHashMap<>();
        for (int queueId = 0; queueId < topic.queues(); queueId++) {
            MessageQueue queue = new MessageQueue(topic.name(), topics.rules().brokerName(), queueId);
            OffsetRange range = queues.range(queue);
            all.put(
                    QueueRef.of(queue),
                    new TopicOffset(range.min(), range.max(), queues.lastStoredAtMs(topic.name(), queueId)));
        }
        double perSecond = metrics.ofTopic(topic.name().value())
                .map(traffic -> traffic.messages().last(RATE_SPAN_MS).perSecond())
                .orElse(0.0);
        return new TopicStatsTable(all, perSecond);
    }

    CompletionStage<Frame> systemTopics(Frame request, Peer peer) {
        return Replies.now(
                Replies.found(new TopicList(new LinkedHashSet<>(topics.system().initialNames()))));
    }
}
