package io.sluice.store.file;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** The file system of this machine. */
public final class FileDisk implements Disk {
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    /**
     * Files locked by this process. Asked before a lock file is opened, because closing any channel of a file gives up the
     * process's lock on it.
     */
    private static final Set<Path> LOCKED_HERE = ConcurrentHashMap.newKeySet();

    @Override
    public List<Entry> list(Path directory) throws IOException {
        List<Entry> entries = new ArrayList<>();
        try (DirectoryStream<Path> names = Files.newDirectoryStream(directory)) {
            for (Path name : names) {
                stat(name).ifPresent(entries::add);
            }
        } catch (NoSuchFileException | NotDirectoryException absent) {
            return List.of();
        }
        entries.sort(Comparator.comparing(Entry::name));
        return entries;
    }

    @Override
    public Optional<Entry> stat(Path path) throws IOException {
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            return Optional.of(new Entry(
                    path.getFileName().toString(),
                    attributes.isDirectory(),
                    attributes.isDirectory() ? 0 : attributes.size(),
                    attributes.lastModifiedTime().toMillis()));
        } catch (NoSuchFileException | NotDirectoryException absent) {
            return Optional.empty();
        }
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        Path parent = directory.toAbsolutePath().getParent();
        if (parent != null) {
            createDirectories(parent);
        }
        Files.createDirectories(directory);
        if (parent != null) {
            syncDirectory(parent);
        }
    }

    @Override
    public void makeDirectories(Path directory) throws IOException {
        Files.createDirectories(directory);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        if (!directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return;
        }
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public void delete(Path path) throws IOException {
        Files.deleteIfExists(path);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void create(Path file, long length) throws IOException {
        Files.createFile(file);
        setLength(file, length);
    }

    /** The part that is added has no blocks yet: writing its last byte instead would give each file one that nobody needs. */
    static void setLength(Path file, long length) throws IOException {
        try (RandomAccessFile grown = new RandomAccessFile(file.toFile(), "rw")) {
            grown.setLength(length);
        }
    }

    @Override
    public MappedFile map(Path file, Access access) throws IOException {
        return OsMappedFile.map(file, access);
    }

    @Override
    public ChannelFile open(Path file, Access access) throws IOException {
        return OsChannelFile.open(file, access);
    }

    @Override
    public byte[] read(Path file, int maxBytes) throws IOException {
        long length = Files.size(file);
        if (length > maxBytes) {
            throw new IOException("%s has %d bytes; at most %d are expected".formatted(file, length, maxBytes));
        }
        return Files.readAllBytes(file);
    }

    @Override
    public void write(Path file, byte[] content, boolean forced) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            if (forced) {
                channel.force(true);
            }
        }
    }

    @Override
    public Optional<AutoCloseable> lock(Path file) throws IOException {
        Path name = file.toAbsolutePath().getParent().toRealPath().resolve(file.getFileName());
        if (!LOCKED_HERE.add(name)) {
            return Optional.empty();
        }
        FileChannel channel = null;
        FileLock lock = null;
        try {
            channel = FileChannel.open(name, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            lock = channel.tryLock(0, 1, false);
        } catch (OverlappingFileLockException takenByOtherLoader) {
            lock = null;
        } finally {
            if (lock == null) {
                LOCKED_HERE.remove(name);
                if (channel != null) {
                    channel.close();
                }
            }
        }
        if (lock == null) {
            return Optional.empty();
        }
        if (channel.size() == 0) {
            channel.write(ByteBuffer.wrap("lock".getBytes(StandardCharsets.US_ASCII)));
        }
        return Optional.of(new HeldLock(name, channel));
    }

    @Override
    public Space space(Path path) throws IOException {
        Path existing = path.toAbsolutePath();
        while (!Files.exists(existing) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        FileStore store = Files.getFileStore(existing);
        return new Space(store.getTotalSpace(), store.getUsableSpace(), store.getUnallocatedSpace());
    }

    @Override
    public Optional<String> powerCycle() {
        try {
            return Optional.of(
                    Files.readString(BOOT_ID, StandardCharsets.US_ASCII).trim());
        } catch (IOException notLinux) {
            return Optional.empty();
        }
    }

    /** The lock of one file; given up by closing. */
    private static final class HeldLock implements AutoCloseable {
        private final Path name;
        private final FileChannel channel;
        private final AtomicBoolean held = new AtomicBoolean(true);

        HeldLock(Path name, FileChannel channel) {
            this.name = name;
            this.channel = channel;
        }

        @Override
        public void close() throws IOException {
            if (held.compareAndSet(true, false)) {
                try {
                    channel.close();
                } finally {
                    LOCKED_HERE.remove(name);
                }
            }
        }
    }
}
