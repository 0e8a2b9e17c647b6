package io.sluice.store.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file of the operating system, mapped. */
final class OsMappedFile implements MappedFile {
    /** Small enough to stay in a core's cache while it is written again and again. */
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(256 << 10).asReadOnlyBuffer();

    private final Path path;
    private final MappedByteBuffer bytes;

    private OsMappedFile(Path path, MappedByteBuffer bytes) {
        this.path = path;
        this.bytes = bytes;
    }

    static OsMappedFile map(Path file, Disk.Access access) throws IOException {
        boolean reading = access == Disk.Access.READ;
        try (FileChannel channel = reading
                ? FileChannel.open(file, StandardOpenOption.READ)
                : FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long size = channel.size();
            if (size > Integer.MAX_VALUE) {
                throw new IOException(
                        "%s has %d bytes; a mapped file may have at most %d".formatted(file, size, Integer.MAX_VALUE));
            }
            return new OsMappedFile(
                    file,
                    channel.map(reading ? FileChannel.MapMode.READ_ONLY : FileChannel.MapMode.READ_WRITE, 0, size));
        }
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public int size() {
        return bytes.capacity();
    }

    @Override
    public ByteBuffer bytes() {
        return bytes;
    }

    @Override
    public void force(int from, int to) throws IOException {
        if (from >= to) {
            return;
        }
        try {
            bytes.force(from, to - from);
        } catch (UncheckedIOException failed) {
            throw failed.getCause();
        } catch (InternalError failed) {
            throw new IOException(
                    "%s: the memory of bytes %d to %d cannot be written to the disk".formatted(path, from, to), failed);
        }
    }

    /** Written through a channel: the same page cache, but an error is an exception here and a signal through the map. */
    @Override
    public void allocate(int from, int to) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            ByteBuffer zeros = ZEROS.duplicate();
            int at = from;
            while (at < to) {
                zeros.clear().limit(Math.min(zeros.capacity(), to - at));
                at += channel.write(zeros, at);
            }
        }
    }

    @Override
    public void close() {
        Unmapping.free(bytes);
    }
}
