package io.sluice.broker.remoting;

import io.sluice.broker.admin.GroupAdmin;
import io.sluice.broker.admin.GroupAdmin.Progress;
import io.sluice.broker.admin.QueueFacts;
import io.sluice.broker.group.ConsumerGroup;
import io.sluice.broker.group.GroupConfigTable;
import io.sluice.broker.group.GroupRegistry;
import io.sluice.broker.group.Member;
import io.sluice.broker.metrics.BrokerMetrics;
import io.sluice.model.GroupName;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.transport.Peer;
import io.sluice.wire.body.Body;
import io.sluice.wire.body.BrokerConsumeStats;
import io.sluice.wire.body.ConnectionData;
import io.sluice.wire.body.ConsumeStats;
import io.sluice.wire.body.ConsumeStats.OffsetWrapper;
import io.sluice.wire.body.ConsumeTimeSpans;
import io.sluice.wire.body.ConsumeTimeSpans.QueueTimeSpan;
import io.sluice.wire.body.ConsumerConnection;
import io.sluice.wire.body.GroupList;
import io.sluice.wire.body.ProducerConnection;
import io.sluice.wire.body.ProducerTable;
import io.sluice.wire.body.ProducerTable.ProducerInfo;
import io.sluice.wire.body.QueueRef;
import io.sluice.wire.body.SubscriptionData;
import io.sluice.wire.body.SubscriptionGroupConfig;
import io.sluice.wire.body.SubscriptionGroupList;
import io.sluice.wire.body.SubscriptionOfGroup;
import io.sluice.wire.body.TopicList;
import io.sluice.wire.command.ConsumerCommands.GetConsumeStats;
import io.sluice.wire.command.ConsumerCommands.GetConsumeTimeSpan;
import io.sluice.wire.command.ConsumerCommands.GetConsumerConnections;
import io.sluice.wire.command.ConsumerCommands.GetGroupsOfTopic;
import io.sluice.wire.command.ConsumerCommands.GetProducerConnections;
import io.sluice.wire.command.ConsumerCommands.GetSubscription;
import io.sluice.wire.command.ConsumerCommands.GetTopicsOfGroup;
import io.sluice.wire.command.GroupCommands.DeleteGroup;
import io.sluice.wire.command.GroupCommands.GetGroupConfig;
import io.sluice.wire.command.ResponseCode;
import io.sluice.wire.frame.Frame;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Administration of consumer groups, and looking at producers and consumers. */
final class GroupAdminHandler {
    private static final long RATE_SPAN_MS = 60_000;

    private final GroupConfigTable groups;
    private final GroupRegistry registry;
    private final GroupAdmin admin;
    private final QueueFacts queues;
    private final BrokerMetrics metrics;
    private final InstantSource clock;
    private final Supplier<InetSocketAddress> self;

    /** @param self the address by which clients reach this broker */
    GroupAdminHandler(
            GroupConfigTable groups,
            GroupRegistry registry,
            GroupAdmin admin,
            QueueFacts queues,
            BrokerMetrics metrics,
            InstantSource clock,
            Supplier<InetSocketAddress> self) {
        this.groups = groups;
        this.registry = registry;
        this.admin = admin;
        this.queues = queues;
        this.metrics = metrics;
        this.clock = clock;
        this.self = self;
    }

    CompletionStage<Frame> put(Frame request, Peer peer) {
        return groups.put(Body.of(SubscriptionGroupConfig.class, request)).thenApply(saved -> Replies.done());
    }

    CompletionStage<Frame> putAll(Frame request, Peer peer) {
        List<CompletableFuture<Void>> saved = new ArrayList<>();
        for (SubscriptionGroupConfig group :
                Body.of(SubscriptionGroupList.class, request).groupConfigList()) {
            saved.add(groups.put(group).toCompletableFuture());
        }
        return CompletableFuture.allOf(saved.toArray(CompletableFuture[]::new)).thenApply(all -> Replies.done());
    }

