package io.sluice.client.offset;

import io.sluice.model.GroupName;
import io.sluice.model.MessageQueue;
import io.sluice.model.SluiceException;
import io.sluice.model.TopicName;
import io.sluice.runtime.Threads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The offsets of a broadcasting member, in one file: a line {@code TOPIC BROKER QUEUE OFFSET} per queue. The file is replaced
 * as a whole, so a crash leaves the old or the new one. Written on a thread of its own, which ends when it is idle; one write
 * serves everything that was stored meanwhile.
 */
public final class LocalOffsets implements OffsetHome {
    private static final String SUFFIX = ".offsets";
    private static final Duration IDLE = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final Path file;
    private final Map<MessageQueue, Long> offsets;
    private final ThreadPoolExecutor writer;
    /** The write that has not begun yet; guarded by this object. */
    private CompletableFuture<Void> planned;

    private LocalOffsets(Path file, Map<MessageQueue, Long> offsets) {
        this.file = file;
        this.offsets = offsets;
        this.writer = new ThreadPoolExecutor(
                1,
                1,
                IDLE.toMillis(),
                TimeUnit.MILLISECONDS,
                new LinkedBlockingQueue<>(),
                Threads.daemons("sluice-offsets"));
        writer.allowCoreThreadTimeOut(true);
    }

    /**
     * Reads the file; a missing one is empty.
     *
     * @throws SluiceException when it cannot be read or is damaged
     */
    public static LocalOffsets open(Path directory, GroupName group) {
        Path file = directory.resolve(group + SUFFIX);
        Map<MessageQueue, Long> offsets = new ConcurrentSkipListMap<>();
        try {
            Files.createDirectories(directory);
            List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
            for (String line : lines) {
                read(file, line, offsets);
            }
        } catch (IOException unreadable) {
            throw new SluiceException("offsets of group %s cannot be read from %s".formatted(group, file), unreadable);
        }
        return new LocalOffsets(file, offsets);
    }

    private static void read(Path file, String line, Map<MessageQueue, Long> into) {
        String[] parts = line.split(" ");
        try {
            if (parts.length == 4) {
                into.put(
                        new MessageQueue(new TopicName(parts[0]), parts[1], Integer.parseInt(parts[2])),
                        Long.parseLong(parts[3]));
                return;
            }
        } catch (IllegalArgumentException damaged) {
            throw new SluiceException(damaged(file, line), damaged);
        }
        throw new SluiceException(damaged(file, line));
    }

    private static String damaged(Path file, String line) {
        return "line '%s' of %s is not TOPIC BROKER QUEUE OFFSET; correct it, or delete the file to start anew"
                .formatted(line, file);
    }

    @Override
    public CompletionStage<OptionalLong> find(MessageQueue queue) {
        Long known = offsets.get(queue);
        return CompletableFuture.completedFuture(known == null ? OptionalLong.empty() : OptionalLong.of(known));
    }

    @Override
    public CompletionStage<Void> store(MessageQueue queue, long offset) {
        offsets.put(queue, offset);
        synchronized (this) {
            if (planned == null) {
                planned = CompletableFuture.runAsync(this::write, writer);
            }
            return planned;
        }
    }

    private void write() {
        synchronized (this) {
            planned = null;
        }
        String lines = offsets.entrySet().stream()
                .map(entry -> "%s %s %d %d%n"
                        .formatted(
                                entry.getKey().topic(),
                                entry.getKey().brokerName(),
                                entry.getKey().queueId(),
                                entry.getValue()))
                .collect(Collectors.joining());
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.writeString(fresh, lines);
            Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failed) {
            throw new UncheckedIOException("offsets are not written to " + file, failed);
        }
    }

    @Override
    public void close() {
        writer.shutdown();
        try {
            writer.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
