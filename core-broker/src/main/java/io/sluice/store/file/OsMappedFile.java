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
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A file of the operating system, mapped. */
final class OsMappedFile implements MappedFile {
    /** Small enough to stay in a core's cache while it is written again and again. */
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(256 << 10).asReadOnlyBuffer();
    /** A mount whose numbers changed so often changes them at every look. */
    private static final int IDENTITY_CHANGES_MAX = 8;

    private static final Logger log = LoggerFactory.getLogger(OsMappedFile.class);

    private final Path path;
    private final MappedByteBuffer bytes;
    private final Numbers numbers;
    /** What the file system calls the file, whatever its name; {@code null} where it calls it nothing that lasts. */
    private volatile Object identity;

    /** Looks that found a new number; two at the same moment may count as one. */
    private volatile int identityChanges;

    /** What the file system calls the file of this name now. */
    @FunctionalInterface
    interface Numbers {
        Object of(Path file, BasicFileAttributes attributes) throws IOException;
    }

    private OsMappedFile(Path path, MappedByteBuffer bytes, Numbers numbers, Object identity) {
        this.path = path;
        this.bytes = bytes;
        this.numbers = numbers;
        this.identity = identity;
    }

    static OsMappedFile map(Path file, Disk.Access access) throws IOException {
        return map(file, access, (path, attributes) -> attributes.fileKey());
    }

    static OsMappedFile map(Path file, Disk.Access access, Numbers numbers) throws IOException {
        boolean reading = access == Disk.Access.READ;
        try (FileChannel channel = reading
                ? FileChannel.open(file, StandardOpenOption.READ)
                : FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long size = channel.size();
            if (size > Integer.MAX_VALUE) {
                throw new IOException(
                        "%s has %d bytes; a mapped file may have at most %d".formatted(file, size, Integer.MAX_VALUE));
            }
            MappedByteBuffer bytes =
                    channel.map(reading ? FileChannel.MapMode.READ_ONLY : FileChannel.MapMode.READ_WRITE, 0, size);
            Object identity = numbers.of(file, Files.readAttributes(file, BasicFileAttributes.class));
            return new OsMappedFile(file, bytes, numbers, identity);
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
            return isSame(numbers.of(path, now)) ? Optional.empty() : Optional.of("is another file now");
        } catch (NoSuchFileException gone) {
            return Optional.of("is gone");
        } catch (IOException unreadable) {
            // says nothing about the file: its memory is as good as before
            return Optional.empty();
        }
    }

    /**
     * Some network and overlay file systems give a file a new number whenever they have forgotten it. A new number is believed
     * to mean another file unless the system says that what is mapped has the name still; where that happens again and
     * again, numbers are compared no more.
     */
    private boolean isSame(Object number) {
        Object known = identity;
        if (known == null || known.equals(number)) {
            return true;
        }
        if (!MappedNames.contains(path)) {
            return false;
        }
        int changes = ++identityChanges;
        identity = changes < IDENTITY_CHANGES_MAX ? number : null;
        if (changes == 1 || changes == IDENTITY_CHANGES_MAX) {
            log.info(
                    "the file system of {} changes the numbers of files that stay the same{}",
                    path,
                    changes == 1 ? "" : "; that the file is replaced would not be noticed any more");
        }
        return true;
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
