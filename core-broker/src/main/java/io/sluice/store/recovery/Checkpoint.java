package io.sluice.store.recovery;

import io.sluice.store.file.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The file {@code checkpoint}, 4096 bytes, by which other brokers find out where to begin after a crash. Sluice goes by
 * {@link Progress}; it keeps this file true, never ahead of what is durable, for a broker that opens the store later.
 *
 * <pre>
 *   0           8              16             24                    40
 *   logFlushed  queuesForced   indexFileFull  (of replicas, kept)   zeros
 * </pre>
 */
public final class Checkpoint {
    public static final String FILE = "checkpoint";

    private static final int BYTES = 4096;
    private static final int LOG_FLUSHED = 0;
    private static final int QUEUES_FORCED = 8;
    private static final int INDEX_FULL = 16;

    private Checkpoint() {}

    /**
     * @param storedAtMs    store time up to which log and queues are durable, epoch milliseconds
     * @param indexFullAtMs store time of the last entry of the last full index file; 0 without one
     */
    public static void write(Disk disk, Path directory, long storedAtMs, long indexFullAtMs) throws IOException {
        Path file = directory.resolve(FILE);
        byte[] content = new byte[BYTES];
        if (disk.stat(file).isPresent()) {
            content = Arrays.copyOf(disk.read(file, 1 << 20), BYTES);
        }
        ByteBuffer bytes = ByteBuffer.wrap(content);
        bytes.putLong(LOG_FLUSHED, storedAtMs);
        bytes.putLong(QUEUES_FORCED, storedAtMs);
        bytes.putLong(INDEX_FULL, indexFullAtMs);
        Path draft = file.resolveSibling(FILE + ".tmp");
        disk.write(draft, content, true);
        disk.rename(draft, file);
        disk.syncDirectory(directory.toAbsolutePath());
    }
}
