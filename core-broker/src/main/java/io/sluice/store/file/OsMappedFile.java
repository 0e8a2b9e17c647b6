package io.sluice.store.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Optional;

/** A file of the operating system, mapped. */
final class OsMappedFile implements MappedFile {
    /** Small enough to stay in a core's cache while it is written again and again. */
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(256 << 10).asReadOnlyBuffer();

    private final Path path;
    private final MappedByteBuffer bytes;
    /** What the file system calls the file, whatever its name; {@code null} where it calls it nothing. */
    private final Object identity;

    private OsMappedFile(Path path, MappedByteBuffer bytes, Object identity) {
        this.path = path;
        this.bytes = bytes;
        this.identity = identity;
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
            Object identity =
                    Files.readAttributes(file, BasicFileAttributes.class).fileKey();
            return new OsMappedFile(
                    file,
                    channel.map(reading ? FileChannel.MapMode.READ_ONLY : FileChannel.MapMode.READ_WRITE, 0, size),
                    identity);
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

    @Override
    public Optional<String> lost() {
        try {
            BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
            if (now.size() < bytes.capacity()) {
                return Optional.of("has %d bytes where it had %d".formatted(now.size(), bytes.capacity()));
            }
            return Objects.equals(now.fileKey(), identity) ? Optional.empty() : Optional.of("is another file now");
        } catch (NoSuchFileException gone) {
            return Optional.of("is gone");
        } catch (IOException unreadable) {
            // says nothing about the file: its memory is as good as before
            return Optional.empty();
        }
    }

    /**
     * Written through a channel: the same page cache, but an error is an exception here and a signal through the map. Each
     * piece comes in one call and begins at a multiple of its length: that decides how large its pages are.
     */
    @Override
    public void allocate(int from, int to, int pieceBytes) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            int at = from;
            while (at < to) {
                int pieceEnd = (int) Math.min(to, (at / (long) pieceBytes + 1) * pieceBytes);
                at += (int) channel.position(at).write(zeros(pieceEnd - at));
            }
        }
    }

    private static ByteBuffer[] zeros(int bytes) {
        int block = ZEROS.capacity();
        ByteBuffer[] zeros = new ByteBuffer[(bytes + block - 1) / block];
        for (int i = 0; i < zeros.length; i++) {
            zeros[i] = ZEROS.duplicate().limit(Math.min(block, bytes - i * block));
        }
        return zeros;
    }

    @Override
    public void close() {
        Unmapping.free(bytes);
    }
}
