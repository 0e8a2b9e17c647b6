package io.sluice.store;

import io.sluice.store.file.ChannelFile;
import io.sluice.store.file.Disk;
import io.sluice.store.file.MappedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;

/** Passes everything on to another disk and remembers which paths were touched, what is mapped and how much is open. */
final class WatchedDisk implements Disk {
    private final Disk disk;
    private final Set<Path> touched = new ConcurrentSkipListSet<>();
    private final Set<Path> mapped = new ConcurrentSkipListSet<>();
    private final Map<Path, Space> spaces = new ConcurrentHashMap<>();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger openMax = new AtomicInteger();

    WatchedDisk(Disk disk) {
        this.disk = disk;
    }

    /** Paths below the directory that anything was asked of. */
    Set<Path> touched(Path directory) {
        Set<Path> below = new TreeSet<>(touched);
        below.removeIf(path -> !path.startsWith(directory) || path.equals(directory));
        return below;
    }

    Set<Path> mapped() {
        return mapped;
    }

    /** Most files that were open at one time. */
    int openMax() {
        return openMax.get();
    }

    @Override
    public List<Entry> list(Path directory) throws IOException {
        touched.add(directory);
        return disk.list(directory);
    }

    @Override
    public Optional<Entry> stat(Path path) throws IOException {
        touched.add(path);
        return disk.stat(path);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        touched.add(directory);
        disk.createDirectories(directory);
    }

    @Override
    public void makeDirectories(Path directory) throws IOException {
        touched.add(directory);
        disk.makeDirectories(directory);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        touched.add(directory);
        disk.syncDirectory(directory);
    }

    @Override
    public void delete(Path path) throws IOException {
        touched.add(path);
        disk.delete(path);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        touched.add(from);
        touched.add(to);
        disk.rename(from, to);
    }

    @Override
    public void create(Path file, long length) throws IOException {
        touched.add(file);
        disk.create(file, length);
    }

    @Override
    public MappedFile map(Path file, Access access) throws IOException {
        touched.add(file);
        MappedFile opened = disk.map(file, access);
        mapped.add(file);
        return new MappedFile() {
            @Override
            public Path path() {
                return opened.path();
            }

            @Override
            public int size() {
                return opened.size();
            }

            @Override
            public ByteBuffer bytes() {
                return opened.bytes();
            }

            @Override
            public void force(int from, int to) throws IOException {
                opened.force(from, to);
            }

            @Override
            public void allocate(int from, int to, int pieceBytes) throws IOException {
                opened.allocate(from, to, pieceBytes);
            }

            @Override
            public void close() {
                mapped.remove(file);
                opened.close();
            }
        };
    }

    @Override
    public ChannelFile open(Path file, Access access) throws IOException {
        touched.add(file);
        ChannelFile opened = disk.open(file, access);
        openMax.accumulateAndGet(open.incrementAndGet(), Math::max);
        return new ChannelFile() {
            @Override
            public int read(ByteBuffer into, long position) throws IOException {
                return opened.read(into, position);
            }

            @Override
            public void write(ByteBuffer from, long position) throws IOException {
                opened.write(from, position);
            }

            @Override
            public void clearFrom(long position, long length) throws IOException {
                opened.clearFrom(position, length);
            }

            @Override
            public void force() throws IOException {
                opened.force();
            }

            @Override
            public long length() throws IOException {
                return opened.length();
            }

            @Override
            public void close() throws IOException {
                open.decrementAndGet();
                opened.close();
            }
        };
    }

    @Override
    public byte[] read(Path file, int maxBytes) throws IOException {
        touched.add(file);
        return disk.read(file, maxBytes);
    }

    @Override
    public void write(Path file, byte[] content, boolean forced) throws IOException {
        touched.add(file);
        disk.write(file, content, forced);
    }

    @Override
    public Optional<AutoCloseable> lock(Path file) throws IOException {
        return disk.lock(file);
    }

    /** From now on the directory is on a disk of its own. */
    void space(Path directory, Space space) {
        spaces.put(directory, space);
    }

    @Override
    public Space space(Path path) throws IOException {
        Space own = spaces.get(path);
        return own == null ? disk.space(path) : own;
    }

    @Override
    public Optional<String> powerCycle() {
        return disk.powerCycle();
    }
}
