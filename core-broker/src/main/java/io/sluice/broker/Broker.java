package io.sluice.broker;

import io.sluice.broker.admin.BrokerState;
import io.sluice.broker.admin.Cleaning;
import io.sluice.broker.admin.GroupAdmin;
import io.sluice.broker.admin.QueueFacts;
import io.sluice.broker.admin.TopicAdmin;
import io.sluice.broker.assign.Assignments;
import io.sluice.broker.assign.RequestModes;
import io.sluice.broker.delay.DelayLevels;
import io.sluice.broker.delay.DelayService;
import io.sluice.broker.group.GroupConfigTable;
import io.sluice.broker.group.GroupRegistry;
import io.sluice.broker.group.Heartbeats;
import io.sluice.broker.group.OrderLocks;
import io.sluice.broker.housekeeping.Housekeeping;
import io.sluice.broker.housekeeping.Lane;
import io.sluice.broker.lease.GroupPolicy;
import io.sluice.broker.lease.GroupProgress;
import io.sluice.broker.lease.LeaseRules;
import io.sluice.broker.lease.LeaseService;
import io.sluice.broker.lease.LeaseTopics;
import io.sluice.broker.lease.RedeliveryDelay;
import io.sluice.broker.metrics.BrokerMetrics;
import io.sluice.broker.offset.OffsetQueries;
import io.sluice.broker.offset.OffsetTable;
import io.sluice.broker.offset.ResetPushes;
import io.sluice.broker.pull.GroupPulls;
import io.sluice.broker.pull.ParkingLot;
import io.sluice.broker.pull.PullLimits;
import io.sluice.broker.pull.PullService;
import io.sluice.broker.query.QueryService;
import io.sluice.broker.registry.NameServerLink;
import io.sluice.broker.registry.Registration;
import io.sluice.broker.remoting.ConsumerResets;
import io.sluice.broker.remoting.Lanes;
import io.sluice.broker.remoting.ProducerQuestions;
import io.sluice.broker.remoting.RemotingDoor;
import io.sluice.broker.remoting.Services;
import io.sluice.broker.send.SendBack;
import io.sluice.broker.send.SendRules;
import io.sluice.broker.send.SendService;
import io.sluice.broker.settings.Overrides;
import io.sluice.broker.settings.RuntimeSettings;
import io.sluice.broker.table.TableText;
import io.sluice.broker.timer.TimerDesk;
import io.sluice.broker.timer.TimerRules;
import io.sluice.broker.timer.TimerService;
import io.sluice.broker.topic.Expiry;
import io.sluice.broker.topic.Permission;
import io.sluice.broker.topic.Topic;
import io.sluice.broker.topic.TopicRules;
import io.sluice.broker.topic.TopicTable;
import io.sluice.broker.topic.TopicsFile;
import io.sluice.broker.transaction.TransactionDesk;
import io.sluice.broker.transaction.Transactions;
import io.sluice.broker.unit.UnitService;
import io.sluice.filter.Filters;
import io.sluice.model.GroupName;
import io.sluice.model.TopicName;
import io.sluice.port.BrokerPort;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.runtime.CloseStack;
import io.sluice.store.MessageStore;
import io.sluice.store.StoreHealth;
import io.sluice.store.file.Disk;
import io.sluice.store.retention.RetentionConfig;
import io.sluice.store.table.TableFile;
import io.sluice.transport.ConnectionLimits;
import io.sluice.transport.IoThreads;
import io.sluice.transport.RemotingClient;
import io.sluice.transport.RequestTable;
import io.sluice.wire.body.Body;
import io.sluice.wire.body.ConsumerOffsetTable;
import io.sluice.wire.body.DataVersion;
import io.sluice.wire.body.DelayOffsetTable;
import io.sluice.wire.body.MessageRequestModeTable;
import io.sluice.wire.body.QueueData;
import io.sluice.wire.body.QueueRef;
import io.sluice.wire.body.SubscriptionGroupConfig;
import io.sluice.wire.body.SubscriptionGroupTable;
import io.sluice.wire.body.TopicConfigTable;
import io.sluice.wire.body.TopicRouteData;
import io.sluice.wire.frame.ProtocolVersion;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One broker: the store, the services on it, and the native door.
 *
 * <p>{@link #open} recovers and wires, {@link #start} runs threads and listens, {@link #close} undoes both in reverse; twice
 * is harmless. Owned by one thread; the port may be used by any.
 */
public final class Broker implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Broker.class);

    private static final Duration NAME_SERVERS_EVERY = Duration.ofSeconds(2);
    /** A name server that answers later does not hold up a start or a change of topics. */
    private static final Duration NAME_SERVERS_PATIENCE = Duration.ofSeconds(1);

    private static final Duration EXPIRE_EVERY = Duration.ofSeconds(10);
    private static final Duration CLIENT_SILENCE_MAX = Duration.ofSeconds(120);
    private static final Duration ORDER_LOCK_LIFETIME = Duration.ofSeconds(60);
    private static final Duration OFFSETS_EVERY = Duration.ofSeconds(1);
    private static final Duration DELAY_PROGRESS_EVERY = Duration.ofSeconds(5);
    private static final Duration UNITS_EVERY = Duration.ofSeconds(5);
    private static final Duration SAMPLE_EVERY = Duration.ofSeconds(10);
    private static final Duration FORGET_METRICS_EVERY = Duration.ofMinutes(10);
    private static final int LANE_WAIT_MAX = 10_000;
    private static final int IO_THREADS =
            Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors() / 2));
    private static final String REGION = SendRules.USUAL_REGION;
    private static final int HA_DISTANCE = 1;
    private static final long FAREWELL_MS = 2000;
    private static final double PERCENT = 100.0;

    private static final int LEASES_OPEN_MAX = 100_000;
    private static final int LEASE_WAITERS_MAX = 100_000;
    private static final int CURSORS_MAX = 1_000_000;
    private static final int LEASED_MESSAGES_MAX = 1024;
    private static final int LEASED_BYTES_MAX = 8 * 1024 * 1024;
    private static final Duration LEASE_MAX = Duration.ofDays(7);
    private static final long LEASE_SNAPSHOT_BYTES = 16L * 1024 * 1024;

    private final BrokerConfig config;
    private final InstantSource clock;
    private final CloseStack parts;
    private final Filters filters = new Filters();
    private final BrokerMetrics metrics = new BrokerMetrics();

    private final Housekeeping housekeeping;
    private final Lane adminLane;
    private final Lane queryLane;
    private final Lane coldReadLane;
    private final MessageStore store;
    private final TopicTable topics;
    private final GroupConfigTable groups;
    private final OffsetTable offsets;
    private final GroupRegistry registry;
    private final OrderLocks locks;
    private final DelayService delays;
    private final TimerService timers;
    private final Transactions transactions;
    private final ParkingLot lot;
    private final LeaseService leases;
    private final UnitService units;
    private final Services services;
    private final LocalBrokerPort.Rooms portRooms;

    /** Replaced when the log is kept longer or shorter. */
    private volatile TimerRules timerRules;

    /** Set by {@link #start}; clients reach the broker here. */
    private volatile InetSocketAddress self;

    private volatile NameServerLink nameServers;
    private volatile RemotingDoor door;
    private volatile int secondPort;
    private boolean closed;

    private Broker(BrokerConfig config, Disk disk, InstantSource clock, CloseStack parts) {
        this.config = config;
        this.parts = parts;
        this.clock = clock;
        this.self = new InetSocketAddress(config.advertised(), config.listenPort());
        DelayLevels levels = DelayLevels.parse(config.delayLevels());

        this.store = parts.push(MessageStore.open(config.store().withDelayLevels(config.delayLevels()), disk, clock));
        this.housekeeping = new Housekeeping(System::nanoTime);
        this.adminLane = new Lane("broker-admin", LANE_WAIT_MAX);
        this.queryLane = new Lane("broker-query", LANE_WAIT_MAX);
        this.coldReadLane = new Lane("cold-reads", LANE_WAIT_MAX);

        TopicRules topicRules = new TopicRules(
                config.clusterName(),
                config.brokerName(),
                config.autoCreateTopics(),
                config.defaultTopicQueues(),
                config.maxTopics(),
                levels.max(),
                config.traceTopic());
        TableFile topicsFile = store.table("topics.json");
        this.topics =
                TopicTable.open(topicRules, clock, housekeeping, load(topicsFile, TopicsFile.class), topicsFile::save);
        TableFile groupsFile = store.table("subscriptionGroup.json");
        this.groups = GroupConfigTable.open(
                config.autoCreateGroups(),
                config.maxGroups(),
                clock,
                housekeeping,
                load(groupsFile, SubscriptionGroupTable.class),
                groupsFile::save);
        TableFile offsetsFile = store.table("consumerOffset.json");
        this.offsets =
                OffsetTable.open(clock, housekeeping, load(offsetsFile, ConsumerOffsetTable.class), offsetsFile::save);
        offsets.lowerTo((topic, queueId) -> store.range(topic, queueId).max());
        TableFile delaysFile = store.table("delayOffset.json");
        this.delays = DelayService.open(
                levels, store, topics, clock, housekeeping, load(delaysFile, DelayOffsetTable.class), delaysFile::save);

        keptFor(config.store().reservedHours());
        this.timers = parts.push(TimerService.open(
                () -> timerRules,
                store,
                disk,
                config.store().directory(),
                topic -> topics.find(topic).isPresent(),
                clock));
        store.keepFrom(timers::oldestNeeded);
        this.transactions = parts.push(Transactions.open(
                config.transactions(),
                () -> timerRules.rewriteAfter(),
                store,
                topic -> topics.find(topic).isPresent(),
                new TransactionProgress(offsets),
                clock));
        store.keepFrom(transactions::oldestNeeded);
        TimerDesk timerDesk =
                new TimerDesk(timers, store, topic -> topics.find(topic).isPresent(), config.brokerName(), queryLane);

        this.registry = new GroupRegistry(clock, CLIENT_SILENCE_MAX, groups::mayNotify);
        this.locks = new OrderLocks(
                clock,
                ORDER_LOCK_LIFETIME,
                queue -> queue.brokerName().equals(config.brokerName())
                        && topics.find(queue.topic())
                                .filter(topic -> queue.queueId() < topic.queues())
                                .isPresent());
        this.lot = new ParkingLot(PullLimits.DEFAULT.placesMax(), System::nanoTime);
        PullService pulls = new PullService(
                store,
                topics,
                lot,
                filters,
                PullLimits.DEFAULT,
                coldReadLane,
                System::nanoTime,
                clock,
                metrics::expired);
        store.onArrival((topic, queueId, next) -> lot.grown(topic, queueId));
        SendRules sendRules = new SendRules(
                config.clusterName(),
                config.brokerName(),
                REGION,
                true,
                config.store().maxMessageBytes(),
                levels,
                () -> timerRules);
        SendService sends = new SendService(store, topics, groups, locks, metrics, sendRules, () -> self, clock);
        this.leases =
                LeaseService.open(leaseRules(), store, new Topics(), new Progress(), new Policy(), filters, clock);
        this.units = UnitService.open(config.units(), config.brokerName(), store, sends, leases, queryLane, clock);
        sends.onceBy(units);
        QueueFacts queueFacts = new QueueFacts(store);
        TableFile modesFile = store.table("messageRequestMode.json");
        RequestModes modes =
                RequestModes.open(housekeeping, load(modesFile, MessageRequestModeTable.class), modesFile::save);
        TopicAdmin topicAdmin = new TopicAdmin(topics, store, offsets, lot, adminLane);
        QueryService queries = new QueryService(store, topics, queryLane);
        topics.onChange(this::topicChanged);
        groups.onRemove(leases::forgetGroup);
        GroupPulls groupPulls = new GroupPulls(pulls, store, topics, groups, registry, offsets, config.sqlAllowed());
        offsets.onReset(leases::reset);
        offsets.onReset(groupPulls::moved);
        ResetPushes resetPushes =
                new ResetPushes(offsets, new ConsumerResets(registry, config.brokerName(), clock), housekeeping);
        offsets.onReset((group, topic, queueId, next) -> {
            // Who leases has no place of its own to go to.
            if (leases.status(group, topic, queueId).isEmpty()) {
                resetPushes.moved(group, topic, queueId, next);
            }
        });
        this.services = new Services(
                sends,
                new SendBack(store, topics, groups, sends),
                groupPulls,
                new Heartbeats(
                        registry, groups, (group, queues) -> topics.ensureGroupTopic(TopicName.retryOf(group), queues)),
                registry,
                locks,
                groups,
                new GroupAdmin(groups, registry, offsets, topics, queueFacts),
                topics,
                topicAdmin,
                offsets,
                new OffsetQueries(offsets, store),
                queueFacts,
                queries,
                delays,
                timers,
                timerDesk,
                transactions,
                leases,
                units,
                modes,
                new Assignments(modes, registry, this::readableQueues),
                metrics,
                new BrokerState(
                        store,
                        metrics,
                        delays,
                        lot,
                        clock,
                        new BrokerState.Version(
                                ProtocolVersion.CURRENT, ProtocolVersion.describe(ProtocolVersion.CURRENT))),
                new Cleaning(store, topics),
                runtimeSettings(groupPulls),
                filters,
                clock,
                new Lanes(queryLane, adminLane),
                this::register,
                () -> self,
                new Services.Says(config.brokerName(), REGION, true));
        this.portRooms = new LocalBrokerPort.Rooms(
                sends,
                pulls,
                leases,
                offsets,
                topics,
                topicAdmin,
                queries,
                timerDesk,
                units,
                new TransactionDesk(
                        transactions, store, topic -> topics.find(topic).isPresent(), queryLane),
                housekeeping,
                () -> self);
    }

    /** What waits in the log has half of the time that the log is kept. */
    private void keptFor(int hours) {
        timerRules = TimerRules.of(config.brokerName(), config.timerMaxDelay(), hours);
    }

    /** The settings, and how those that can change while the broker runs reach the rooms they concern. */
    private RuntimeSettings runtimeSettings(GroupPulls pulls) {
        TableFile overridesFile = store.table(Overrides.FILE_NAME);
        return new RuntimeSettings(
                config.settings(),
                Map.of(
                        "autoCreateTopicEnable",
                        value -> () -> topics.changeRules(
                                Boolean.parseBoolean(value), topics.rules().defaultQueues()),
                        "defaultTopicQueueNums",
                        value -> {
                            int queues = Integer.parseInt(value);
                            return () -> topics.changeRules(topics.rules().autoCreate(), queues);
                        },
                        "autoCreateSubscriptionGroup",
                        value -> () -> groups.autoCreate(Boolean.parseBoolean(value)),
                        "enablePropertyFilter",
                        value -> () -> pulls.sqlAllowed(Boolean.parseBoolean(value)),
                        "fileReservedTime",
                        value -> {
                            int hours = Integer.parseInt(value);
                            return () -> {
                                store.changeRetention(retention -> retention.withReservedHours(hours));
                                keptFor(hours);
                            };
                        },
                        "deleteWhen",
                        value -> {
                            Set<Integer> hours = RetentionConfig.hours(value);
                            return () -> store.changeRetention(retention -> retention.withDeleteHours(hours));
                        },
                        "diskMaxUsedSpaceRatio",
                        value -> {
                            double ratio = Integer.parseInt(value) / PERCENT;
                            return () -> store.changeRetention(retention -> retention.withMaxUsedRatio(ratio));
                        }),
                overridesFile.load(Overrides::parse).orElse(Map.of()),
                config.settingRules(),
                overridesFile::save,
                clock);
    }

    /**
     * Opens the store, which recovers it, and puts the services together. Nothing runs and nothing listens yet.
     *
     * @throws io.sluice.model.SluiceException when the store cannot be opened; then nothing stays open
     */
    public static Broker open(BrokerConfig config, Disk disk, InstantSource clock) {
        CloseStack parts = new CloseStack();
        try {
            return new Broker(config, disk, clock, parts);
        } catch (RuntimeException | Error failed) {
            try (parts) {
                throw failed;
            }
        }
    }

    private static <T extends Record & Body> Optional<T> load(TableFile file, Class<T> type) {
        return file.load(text -> TableText.read(type, text));
    }

    private LeaseRules leaseRules() {
        return new LeaseRules(
                config.brokerName(),
                LEASES_OPEN_MAX,
                LEASE_WAITERS_MAX,
                CURSORS_MAX,
                LEASED_MESSAGES_MAX,
                LEASED_BYTES_MAX,
                LEASE_MAX,
                LEASE_SNAPSHOT_BYTES);
    }

    /** What leasing asks of groups. */
    private final class Policy implements GroupPolicy {
        /** As many deliveries as a consumer that reads by offset gets. */
        @Override
        public int attemptsMax(GroupName group) {
            return Math.max(
                    1,
                    groups.find(group)
                            .map(SubscriptionGroupConfig::retryMaxTimes)
                            .orElse(ATTEMPTS_DEFAULT));
        }

        @Override
        public RedeliveryDelay redeliveryDelay(GroupName group) {
            return GroupRetries.read(groups.find(group).flatMap(SubscriptionGroupConfig::groupRetryPolicy));
        }

        @Override
        public boolean isOrderedByKey(GroupName group) {
            return groups.find(group)
                    .map(SubscriptionGroupConfig::consumeMessageOrderly)
                    .orElse(false);
        }
    }

    private void topicChanged(TopicName topic) {
        if (topics.find(topic).isEmpty()) {
            leases.forgetTopic(topic);
        }
        registerSoon();
    }

    /** What leasing asks of topics. */
    private final class Topics implements LeaseTopics {
        @Override
        public int readableQueues(TopicName name) {
            Topic topic = topics.find(name)
                    .orElseThrow(() -> new RefusedException(
                            Refusal.NO_SUCH_TOPIC,
                            "topic %s does not exist on broker %s; create it first"
                                    .formatted(name, config.brokerName())));
            if (!topic.isReadable()) {
                throw new RefusedException(
                        Refusal.NOT_READABLE,
                        "topic %s may not be read (perm %d); an administrator can allow it"
                                .formatted(name, topic.perm()));
            }
            return topic.readQueues();
        }

        @Override
        public Expiry expiry(TopicName name) {
            return topics.find(name).map(Topic::expiry).orElse(Expiry.NONE);
        }

        @Override
        public void expired(long messages) {
            metrics.expired(messages);
        }

        @Override
        public CompletionStage<Void> ensureDeadLetterTopic(TopicName deadLetters) {
            topics.ensureGroupTopic(deadLetters, 1);
            return topics.unsaved(deadLetters.value()).orElseGet(() -> CompletableFuture.completedFuture(null));
        }
    }

    /** What leasing asks of offsets. */
    private final class Progress implements GroupProgress {
        @Override
        public OptionalLong committed(GroupName group, TopicName topic, int queueId) {
            return offsets.committed(group, topic, queueId);
        }

        @Override
        public void advanced(GroupName group, TopicName topic, int queueId, long next) {
            offsets.advance(group, topic, queueId, next);
        }
    }

    /**
     * Runs the threads, listens, and registers at the name servers; returns when each of them has answered or cannot be
     * reached, at the latest after a second.
     *
     * @param nameServerAddresses {@code host:port} each
     * @throws IOException when a port is taken
     */
    public void start(List<String> nameServerAddresses) throws IOException {
        store.start();
        housekeeping.start();
        parts.push(housekeeping);
        startLane(adminLane);
        startLane(queryLane);
        startLane(coldReadLane);
        // Closed in reverse: the tables are saved when nobody moves offsets any more.
        parts.push(this::saveTables);
        leases.start();
        parts.push(leases);
        delays.start();
        parts.push(delays);
        timers.start();
        transactions.start(new ProducerQuestions(registry));
        lot.start();
        parts.push(lot);

        IoThreads io = parts.push(IoThreads.start("native-io", IO_THREADS));
        door = parts.push(RemotingDoor.open(services, io, ConnectionLimits.DEFAULT));
        RemotingDoor.Ports bound = door.listen(config.bindAddress(), config.listenPort());
        self = new InetSocketAddress(config.advertised(), bound.first());
        store.storeHost(self);
        secondPort = bound.second();

        RemotingClient client = parts.push(RemotingClient.open(io, ConnectionLimits.DEFAULT, new RequestTable()));
        nameServers = parts.push(new NameServerLink(
                client,
                nameServerAddresses,
                registration(),
                this::topicConfigs,
                topics::version,
                units.prepared()::isAnyKept,
                NAME_SERVERS_PATIENCE));
        register().toCompletableFuture().join();
        schedule();
        log.info(
                "broker {} of cluster {} serves RocketMQ clients at {}, name servers {}",
                config.brokerName(),
                config.clusterName(),
                self,
                nameServerAddresses);
    }

    private void startLane(Lane lane) {
        lane.start();
        parts.push(lane);
    }

    private Registration registration() {
        String host = self.getAddress().getHostAddress();
        return new Registration(
                config.clusterName(),
                config.brokerName(),
                config.brokerId(),
                host + ":" + self.getPort(),
                host + ":" + (self.getPort() + HA_DISTANCE));
    }

    private TopicConfigTable topicConfigs() {
        // The version first: topics that change meanwhile are then told once more, not never.
        DataVersion version = topics.version();
        return new TopicConfigTable(topics.configs(), version);
    }

    /** Of all brokers that the name servers know, else of this one. */
    private CompletionStage<List<QueueRef>> readableQueues(TopicName topic) {
        NameServerLink link = nameServers;
        CompletionStage<Optional<TopicRouteData>> route =
                link == null ? CompletableFuture.completedFuture(Optional.empty()) : link.route(topic);
        return route.thenApply(found -> found.map(TopicRouteData::queueDatas).orElseGet(() -> ownQueues(topic)).stream()
                .filter(queues -> Permission.isReadable(queues.perm()))
                .flatMap(queues -> IntStream.range(0, queues.readQueueNums())
                        .mapToObj(queueId -> new QueueRef(topic.value(), queues.brokerName(), queueId)))
                .toList());
    }

    private List<QueueData> ownQueues(TopicName name) {
        return topics
                .find(name)
                .map(topic ->
                        new QueueData(config.brokerName(), topic.readQueues(), topic.writeQueues(), topic.perm(), 0))
                .stream()
                .toList();
    }

    private CompletionStage<Void> register() {
        NameServerLink link = nameServers;
        return link == null ? CompletableFuture.completedFuture(null) : link.register();
    }

    /** Topics change in bursts; one registration tells of all of them. */
    private void registerSoon() {
        housekeeping.run(Duration.ZERO, this::register);
    }

    private void schedule() {
        housekeeping.every(NAME_SERVERS_EVERY, "signs of life to the name servers", nameServers::check);
        housekeeping.every(EXPIRE_EVERY, "expiry of silent clients", registry::expire);
        housekeeping.every(EXPIRE_EVERY, "expiry of order locks", locks::expire);
        housekeeping.every(OFFSETS_EVERY, "saving consumer offsets", offsets::saveIfChanged);
        housekeeping.every(DELAY_PROGRESS_EVERY, "saving the progress of delay levels", delays::saveProgress);
        housekeeping.every(UNITS_EVERY, "looking after prepared units", () -> units.prepared()
                .lookAfter(timerRules.rewriteAfter()));
        housekeeping.every(SAMPLE_EVERY, "sampling of rates", () -> metrics.sample(clock.millis()));
        housekeeping.every(
                FORGET_METRICS_EVERY,
                "forgetting the rates of what is gone",
                () -> metrics.forget(topic -> topics.find(topic).isPresent(), group -> groups.find(new GroupName(group))
                        .isPresent()));
    }

    private void saveTables() {
        topics.saveNow();
        groups.saveNow();
        offsets.saveNow();
    }

    /** For a door in the same process: closed by the door, or ending with the broker. */
    public BrokerPort port() {
        return new LocalBrokerPort(portRooms);
    }

    /** Port of the native door; known after {@link #start}. */
    public int localPort() {
        return self.getPort();
    }

    /** Second port of the native door, for clients with the VIP channel switched on; known after {@link #start}. */
    public int secondPort() {
        return secondPort;
    }

    /** Why the process should be started anew, one sentence each: a failed flush cannot be mended otherwise. */
    public List<String> whyRestart() {
        StoreHealth health = store.health();
        return health.state() == StoreHealth.State.READ_ONLY ? List.of(health.sentence()) : List.of();
    }

    /** Why no messages can be taken now, one sentence each. */
    public List<String> whyNotReady() {
        StoreHealth health = store.health();
        return health.writable() ? List.of() : List.of(health.sentence());
    }

    /**
     * Lets clients end what they have in hand, up to {@value #FAREWELL_MS} ms, unregisters, closes the door, answers who
     * waits, saves the tables and leaves the store clean.
     */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            if (door != null) {
                door.takeLeave(Duration.ofMillis(FAREWELL_MS));
            }
            parts.close();
        }
    }
}