    CompletionStage<Frame> all(Frame request, Peer peer) {
        return Replies.now(Replies.found(groups.all()));
    }

    CompletionStage<Frame> one(Frame request, Peer peer) {
        GetGroupConfig command = Replies.COMMANDS.read(request, GetGroupConfig.class);
        return Replies.now(groups.find(new GroupName(command.group()))
                .map(Replies::found)
                .orElseGet(() -> Replies.failed(
                        ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST,
                        "subscription group [%s] does not exist".formatted(command.group()))));
    }

    CompletionStage<Frame> delete(Frame request, Peer peer) {
        DeleteGroup command = Replies.COMMANDS.read(request, DeleteGroup.class);
        return admin.delete(new GroupName(command.groupName()), command.withOffsets())
                .thenApply(existed -> Replies.done());
    }

    CompletionStage<Frame> consumers(Frame request, Peer peer) {
        GetConsumerConnections command = Replies.COMMANDS.read(request, GetConsumerConnections.class);
        return Replies.now(registry.consumers(new GroupName(command.consumerGroup()))
                .map(group -> Replies.found(connections(group)))
                .orElseGet(() -> Replies.failed(
                        ResponseCode.CONSUMER_NOT_ONLINE,
                        "the consumer group[%s] not online".formatted(command.consumerGroup()))));
    }

    private static ConsumerConnection connections(ConsumerGroup group) {
        Map<String, SubscriptionData> wants = new LinkedHashMap<>();
        group.wants().forEach((topic, wanted) -> wants.put(topic.value(), Subscriptions.data(wanted)));
        return new ConsumerConnection(
                connections(group.members()),
                wants,
                group.traits().consumeType(),
                group.traits().messageModel(),
                group.traits().consumeFromWhere());
    }

