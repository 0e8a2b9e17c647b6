package io.sluice.perf.store;

import io.sluice.broker.timer.TimerRules;
import io.sluice.broker.timer.TimerService;
import io.sluice.broker.topic.SystemTopics;
import io.sluice.model.MessageProperties;
import io.sluice.model.PropertyNames;
import io.sluice.runtime.Threads;
import io.sluice.store.MessageStore;
import io.sluice.store.QueueRead;
import io.sluice.store.file.FileDisk;
import io.sluice.store.log.AppendResult;
import io.sluice.store.log.FlushMode;
import io.sluice.store.queue.EntryFilter;
import io.sluice.wire.message.MessageView;
import io.sluice.wire.message.NewRecord;
import io.sluice.wire.message.PropertiesCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * {@link StoreScenario#TIMERS}. Lateness is the time from when a message was due until it had its place in the log, to the
 * millisecond of the wall clock.
 */
final class TimerScenario {
    private static final String TOPIC = "Due";
    private static final Duration DAY = Duration.ofDays(1);
    private static final long BURST = 200_000;
    private static final long BURST_AHEAD_MS = 4_000;
    private static final int STREAM_SECONDS = 10;
    private static final int STREAM_PER_SECOND = 1_000;
    private static final long STREAM_AHEAD_MS = 1_000;
    private static final int LOAD_PER_SECOND = 20_000;
    private static final long SLICE_NANOS = 1_000_000;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final long LATENESS_MAX_MS = 600_000;
    private static final InetSocketAddress BORN = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

    private final StorePlan plan;
    private final Consumer<Figure> told;
    private final ByteBuffer body;
    private final Random random = new Random(1);
    private long sent;

    TimerScenario(StorePlan plan, Consumer<Figure> told) {
        this.plan = plan;
        this.told = told;
        this.body = ByteBuffer.allocate(plan.bytes());
    }

    void run() throws IOException {
        TimerRules rules = new TimerRules("broker-a", TimerRules.MAX_DELAY_DEFAULT, DAY.multipliedBy(30));
        try (ScratchStore scratch = new ScratchStore(plan.directory());
                MessageStore store = scratch.open(FlushMode.ASYNC_FLUSH);
                TimerService timers = TimerService.open(
                        () -> rules,
                        store,
                        new FileDisk(),
                        scratch.directory(),
                        topic -> true,
                        InstantSource.system())) {
            timers.start();
            insert(store, timers, scratch.directory());
            stream(store, timers, "%,d a second".formatted(STREAM_PER_SECOND));
            Load load = new Load(store);
            try {
                stream(
                        store,
                        timers,
                        "%,d a second beside %,d appends a second".formatted(STREAM_PER_SECOND, LOAD_PER_SECOND));
            } finally {
                load.close();
            }
            burst(store, timers);
        }
    }

    /** Messages that wait all the time. */
    private void insert(MessageStore store, TimerService timers, Path directory) throws IOException {
        long now = System.currentTimeMillis();
        long began = System.nanoTime();
        for (long i = 0; i < plan.messages(); i++) {
            park(store, now + DAY.toMillis() + random.nextInt((int) DAY.toMillis()));
        }
        await(() -> timers.status().behind() == 0);
        double seconds = (System.nanoTime() - began) / 1e9;
        tell(
                "%,d messages of %d B put to wait".formatted(plan.messages(), plan.bytes()),
                plan.messages() / seconds,
                "1/s");
        try (Stream<Path> files = Files.walk(directory.resolve(TimerService.INDEX_DIRECTORY))) {
            long bytes = files.filter(Files::isRegularFile)
                    .mapToLong(TimerScenario::size)
                    .sum();
            tell("index on the disk, each", bytes / (double) plan.messages(), "B");
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    /** So many a second, each due after a second or more, while those of {@link #insert} wait. */
    private void stream(MessageStore store, TimerService timers, String name) {
        long from = store.range(TOPIC, 0).max();
        long began = System.nanoTime();
        long count = (long) STREAM_SECONDS * STREAM_PER_SECOND;
        for (long i = 0; i < count; i++) {
            long planned = began + i * 1_000_000_000L / STREAM_PER_SECOND;
            while (System.nanoTime() < planned) {
                LockSupport.parkNanos(SLICE_NANOS);
            }
            park(store, System.currentTimeMillis() + STREAM_AHEAD_MS + random.nextInt(2_000));
        }
        Histogram lateness = lateness(store, from, from + count);
        tell(name + ", late at the median", lateness.getValueAtPercentile(50), "ms");
        tell(name + ", late at 99.9 %", lateness.getValueAtPercentile(99.9), "ms");
        tell(name + ", late at most", lateness.getMaxValue(), "ms");
    }

    /** Very many at one moment. */
    private void burst(MessageStore store, TimerService timers) {
        long from = store.range(TOPIC, 0).max();
        long due = System.currentTimeMillis() + BURST_AHEAD_MS;
        for (long i = 0; i < BURST; i++) {
            park(store, due);
        }
        if (System.currentTimeMillis() > due) {
            throw new IllegalStateException(
                    "the machine is too slow to put %d messages to wait in %d ms".formatted(BURST, BURST_AHEAD_MS));
        }
        Histogram lateness = lateness(store, from, from + BURST);
        tell("%,d due at one moment, delivered".formatted(BURST), BURST * 1000.0 / lateness.getMaxValue(), "1/s");
    }

    private void park(MessageStore store, long dueAtMs) {
        MessageProperties properties = MessageProperties.NONE
                .with(PropertyNames.UNIQUE_KEY, "%016X".formatted(sent++))
                .with(PropertyNames.REAL_TOPIC, TOPIC)
                .with(PropertyNames.REAL_QUEUE_ID, "0")
                .with(PropertyNames.TIMER_OUT_MS, Long.toString(dueAtMs));
        NewRecord record = new NewRecord(
                SystemTopics.TIMER,
                0,
                0,
                0,
                System.currentTimeMillis(),
                BORN,
                0,
                0,
                body.duplicate(),
                ByteBuffer.wrap(PropertiesCodec.encode(properties)),
                true);
        AppendResult result = store.append(record).toCompletableFuture().join();
        while (result instanceof AppendResult.Refused refused) {
            if (refused.reason() != AppendResult.Reason.OVERLOADED) {
                throw new IllegalStateException("not stored: " + refused.sentence());
            }
            LockSupport.parkNanos(SLICE_NANOS);
            result = store.append(record).toCompletableFuture().join();
        }
    }

    /** Waits for the deliveries in this part of the queue and looks when they came. */
    private static Histogram lateness(MessageStore store, long from, long to) {
        await(() -> store.range(TOPIC, 0).max() >= to);
        Histogram lateness = new Histogram(LATENESS_MAX_MS, 3);
        for (long at = from; at < to; ) {
            try (QueueRead read = store.read(TOPIC, 0, at, EntryFilter.ALL, 1000, 1 << 20)) {
                read.slices().forEach(slice -> {
                    MessageView message = MessageView.of(slice);
                    long late = message.storedAtMs() - Long.parseLong(message.property(PropertyNames.TIMER_OUT_MS));
                    if (late < 0) {
                        throw new IllegalStateException("a message came %d ms early".formatted(-late));
                    }
                    lateness.recordValue(Math.min(late, LATENESS_MAX_MS));
                });
                at = Math.max(at + 1, read.nextOffset());
            }
        }
        return lateness;
    }

    private static void await(Condition condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.isMet()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("waited in vain for " + PATIENCE);
            }
            LockSupport.parkNanos(SLICE_NANOS);
        }
    }

    @FunctionalInterface
    private interface Condition {
        boolean isMet();
    }

    private void tell(String name, double value, String unit) {
        told.accept(new Figure("timers", name, value, unit));
    }

    /** One thread that appends at an even pace. */
    private static final class Load {
        private final AtomicBoolean over = new AtomicBoolean();
        private final Thread thread;

        Load(MessageStore store) {
            RecordSource source = new RecordSource(1L << 50, 1024);
            thread = Threads.named("load", () -> {
                long began = System.nanoTime();
                long appended = 0;
                while (!over.get()) {
                    long planned = (System.nanoTime() - began) * LOAD_PER_SECOND / 1_000_000_000L;
                    for (; appended < planned; appended++) {
                        store.append(source.next(Producers.TOPIC, (int) (appended % Producers.QUEUES)));
                    }
                    LockSupport.parkNanos(SLICE_NANOS);
                }
            });
            thread.start();
        }

        void close() {
            over.set(true);
            try {
                thread.join();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
