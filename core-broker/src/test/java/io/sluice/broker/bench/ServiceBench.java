package io.sluice.broker.bench;

import io.sluice.broker.delay.DelayLevels;
import io.sluice.broker.group.GroupConfigTable;
import io.sluice.broker.group.OrderLocks;
import io.sluice.broker.metrics.BrokerMetrics;
import io.sluice.broker.send.SendRules;
import io.sluice.broker.send.SendService;
import io.sluice.broker.timer.TimerRules;
import io.sluice.broker.topic.Topic;
import io.sluice.broker.topic.TopicRules;
import io.sluice.broker.topic.TopicTable;
import io.sluice.model.SluiceException;
import io.sluice.store.MessageStore;
import io.sluice.store.QueueRead;
import io.sluice.store.StoreConfig;
import io.sluice.store.file.FileDisk;
import io.sluice.store.queue.EntryFilter;
import io.sluice.wire.message.MessageView;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** A real store with tables beside it, a clock that stands still, and steps that run when a test says so. */
public final class ServiceBench implements AutoCloseable {
    public static final String LEVELS = "1s 5s 10s";
    public static final TimerRules TIMERS = new TimerRules("broker-a", Duration.ofDays(366), Duration.ofHours(36));

    public final MessageStore store;
    public final TopicTable topics;
    public final GroupConfigTable groups;
    public final OrderLocks locks;
    public final BrokerMetrics metrics = new BrokerMetrics();
    public final SendService sends;
    /** What was to run later, in order. */
    public final Deque<Runnable> steps = new ArrayDeque<>();
    /** What was written to the table files. */
    public final List<String> written = new ArrayList<>();

    public boolean diskRefusesTables;
    private Instant now = Instant.ofEpochMilli(1_700_000_000_000L);

    public ServiceBench(Path directory) {
        StoreConfig config = StoreConfig.in(directory)
                .withLogSegmentBytes(1024 * 1024)
                .withDelayLevels(LEVELS)
                .withFlushIntervalMs(20)
                .withFlushLeastPages(0);
        this.store = MessageStore.open(config, new FileDisk(), this::now);
        DelayLevels levels = DelayLevels.parse(LEVELS);
        this.topics = TopicTable.open(
                new TopicRules("cluster", "broker-a", true, 8, 100_000, levels.max(), false),
                this::now,
                this::later,
                Optional.empty(),
                this::write);
        this.groups = GroupConfigTable.open(true, 100_000, this::now, this::later, Optional.empty(), this::write);
        this.locks = new OrderLocks(this::now, Duration.ofSeconds(60), queue -> true);
        this.sends = new SendService(
                store,
                topics,
                groups,
                locks,
                metrics,
                new SendRules("cluster", "broker-a", "region", true, config.maxMessageBytes(), levels, () -> TIMERS),
                config::storeHost,
                this::now);
    }

    public Instant now() {
        return now;
    }

    public void pass(Duration time) {
        now = now.plus(time);
    }

    public void later(Duration delay, Runnable step) {
        steps.add(step);
    }

    /** Runs what waits, and what that asks for, until nothing waits. */
    public void runSteps() {
        while (!steps.isEmpty()) {
            steps.poll().run();
        }
    }

    public void write(String text) {
        if (diskRefusesTables) {
            throw new SluiceException("no room on purpose");
        }
        written.add(text);
    }

    public void topic(String name, int queues) {
        topics.put(Topic.of(name, queues, 6));
        runSteps();
    }

    /** The messages of a queue, bodies as text. */
    public List<String> texts(String topic, int queueId) {
        try (QueueRead read = store.read(topic, queueId, 0, EntryFilter.ALL, 1000, 1 << 20)) {
            return read.slices().stream()
                    .map(slice -> new String(MessageView.of(slice).body(), StandardCharsets.UTF_8))
                    .toList();
        }
    }

    /** One property of one message. */
    public String property(String topic, int queueId, long offset, String name) {
        try (QueueRead read = store.read(topic, queueId, offset, EntryFilter.ALL, 1, 1 << 20)) {
            return MessageView.of(read.slices().get(0)).property(name);
        }
    }

    @Override
    public void close() {
        store.close();
    }
}
