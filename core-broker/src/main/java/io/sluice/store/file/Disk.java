package io.sluice.store.file;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The only door to the file system. Its faulty twin in the tests loses what was not forced, tears pages and fails on
 * purpose. Safe for many threads; what {@link #map} and {@link #open} give out says so for itself.
 *
 * <p>A new, renamed or deleted name is durable after {@link #syncDirectory} of the directory that holds it.
 */
public interface Disk {

    /**
     * A name in a directory.
     *
     * @param length       bytes; 0 for a directory
     * @param modifiedAtMs epoch milliseconds
     */
    record Entry(String name, boolean directory, long length, long modifiedAtMs) {}

    /** What the file system has and would still give, bytes. */
    record Space(long total, long usable, long free) {
        /** Used part of what this process could ever use, 0..1. */
        public double usedRatio() {
            long used = total - free;
            return used + usable <= 0 ? 1.0 : (double) used / (used + usable);
        }
    }

    /** What may be done with an opened file. */
    enum Access {
        READ,
        WRITE
    }

    /** Names in the directory, sorted; none when there is no such directory. */
    List<Entry> list(Path directory) throws IOException;

    Optional<Entry> stat(Path path) throws IOException;

    /** Makes the directory and its missing parents, durably. */
    void createDirectories(Path directory) throws IOException;

    /** Makes the directory and its missing parents; durable after {@link #syncDirectory} of the parent of each. */
    void makeDirectories(Path directory) throws IOException;

    void syncDirectory(Path directory) throws IOException;

    /** Deletes a file or an empty directory; an absent one is fine. */
    void delete(Path path) throws IOException;

    /** Atomically gives the file another name in the same file system, replacing what had it. */
    void rename(Path from, Path to) throws IOException;

    /** A new file of zeros, without real blocks yet. Fails when the name exists. */
    void create(Path file, long length) throws IOException;

    /** Maps the whole file, at most 2 GiB. */
    MappedFile map(Path file, Access access) throws IOException;

    ChannelFile open(Path file, Access access) throws IOException;

    /** The whole content; fails when it has more than {@code maxBytes}. */
    byte[] read(Path file, int maxBytes) throws IOException;

    /** Replaces the whole content, not atomically; {@code forced}: returns when it survives a power cut. */
    void write(Path file, byte[] content, boolean forced) throws IOException;

    /**
     * Takes the lock that this file stands for, which no other process (nor this one) can take until it is closed or the
     * process ends. A file that is absent or empty gets the content {@code lock}; otherwise it is left as it is.
     *
     * @return none when somebody else has it
     */
    Optional<AutoCloseable> lock(Path file) throws IOException;

    Space space(Path path) throws IOException;

    /**
     * Names the time since the machine last lost its memory: while it stays the same, writes that were never forced can
     * still be read, even when the process that made them was killed. None when this system cannot tell.
     */
    Optional<String> powerCycle();
}
