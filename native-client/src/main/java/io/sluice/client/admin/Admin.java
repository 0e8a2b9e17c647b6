package io.sluice.client.admin;

import io.sluice.client.consume.ReceivedMessage;
import io.sluice.client.link.ClusterLink;
import io.sluice.client.link.Waiting;
import io.sluice.client.read.QueueOffsets;
import io.sluice.client.route.BrokerAddresses;
import io.sluice.client.route.RouteCache;
import io.sluice.model.GroupName;
import io.sluice.model.MessageId;
import io.sluice.model.MessageQueue;
import io.sluice.model.TopicName;
import io.sluice.port.MessageLookup;
import io.sluice.port.Records;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.port.TopicCatalog;
import io.sluice.port.TopicCatalog.TopicDescription;
import io.sluice.port.TopicCatalog.TopicSettings;
import io.sluice.wire.body.Body;
import io.sluice.wire.body.ConsumerIdList;
import io.sluice.wire.body.SubscriptionGroupConfig;
import io.sluice.wire.body.SubscriptionGroupTable;
import io.sluice.wire.command.GroupCommands.DeleteGroup;
import io.sluice.wire.command.NoFields;
import io.sluice.wire.command.OffsetCommands.ResetOffset;
import io.sluice.wire.command.RequestCode;
import io.sluice.wire.command.SessionCommands.GetConsumerList;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.message.MessageView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Looks at a cluster and changes it. Every call asks the cluster and waits for the answer. Any thread, except those of the
 * client. Works with Apache RocketMQ, too.
 *
 * <pre>{@code
 * Admin admin = client.admin();
 * admin.putTopic("Orders", 8);
 * long behind = admin.lag("billing", "Orders").stream().mapToLong(QueueLag::behind).sum();
 * admin.resetOffsets("billing", "Orders", Instant.now().minus(Duration.ofHours(1)));
 * List<ReceivedMessage> found = admin.findByKey("Orders", "order-42", 10);
 * }</pre>
 *
 * <p>What cannot be done is a {@link RefusedException} that says why.
 */
public final class Admin {
    /** How far back a search by key goes. */
    private static final Duration SEARCH = Duration.ofDays(30);

    private static final long TO_THE_END = -1;
    private static final int WHOLE_TOPIC = -1;

    private final ClusterLink link;
    private final RouteCache routes;
    private final QueueOffsets offsets;
    private final TopicCatalog topics;
    private final MessageLookup lookup;

    public Admin(ClusterLink link, RouteCache routes, QueueOffsets offsets, TopicCatalog topics, MessageLookup lookup) {
        this.link = link;
        this.routes = routes;
        this.offsets = offsets;
        this.topics = topics;
        this.lookup = lookup;
    }

    // ---- topics ----

    /** Topics of applications, sorted by name. */
    public List<TopicDescription> topics() {
        return await(topics.list());
    }

    public Optional<TopicDescription> topic(String topic) {
        return await(topics.describe(new TopicName(topic)));
    }

    /** Creates the topic on every broker, or changes it; completes when name servers show it. */
    public TopicDescription putTopic(String topic, int queues) {
        return putTopic(topic, TopicSettings.ofQueues(queues));
    }

    public TopicDescription putTopic(String topic, TopicSettings settings) {
        return await(topics.put(new TopicName(topic), settings));
    }

    /** Whether there was such a topic. Its messages go with the retention of the log. */
    public boolean deleteTopic(String topic) {
        return await(topics.delete(new TopicName(topic)));
    }

    // ---- groups ----

    /** Consumer groups that a broker has settings of, sorted by name; where brokers differ, one of them counts. */
    public List<GroupSettings> groups() {
        return await(everyBroker(address -> link.ask(
                                "list of groups", address, RequestCode.GET_ALL_SUBSCRIPTIONGROUP_CONFIG, new NoFields())
                        .thenApply(answer -> Body.of(SubscriptionGroupTable.class, answer))))
                .stream()
                .flatMap(table -> table.subscriptionGroupTable().values().stream())
                .collect(
                        TreeMap<String, GroupSettings>::new,
                        (all, each) -> all.put(each.groupName(), of(each)),
                        TreeMap::putAll)
                .values()
                .stream()
                .toList();
    }

    private static GroupSettings of(SubscriptionGroupConfig config) {
        return new GroupSettings(
                new GroupName(config.groupName()),
                config.consumeEnable(),
                Math.max(1, config.retryQueueNums()),
                Math.max(0, config.retryMaxTimes()));
    }

    /** Creates the group on every broker, or changes it; what is not a {@link GroupSettings} becomes the default. */
    public void putGroup(GroupSettings settings) {
        SubscriptionGroupConfig usual =
                SubscriptionGroupConfig.ofDefaults(settings.group().value());
        SubscriptionGroupConfig config = new SubscriptionGroupConfig(
                usual.groupName(),
                settings.mayConsume(),
                usual.consumeFromMinEnable(),
                usual.consumeBroadcastEnable(),
                usual.consumeMessageOrderly(),
                settings.retryQueues(),
                settings.retriesMax(),
                usual.groupRetryPolicy(),
                usual.brokerId(),
                usual.whichBrokerWhenConsumeSlowly(),
                usual.notifyConsumerIdsChangedEnable(),
                usual.groupSysFlag(),
                usual.consumeTimeoutMinute(),
                usual.attributes());
        await(everyBroker(address -> {
            Frame request = ClusterLink.request(
                    RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP, new NoFields(), config.toFrameBody());
            return link.ask(
                    "settings of a group", address, request, link.config().requestTimeout());
        }));
    }

