package io.sluice.broker.unit;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.broker.delay.DelayLevels;
import io.sluice.broker.group.GroupConfigTable;
import io.sluice.broker.group.OrderLocks;
import io.sluice.broker.lease.GroupProgress;
import io.sluice.broker.lease.LeaseRules;
import io.sluice.broker.lease.LeaseService;
import io.sluice.broker.lease.LeaseSnapshots;
import io.sluice.broker.lease.LeaseTopics;
import io.sluice.broker.metrics.BrokerMetrics;
import io.sluice.broker.send.DoorWriter;
import io.sluice.broker.send.SendRules;
import io.sluice.broker.send.SendService;
import io.sluice.broker.timer.TimerRules;
import io.sluice.broker.topic.Topic;
import io.sluice.broker.topic.TopicRules;
import io.sluice.broker.topic.TopicTable;
import io.sluice.filter.Filters;
import io.sluice.model.FilterExpression;
import io.sluice.model.GroupName;
import io.sluice.model.Message;
import io.sluice.model.TopicName;
import io.sluice.port.DecisionOutcome;
import io.sluice.port.LeaseReader.Lease;
import io.sluice.port.LeaseReader.LeaseRequest;
import io.sluice.port.LeaseReader.Start;
import io.sluice.port.Placement;
import io.sluice.port.PrepareOutcome;
import io.sluice.port.PreparedPage;
import io.sluice.port.PreparedUnit;
import io.sluice.port.SendOutcome;
import io.sluice.port.UnitOfWork;
import io.sluice.port.UnitOutcome;
import io.sluice.port.UnitsOfWork.Decision;
import io.sluice.store.LossyDisk;
import io.sluice.store.MessageStore;
import io.sluice.store.StoreConfig;
import io.sluice.store.Stores;
import io.sluice.store.log.FlushMode;
import io.sluice.wire.message.MessageLayout;
import io.sluice.wire.message.MessageView;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** The rooms that units of work need, on a disk that forgets; killed and opened again as a test likes. */
final class UnitGround implements AutoCloseable {
    static final Duration LEASE = Duration.ofSeconds(30);
    static final Duration REWRITE_AFTER = Duration.ofHours(1);
    static final GroupName GROUP = new GroupName("workers");
    static final String IN = "In";
    static final int SEGMENT_BYTES = 64 * 1024;

    /** The last of the four bytes behind the offset in the log. */
    private static final int SIZE_IN_ENTRY = 11;

    /** Where the body begins in a record of a host with four bytes. */
    private static final int BODY = 88;

    private static final Path LOG = Path.of("/store/commitlog/%020d".formatted(0));
    private static final TimerRules TIMERS = TimerRules.of("broker-a", Duration.ofDays(1), 72);
    private static final String LEVELS = "1s 5s";
    private static final InetSocketAddress HOST = new InetSocketAddress(InetAddress.getLoopbackAddress(), 10911);

    private final FlushMode flushMode;
    private final UnitRules rules;
    private volatile long nowMs = 1_700_000_000_000L;
    private LossyDisk disk;
    private MessageStore store;
    private LeaseService leases;
    private UnitService units;
    private DoorWriter writer;

    UnitGround(long seed, FlushMode flushMode, UnitRules rules) {
        this.flushMode = flushMode;
        this.rules = rules;
        this.disk = new LossyDisk(seed);
        open();
    }

    void open() {
        InstantSource clock = () -> Instant.ofEpochMilli(nowMs);
        StoreConfig config = StoreConfig.in(Path.of("/store"))
                .withFlushMode(flushMode)
                .withLogSegmentBytes(SEGMENT_BYTES)
                .withQueueSegmentBytes(2_000)
                .withIndexSlots(50)
                .withIndexEntries(200)
                .withDelayLevels(LEVELS)
                .withDiskFreeMinBytes(0);
        store = MessageStore.open(config, disk, clock);
        DelayLevels levels = DelayLevels.parse(LEVELS);
        TopicTable topics = TopicTable.open(
                new TopicRules("cluster", "broker-a", true, 1, 1_000, levels.max(), false),
                clock,
                (delay, step) -> step.run(),
                Optional.empty(),
                written -> {});
        topics.put(Topic.of(IN, 2, 6));
        GroupConfigTable groups =
                GroupConfigTable.open(true, 1_000, clock, (delay, step) -> step.run(), Optional.empty(), written -> {});
        SendRules sendRules =
                new SendRules("cluster", "broker-a", "region", true, config.maxMessageBytes(), levels, () -> TIMERS);
        SendService sends = new SendService(
                store,
                topics,
                groups,
                new OrderLocks(clock, Duration.ofSeconds(60), queue -> true),
                new BrokerMetrics(),
                sendRules,
                () -> HOST,
                clock);
        leases = LeaseService.open(
                LeaseRules.of("broker-a"), store, new Topics(), new Progress(), group -> 1000, new Filters(), clock);
        units = UnitService.open(rules, "broker-a", store, sends, leases, Runnable::run, clock);
        sends.onceBy(units);
        writer = new DoorWriter(sends, topics, HOST);
        store.start();
        leases.start();
    }

