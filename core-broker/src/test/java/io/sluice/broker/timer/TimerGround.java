package io.sluice.broker.timer;

import static org.awaitility.Awaitility.await;

import io.sluice.broker.topic.SystemTopics;
import io.sluice.model.MessageProperties;
import io.sluice.model.PropertyNames;
import io.sluice.store.LossyDisk;
import io.sluice.store.MessageStore;
import io.sluice.store.QueueRead;
import io.sluice.store.StoreConfig;
import io.sluice.store.log.AppendResult;
import io.sluice.store.log.FlushMode;
import io.sluice.store.queue.EntryFilter;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.NewRecord;
import io.sluice.wire.message.PropertiesCodec;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/** A store on a disk in memory, timers that are stepped by hand, and a clock that stands still. */
final class TimerGround {
    static final String TOPIC = "letters";
    static final Path DIRECTORY = Path.of("/store");
    static final TimerRules RULES = new TimerRules("broker-a", Duration.ofDays(366), Duration.ofMinutes(10));

    final Set<String> topics = new HashSet<>(Set.of(TOPIC));
    private final int bufferMax;
    private final FlushMode flushMode;
    private volatile long nowMs = 1_700_000_000_000L;
    /** Time that went by; steps of the clock back are none. */
    private volatile long elapsedMs;

    LossyDisk disk;
    MessageStore store;
    TimerService timers;

    TimerGround(long seed, int bufferMax, FlushMode flushMode) {
        this.disk = new LossyDisk(seed);
        this.bufferMax = bufferMax;
        this.flushMode = flushMode;
        open();
    }

    static TimerGround open(int bufferMax) {
        return new TimerGround(1, bufferMax, FlushMode.ASYNC_FLUSH);
    }

    void open() {
        StoreConfig config = StoreConfig.in(DIRECTORY)
                .withFlushMode(flushMode)
                .withLogSegmentBytes(64 * 1024)
                .withQueueSegmentBytes(2_000)
                .withIndexSlots(50)
                .withIndexEntries(200)
                .withDiskFreeMinBytes(0);
        store = MessageStore.open(config, disk, () -> Instant.ofEpochMilli(nowMs));
        timers = TimerService.open(
                () -> RULES,
                store,
                disk,
                DIRECTORY,
                topics::contains,
                () -> Instant.ofEpochMilli(nowMs),
                () -> TimeUnit.MILLISECONDS.toNanos(elapsedMs),
                bufferMax);
        store.keepFrom(timers::oldestNeeded);
        store.start();
    }

    long now() {
        return nowMs;
    }

    void pass(Duration time) {
        nowMs += time.toMillis();
        elapsedMs += Math.max(0, time.toMillis());
    }

    /** A message that waits, as a send leaves it. */
    CompletionStage<AppendResult> park(String topic, String text, long dueAtMs) {
        MessageProperties properties = MessageProperties.NONE
                .with(PropertyNames.UNIQUE_KEY, "key-" + text)
                .with(PropertyNames.REAL_TOPIC, topic)
                .with(PropertyNames.REAL_QUEUE_ID, "0")
                .with(PropertyNames.TIMER_OUT_MS, Long.toString(dueAtMs));
        long rewriteAt = nowMs + RULES.rewriteAfter().toMillis();
        return park(
                rewriteAt < dueAtMs
                        ? properties.with(PropertyNames.TIMER_REWRITE_AT, Long.toString(rewriteAt))
                        : properties,
                text);
    }

    CompletionStage<AppendResult> park(MessageProperties properties, String text) {
        return store.append(new NewRecord(
                SystemTopics.TIMER,
                0,
                0,
                0,
                nowMs,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
                0,
                0,
                ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)),
                ByteBuffer.wrap(PropertiesCodec.encode(properties)),
                true));
    }

    /** From now on the store refuses, its disk is full. */
    void fillDisk() {
        disk.room(0);
        AppendResult last = null;
        while (!(last instanceof AppendResult.Refused)) {
            last = park(MessageProperties.NONE, "x".repeat(10_000))
                    .toCompletableFuture()
                    .orTimeout(60, TimeUnit.SECONDS)
                    .join();
        }
    }

    /** The store goes on. */
    void makeRoom() {
        disk.room(1 << 30);
        await().atMost(Duration.ofSeconds(60)).until(() -> store.health().writable());
    }

    /** Lets the timer do whatever there is to do now. */
    void run() {
        int idle = 0;
        while (idle < 2) {
            idle = timers.work() > 0 ? 0 : idle + 1;
        }
    }

    TimerDesk desk() {
        return new TimerDesk(timers, store, topic -> topics.contains(topic.value()), "broker-a", Runnable::run);
    }

    /** Bodies of what is in a topic. */
    List<String> texts(String topic) {
        List<String> texts = new ArrayList<>();
        each(topic, (text, message) -> texts.add(text));
        return texts;
    }

    /** Everything in a topic, with its body as text. */
    void each(String topic, BiConsumer<String, MessageView> told) {
        long end = store.range(topic, 0).max();
        for (long at = 0; at < end; ) {
            try (QueueRead read = store.read(topic, 0, at, EntryFilter.ALL, 100, 1 << 20)) {
                for (ByteBuffer slice : read.slices()) {
                    MessageView message = MessageView.of(slice);
                    told.accept(new String(message.body(), StandardCharsets.UTF_8), message);
                }
                at = Math.max(read.nextOffset(), at + 1);
            }
        }
    }

    /** The process dies; what it had written can still be read. */
    void kill() {
        LossyDisk after;
        synchronized (disk) {
            after = disk.afterKill();
        }
        end();
        disk = after;
        open();
    }

    /** The machine dies; what was not forced is lost, or torn. */
    void cutPower() {
        LossyDisk after;
        synchronized (disk) {
            after = disk.afterPowerCut();
        }
        end();
        disk = after;
        open();
    }

    void restart() {
        end();
        open();
    }

    void end() {
        timers.close();
        store.close();
    }
}