    /** Deletes the settings and the offsets of the group on every broker. */
    public void deleteGroup(String group) {
        DeleteGroup command = new DeleteGroup(new GroupName(group).value(), true, true);
        await(everyBroker(
                address -> link.ask("deleting a group", address, RequestCode.DELETE_SUBSCRIPTIONGROUP, command)));
    }

    /** Client ids of the consumers of the group that are connected, sorted; brokers that know none are left out. */
    public List<String> membersOf(String group) {
        GetConsumerList command = new GetConsumerList(new GroupName(group).value());
        List<List<String>> known = await(everyBroker(address -> link.ask(
                        "members of a group", address, RequestCode.GET_CONSUMER_LIST_BY_GROUP, command)
                .thenApply(answer -> Body.of(ConsumerIdList.class, answer).consumerIdList())
                .exceptionally(nobody -> List.of())));
        TreeSet<String> all = new TreeSet<>();
        known.forEach(all::addAll);
        return List.copyOf(all);
    }

    // ---- offsets ----

    /** How far the group has come with each queue of the topic, sorted; for groups that read by offset. */
    public List<QueueLag> lag(String group, String topic) {
        GroupName name = new GroupName(group);
        List<CompletableFuture<QueueLag>> asked = new ArrayList<>();
        for (MessageQueue queue : readable(topic)) {
            asked.add(offsets.range(queue)
                    .thenCombine(
                            offsets.committed(name, queue, false),
                            (range, committed) -> new QueueLag(queue, range, committed))
                    .toCompletableFuture());
        }
        return await(all(asked));
    }

    /**
     * The group goes on at the first message stored at or after the instant, in every queue of the topic; brokers tell members
     * that are connected.
     */
    public void resetOffsets(String group, String topic, Instant storedAt) {
        reset(group, topic, storedAt.toEpochMilli());
    }

    /** The group goes on behind all messages there are. */
    public void skipAll(String group, String topic) {
        reset(group, topic, TO_THE_END);
    }

    private void reset(String group, String topic, long timestamp) {
        ResetOffset command = new ResetOffset(
                new GroupName(group).value(), new TopicName(topic).value(), WHOLE_TOPIC, -1, timestamp, true);
        List<String> holders = readable(topic).stream()
                .map(queue -> routes.primary(queue.brokerName()))
                .flatMap(Optional::stream)
                .distinct()
                .toList();
        List<CompletableFuture<Frame>> asked = new ArrayList<>();
        holders.forEach(address ->
                asked.add(link.ask("reset of offsets", address, RequestCode.INVOKE_BROKER_TO_RESET_OFFSET, command)
                        .toCompletableFuture()));
        await(all(asked));
    }

    /** Stores the next offset of the group for one queue, whatever it was; members that read it do not notice. */
    public void storeOffset(String group, MessageQueue queue, long nextOffset) {
        await(offsets.store(new GroupName(group), queue, nextOffset));
    }

    public OptionalLong committed(String group, MessageQueue queue) {
        return await(offsets.committed(new GroupName(group), queue, false));
    }

    private List<MessageQueue> readable(String topic) {
        TopicName name = new TopicName(topic);
        return await(routes.refresh(name))
                .orElseThrow(() -> new RefusedException(
                        Refusal.NO_SUCH_TOPIC, "topic %s does not exist; create it first".formatted(name)))
                .readable();
    }

    // ---- single messages ----

    /**
     * Messages of the last 30 days with this key or unique key, newest first.
     *
     * @param limit 1..64
     */
    public List<ReceivedMessage> findByKey(String topic, String key, int limit) {
        long now = System.currentTimeMillis();
        TopicName name = new TopicName(topic);
        return received(await(lookup.byKey(name, key, now - SEARCH.toMillis(), now, limit)));
    }

    /** @param messageId as a send or {@link ReceivedMessage#messageId} told it */
    public Optional<ReceivedMessage> findById(String messageId) {
        return received(await(lookup.byId(MessageId.parse(messageId)))).stream().findFirst();
    }

    private List<ReceivedMessage> received(Records records) {
        try (records) {
            return records.slices().stream()
                    .map(MessageView::of)
                    .map(view -> ReceivedMessage.of(
                            view, new MessageQueue(new TopicName(view.topic()), brokerOf(view), view.queueId())))
                    .toList();
        }
    }

    /** The name of the broker that stored the message, else its address. */
    private String brokerOf(MessageView view) {
        String address = view.storeHost().getAddress().getHostAddress() + ":"
                + view.storeHost().getPort();
        return routes.brokers().values().stream()
                .filter(broker -> broker.addresses().containsValue(address))
                .map(BrokerAddresses::brokerName)
                .findFirst()
                .orElse(address);
    }

    private <T> CompletionStage<List<T>> everyBroker(Function<String, CompletionStage<T>> question) {
        return routes.cluster().thenCompose(brokers -> {
            List<CompletableFuture<T>> asked = new ArrayList<>();
            brokers.stream()
                    .sorted(Comparator.comparing(BrokerAddresses::brokerName))
                    .map(BrokerAddresses::primary)
                    .flatMap(Optional::stream)
                    .forEach(address -> asked.add(question.apply(address).toCompletableFuture()));
            return all(asked);
        });
    }

    private static <T> CompletionStage<List<T>> all(List<CompletableFuture<T>> asked) {
        return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
                .thenApply(done -> asked.stream().map(CompletableFuture::join).toList());
    }

    private <T> T await(CompletionStage<T> answer) {
        return Waiting.forResult(link, "administration", () -> answer);
    }
}