    private static final class Topics implements LeaseTopics {
        @Override
        public int readableQueues(TopicName topic) {
            return topic.value().equals(IN) ? 2 : 1;
        }

        @Override
        public CompletionStage<Void> ensureDeadLetterTopic(TopicName deadLetters) {
            return CompletableFuture.completedFuture(null);
        }
    }

    private static final class Progress implements GroupProgress {
        @Override
        public OptionalLong committed(GroupName group, TopicName topic, int queueId) {
            return OptionalLong.empty();
        }

        @Override
        public void advanced(GroupName group, TopicName topic, int queueId, long next) {}
    }

    static <T> T result(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }

    MessageStore store() {
        return store;
    }

    UnitService units() {
        return units;
    }

    void pass(Duration time) {
        nowMs += time.toMillis();
    }

    SendOutcome send(Message message, int queueId) {
        return result(writer.send(message, new Placement.Queue(queueId)));
    }

    CompletionStage<UnitOutcome> commit(UnitOfWork unit) {
        return new DoorUnits(units, writer).commit(unit);
    }

    CompletionStage<PrepareOutcome> prepare(UnitOfWork unit) {
        return new DoorUnits(units, writer).prepare(unit);
    }

    CompletionStage<DecisionOutcome> decide(String id, Decision decision, boolean byHand) {
        return units.prepared().decide(id, decision, byHand);
    }

    /** What is prepared, or decided heuristically. */
    List<PreparedUnit> undecided() {
        List<PreparedUnit> all = new ArrayList<>();
        String after = "";
        for (boolean more = true; more; ) {
            PreparedPage page = units.prepared().page(after, 2);
            all.addAll(page.units());
            more = page.more();
            after = more ? page.units().get(page.units().size() - 1).id() : "";
        }
        return all;
    }

    /** Byte of the log from which on units need it. */
    long oldestNeeded() {
        return units.oldestNeeded();
    }

    static long logOffset(Lease lease) {
        return MessageView.of(lease.slice()).logOffset();
    }

    void reset(int queueId, long next) {
        result(leases.reset(GROUP, new TopicName(IN), queueId, next));
    }

    /** As the broker does now and then. */
    void lookAfterUnits() {
        units.prepared().lookAfter(REWRITE_AFTER);
    }

    /** As the thread of the leases does now and then. */
    void saveCursors() {
        LeaseSnapshots.save(leases);
    }

    /** Everything in the log survives a power cut from now on. */
    void force() {
        assertThat(store.force(store.logRange().max())).isTrue();
    }

    List<Lease> lease(int max) {
        return result(leases.lease(new LeaseRequest(
                        GROUP,
                        new TopicName(IN),
                        FilterExpression.ALL,
                        FilterExpression.ALL,
                        max,
                        LEASE,
                        Duration.ZERO,
                        Start.FIRST)))
                .leases();
    }

    static String text(Lease lease) {
        return new String(MessageView.of(lease.slice()).body(), StandardCharsets.UTF_8);
    }

    List<String> texts(String topic) {
        List<String> texts = new ArrayList<>();
        for (int queueId = 0; queueId < 2; queueId++) {
            texts.addAll(Stores.readableBodies(store, topic, queueId));
        }
        return texts;
    }

    /** Makes the record that begins at this byte of the log unreadable; in the first of its files. */
    void damage(long logOffset) {
        disk.content(LOG)[(int) logOffset + MessageLayout.MAGIC] ^= 1;
    }

    /** Where the record with this body begins; in the first file of the log. */
    long recordOf(String body) {
        String all = new String(disk.content(LOG), StandardCharsets.ISO_8859_1);
        return all.indexOf(body) - BODY;
    }

    /** What the disk says is free. */
    void usable(long bytes) {
        disk.usable(bytes);
    }

    void closeAndReopen() {
        close();
        open();
    }

    /** What the disk keeps is taken first; the old process then ends on a disk that nobody reads again. */
    void crash(boolean powerCut) {
        end(powerCut ? LossyDisk::afterPowerCut : LossyDisk::afterKill);
        open();
    }

    private void end(UnaryOperator<LossyDisk> how) {
        LossyDisk after;
        synchronized (disk) {
            after = how.apply(disk);
        }
        close();
        disk = after;
    }

    /** Ends the process, which is not opened again yet. */
    void kill() {
        end(LossyDisk::afterKill);
    }

    /** Loses the first file of a queue of the topic; between two runs. */
    void loseQueue(String topic) {
        disk.remove(queueFile(topic));
    }

    /** Loses what the cursors were saved as, so that their journal is read back; between two runs. */
    void loseCursors() {
        disk.remove(Path.of("/store/config", LeaseService.SNAPSHOT_TABLE));
    }

    /** Changes the size that the first entry of a queue of the topic says; between two runs. */
    void flipSizeInQueue(String topic) {
        disk.content(queueFile(topic))[SIZE_IN_ENTRY] ^= 1;
    }

    private static Path queueFile(String topic) {
        return Path.of("/store/consumequeue/%s/0/%020d".formatted(topic, 0));
    }

    @Override
    public void close() {
        leases.close();
        store.close();
    }
}
