package io.sluice.store.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A file as memory. Reading and writing disjoint parts from several threads is safe; who writes where is the owner's
 * business. After {@link #close} neither {@link #bytes} nor any slice of it may be touched: the memory is gone.
 */
public interface MappedFile extends AutoCloseable {

    Path path();

    int size();

    /** The whole file, big endian. One shared buffer: callers use absolute positions or their own slices. */
    ByteBuffer bytes();

    /**
     * Returns when the bytes in [from, to) survive a power cut.
     *
     * @throws IOException also for what the platform reports as an error while touching the memory
     */
    void force(int from, int to) throws IOException;

    /**
     * Fills [from, to) with zeros that have real blocks, so that a full disk is met here and not when memory is written.
     *
     * @param pieceBytes what the system may keep, map and flush as one page, a power of two; see docs/adr/0015
     */
    void allocate(int from, int to, int pieceBytes) throws IOException;

    /**
     * Whether the file under the memory is gone, was replaced, or is shorter than the memory, which somebody else must have
     * done: what happened, or empty. Memory beyond the end of a file cannot be touched without harm.
     */
    default Optional<String> lost() {
        return Optional.empty();
    }

    /** Unmaps at once. */
    @Override
    void close();
}
