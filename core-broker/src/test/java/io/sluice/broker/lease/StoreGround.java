package io.sluice.broker.lease;

import io.sluice.filter.Filters;
import io.sluice.model.GroupName;
import io.sluice.model.MessageProperties;
import io.sluice.model.TopicName;
import io.sluice.store.MessageStore;
import io.sluice.store.QueueRead;
import io.sluice.store.StoreConfig;
import io.sluice.store.file.FileDisk;
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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The real store in a temporary directory. A killed process is a copy of the directory as it is, opened elsewhere: what was
 * mapped and written is there, what was only in memory is not.
 */
final class StoreGround implements LeaseGround, AutoCloseable {
    private final ManualClock clock = new ManualClock();
    private final Path root;
    private final int queues;
    private final int attemptsMax;
    private final FlushMode flushMode;
    private final List<Runnable> abandoned = new ArrayList<>();
    private final Map<CursorKey, Long> offsets = new ConcurrentHashMap<>();
    private Path directory;
    private int lives;
    private MessageStore store;
    private LeaseService service;

    StoreGround(int queues, int attemptsMax) throws IOException {
        this(queues, attemptsMax, FlushMode.ASYNC_FLUSH);
    }

    StoreGround(int queues, int attemptsMax, FlushMode flushMode) throws IOException {
        this.flushMode = flushMode;
        this.queues = queues;
        this.attemptsMax = attemptsMax;
        this.root = Files.createTempDirectory("lease-store");
        this.directory = Files.createDirectory(root.resolve("life-0"));
        open();
    }

    private void open() {
        StoreConfig config = StoreConfig.in(directory)
                .withFlushMode(flushMode)
                .withLogSegmentBytes(64 * 1024)
                .withQueueSegmentBytes(2_000)
                .withIndexSlots(50)
                .withIndexEntries(200)
                .withDiskFreeMinBytes(0)
                .withDiskMaxUsedRatio(1)
                .withDiskForceRatio(1)
                .withDiskFullRatio(1);
        store = MessageStore.open(config, new FileDisk(), clock);
        service = LeaseService.open(
                LeaseBench.rules(32_768),
                store,
                new Topics(),
                new Progress(),
                group -> attemptsMax,
                new Filters(),
                clock);
    }

    private final class Topics implements LeaseTopics {
        @Override
        public int readableQueues(TopicName topic) {
            return queues;
        }

        @Override
        public CompletionStage<Void> ensureDeadLetterTopic(TopicName deadLetters) {
            return CompletableFuture.completedFuture(null);
        }
    }

    private final class Progress implements GroupProgress {
        @Override
        public OptionalLong committed(GroupName group, TopicName topic, int queueId) {
            Long offset = offsets.get(new CursorKey(group, topic, queueId));
            return offset == null ? OptionalLong.empty() : OptionalLong.of(offset);
        }

        @Override
        public void advanced(GroupName group, TopicName topic, int queueId, long next) {
            offsets.merge(new CursorKey(group, topic, queueId), next, Math::max);
        }
    }

    MessageStore store() {
        return store;
    }

    @Override
    public LeaseService service() {
        return service;
    }

    @Override
    public ManualClock clock() {
        return clock;
    }

    @Override
    public void send(String topic, int queueId, String text, MessageProperties properties) {
        store.append(record(clock, topic, queueId, text, properties))
                .toCompletableFuture()
                .join();
    }

    static NewRecord record(ManualClock clock, String topic, int queueId, String text, MessageProperties properties) {
        return new NewRecord(
                topic,
                queueId,
                0,
                0,
                clock.millis(),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
                0,
                0,
                ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)),
                ByteBuffer.wrap(PropertiesCodec.encode(properties)),
                true);
    }

    @Override
    public List<String> texts(String topic, int queueId) {
        List<String> texts = new ArrayList<>();
        long end = store.range(topic, queueId).max();
        for (long at = 0; at < end; ) {
            try (QueueRead read = store.read(topic, queueId, at, EntryFilter.ALL, 100, 1 << 20)) {
                read.slices()
                        .forEach(slice ->
                                texts.add(new String(MessageView.of(slice).body(), StandardCharsets.UTF_8)));
                at = read.nextOffset();
            }
        }
        return texts;
    }

    @Override
    public void kill() {
        Path next = root.resolve("life-" + ++lives);
        copy(directory, next);
        abandoned.add(service::close);
        abandoned.add(store::close);
        directory = next;
        open();
    }

    private static void copy(Path from, Path to) {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path source : (Iterable<Path>) all::iterator) {
                Files.copy(source, to.resolve(from.relativize(source).toString()));
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public void closeAndReopen() {
        service.close();
        store.close();
        open();
    }

    @Override
    public void close() throws IOException {
        service.close();
        store.close();
        abandoned.forEach(Runnable::run);
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : (Iterable<Path>) all.sorted(Comparator.reverseOrder())::iterator) {
                Files.delete(path);
            }
        }
    }
}
