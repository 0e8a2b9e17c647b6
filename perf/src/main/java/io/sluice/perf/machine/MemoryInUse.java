package io.sluice.perf.machine;

import io.sluice.model.SluiceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Fills the memory that nobody uses with the cache of a file, as it is on a server that has been up for a while: whoever writes
 * then gets pages that the system takes away from that file, not pages that the machine has never touched. On virtual
 * machines whose host lends memory at the first touch the two differ by a multiple. The file has no blocks on the disk and
 * is deleted at the end; until then {@link #fill} may be called again and again. One thread.
 */
public final class MemoryInUse implements AutoCloseable {
    private static final int CHUNK_BYTES = 1 << 20;

    private final Path file;
    private final long bytes;

    /** @param bytes of the file, at least 1 */
    MemoryInUse(Path file, long bytes) {
        this.file = file;
        this.bytes = bytes;
    }

    /** As much as the machine has in all; what programs need they get, for such pages are the first to be taken away. */
    public static MemoryInUse ofMachine(Path directory) {
        return new MemoryInUse(directory.resolve("memory-in-use"), Machine.memoryBytes());
    }

    /** Reads the whole file; takes a second or two when it is in memory already, and half a minute for 20 GB when it is not. */
    public void fill() {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            if (channel.size() < bytes) {
                channel.write(ByteBuffer.allocate(1), bytes - 1);
            }
            ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
            int read;
            do {
                read = channel.read(chunk.clear());
            } while (read >= 0);
        } catch (IOException failed) {
            throw new SluiceException("%s could not be read: %s".formatted(file, failed.getMessage()), failed);
        }
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException failed) {
            throw new SluiceException("%s is left behind: %s".formatted(file, failed.getMessage()), failed);
        }
    }
}