    private static Set<ConnectionData> connections(Collection<Member> members) {
        return members.stream()
                .map(member -> new ConnectionData(
                        member.clientId(), member.link().address(), member.language(), member.version()))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    CompletionStage<Frame> producers(Frame request, Peer peer) {
        GetProducerConnections command = Replies.COMMANDS.read(request, GetProducerConnections.class);
        List<Member> members = registry.producers(new GroupName(command.producerGroup()));
        return Replies.now(
                members.isEmpty()
                        ? Replies.failed(
                                ResponseCode.SYSTEM_ERROR,
                                "the producer group[%s] not exist".formatted(command.producerGroup()))
                        : Replies.found(new ProducerConnection(connections(members))));
    }

    CompletionStage<Frame> allProducers(Frame request, Peer peer) {
        Map<String, List<ProducerInfo>> all = new LinkedHashMap<>();
        registry.allProducers()
                .forEach((group, members) -> all.put(
                        group.value(),
                        members.stream()
                                .map(member -> new ProducerInfo(
                                        member.clientId(),
                                        member.link().address(),
                                        member.language(),
                                        member.version(),
                                        member.lastBeatMs()))
                                .toList()));
        return Replies.now(Replies.found(new ProducerTable(all)));
    }

    CompletionStage<Frame> consumeStats(Frame request, Peer peer) {
        GetConsumeStats command = Replies.COMMANDS.read(request, GetConsumeStats.class);
        GroupName group = new GroupName(command.consumerGroup());
        return Replies.now(Replies.found(consumeStats(group, topicsAsked(command, group))));
    }

    private Collection<String> topicsAsked(GetConsumeStats command, GroupName group) {
        if (!command.topicList().isEmpty()) {
            return Arrays.stream(command.topicList().split(";"))
                    .filter(topic -> !topic.isBlank())
                    .toList();
        }
        return command.topic().isEmpty() ? admin.topicsOf(group) : List.of(command.topic());
    }

    private ConsumeStats consumeStats(GroupName group, Collection<String> topics) {
        Map<QueueRef, OffsetWrapper> offsets = new LinkedHashMap<>();
        double perSecond = 0;
        for (String topic : topics) {
            admin.progress(group, new TopicName(topic))
                    .forEach((queue, progress) -> offsets.put(QueueRef.of(queue), wrapper(progress)));
            perSecond += metrics.ofGroup(topic, group.value())
                    .map(traffic -> traffic.messages().last(RATE_SPAN_MS).perSecond())
                    .orElse(0.0);
        }
        return new ConsumeStats(offsets, perSecond);
    }

    private static OffsetWrapper wrapper(Progress progress) {
        return new OffsetWrapper(progress.end(), progress.next(), progress.next(), progress.consumedStoreMs());
    }

    CompletionStage<Frame> consumeStatsOfAll(Frame request, Peer peer) {
        List<Map<String, List<ConsumeStats>>> all = new ArrayList<>();
        long behind = 0;
        for (String name : groups.all().subscriptionGroupTable().keySet()) {
            GroupName group = new GroupName(name);
            List<ConsumeStats> perTopic = new ArrayList<>();
            for (String topic : admin.topicsOf(group)) {
                ConsumeStats stats = consumeStats(group, List.of(topic));
                behind += stats.offsetTable().values().stream()
                        .mapToLong(offset -> Math.max(0, offset.brokerOffset() - offset.consumerOffset()))
                        .sum();
                perTopic.add(stats);
            }
            if (!perTopic.isEmpty()) {
                all.add(Map.of(name, perTopic));
            }
        }
        return Replies.now(Replies.found(new BrokerConsumeStats(Addresses.text(self.get()), all, behind, 0)));
    }

    CompletionStage<Frame> groupsOfTopic(Frame request, Peer peer) {
        GetGroupsOfTopic command = Replies.COMMANDS.read(request, GetGroupsOfTopic.class);
        return Replies.now(Replies.found(new GroupList(admin.groupsOf(new TopicName(command.topic())))));
    }

    CompletionStage<Frame> topicsOfGroup(Frame request, Peer peer) {
        GetTopicsOfGroup command = Replies.COMMANDS.read(request, GetTopicsOfGroup.class);
        return Replies.now(Replies.found(
                new TopicList(admin.topicsOf(new GroupName(command.group())), Addresses.text(self.get()))));
    }

    CompletionStage<Frame> subscription(Frame request, Peer peer) {
        GetSubscription command = Replies.COMMANDS.read(request, GetSubscription.class);
        Optional<SubscriptionData> wants = command.topic().isEmpty()
                ? Optional.empty()
                : registry.consumers(new GroupName(command.group()))
                        .map(group -> group.wants().get(new TopicName(command.topic())))
                        .map(Subscriptions::data);
        return Replies.now(Replies.found(new SubscriptionOfGroup(command.group(), command.topic(), wants)));
    }

    CompletionStage<Frame> timeSpans(Frame request, Peer peer) {
        GetConsumeTimeSpan command = Replies.COMMANDS.read(request, GetConsumeTimeSpan.class);
        Map<MessageQueue, Progress> progress =
                admin.progress(new GroupName(command.group()), new TopicName(command.topic()));
        if (progress.isEmpty()) {
            return Replies.now(
                    Replies.failed(ResponseCode.TOPIC_NOT_EXIST, "topic[%s] not exist".formatted(command.topic())));
        }
        List<QueueTimeSpan> spans = new ArrayList<>();
        progress.forEach((queue, reached) -> spans.add(span(queue, reached)));
        return Replies.now(Replies.found(new ConsumeTimeSpans(spans)));
    }

    private QueueTimeSpan span(MessageQueue queue, Progress reached) {
        TopicName topic = queue.topic();
        long first = queues.earliestStoredAtMs(topic.value(), queue.queueId());
        long last = queues.lastStoredAtMs(topic, queue.queueId());
        long next = queues.storedAtMs(topic, queue.queueId(), reached.next());
        long waits = next == QueueFacts.UNKNOWN_TIME ? 0 : Math.max(0, clock.millis() - next);
        return new QueueTimeSpan(QueueRef.of(queue), first, last, reached.consumedStoreMs(), waits);
    }
}
