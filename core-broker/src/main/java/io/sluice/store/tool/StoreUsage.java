package io.sluice.store.tool;

import io.sluice.store.file.Disk;
import io.sluice.store.file.StoreIoException;
import io.sluice.store.log.LogScan;
import io.sluice.store.queue.QueueFiles;
import io.sluice.wire.message.MessageView;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What takes the space of a store.
 *
 * @param logBytes   from the first record to the end of the log
 * @param queueBytes length of the queue files, most of which may be holes
 * @param indexBytes length of the index files, likewise
 * @param topics     by bytes in the log, the largest first
 */
public record StoreUsage(long logBytes, long queueBytes, long indexBytes, List<Topic> topics) {

    /**
     * One topic.
     *
     * @param bytes          of its records
     * @param firstStoredAtMs store time of its oldest record, epoch milliseconds
     */
    public record Topic(String name, long messages, long bytes, long firstStoredAtMs, long lastStoredAtMs) {}

    /** Adds up the store in the directory, which nobody may have open. */
    public static StoreUsage of(Path directory, Disk disk) {
        try (OfflineStore store = OfflineStore.open(directory, disk)) {
            Map<String, Sum> sums = new TreeMap<>();
            LogScan scan = new LogScan(
                    store.log(),
                    store.log().min(),
                    store.log().min(),
                    LogScan.lastBegun(store.log()),
                    store.log().limit(),
                    false);
            scan.run((offset, record) -> {
                MessageView view = MessageView.of(record);
                sums.computeIfAbsent(view.topic(), topic -> new Sum()).add(record.remaining(), view.storedAtMs());
            });
            return new StoreUsage(
                    scan.position() - store.log().min(),
                    queueBytes(store),
                    store.index().bytes(),
                    sums.entrySet().stream()
                            .map(sum -> sum.getValue().topic(sum.getKey()))
                            .sorted((a, b) -> Long.compare(b.bytes(), a.bytes()))
                            .toList());
        } catch (IOException failed) {
            throw new StoreIoException("store %s cannot be read".formatted(directory), failed);
        }
    }

    private static long queueBytes(OfflineStore store) throws IOException {
        QueueFiles queues = store.queues();
        long files = 0;
        for (var queue : queues.listQueues()) {
            files += queues.list(queue).size();
        }
        return files * queues.fileBytes();
    }

    /** One line per topic, with a heading and a total. */
    public String text() {
        StringBuilder text = new StringBuilder("%15s %12s  %s%n".formatted("bytes", "messages", "topic"));
        for (Topic topic : topics) {
            text.append("%15d %12d  %s%n".formatted(topic.bytes(), topic.messages(), topic.name()));
        }
        return text.append("%15d %12d  (log; queue files %d bytes, index files %d bytes)%n"
                        .formatted(
                                logBytes,
                                topics.stream().mapToLong(Topic::messages).sum(),
                                queueBytes,
                                indexBytes))
                .toString();
    }

    private static final class Sum {
        private long messages;
        private long bytes;
        private long firstStoredAtMs = Long.MAX_VALUE;
        private long lastStoredAtMs;

        void add(int recordBytes, long storedAtMs) {
            messages++;
            bytes += recordBytes;
            firstStoredAtMs = Math.min(firstStoredAtMs, storedAtMs);
            lastStoredAtMs = Math.max(lastStoredAtMs, storedAtMs);
        }

        Topic topic(String name) {
            return new Topic(name, messages, bytes, firstStoredAtMs, lastStoredAtMs);
        }
    }
}
