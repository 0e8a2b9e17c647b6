package io.sluice.perf.store;

import io.sluice.store.file.ChannelFile;
import io.sluice.store.file.Disk;
import io.sluice.store.file.FileDisk;
import io.sluice.store.file.MappedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** The file system of this machine, with a count of the forces of mapped log files. */
final class CountingDisk implements Disk {
    private final Disk disk = new FileDisk();
    private final AtomicLong forces = new AtomicLong();

    long forces() {
        return forces.get();
    }

    @Override
    public List<Entry> list(Path directory) throws IOException {
        return disk.list(directory);
    }

    @Override
    public Optional<Entry> stat(Path path) throws IOException {
        return disk.stat(path);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        disk.createDirectories(directory);
    }

    @Override
    public void makeDirectories(Path directory) throws IOException {
        disk.makeDirectories(directory);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        disk.syncDirectory(directory);
    }

    @Override
    public void delete(Path path) throws IOException {
        disk.delete(path);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        disk.rename(from, to);
    }

    @Override
    public void create(Path file, long length) throws IOException {
        disk.create(file, length);
    }

    @Override
    public MappedFile map(Path file, Access access) throws IOException {
        MappedFile mapped = disk.map(file, access);
        return file.toString().contains("commitlog") ? new CountedFile(mapped, forces) : mapped;
    }

    @Override
    public ChannelFile open(Path file, Access access) throws IOException {
        return disk.open(file, access);
    }

    @Override
    public byte[] read(Path file, int maxBytes) throws IOException {
        return disk.read(file, maxBytes);
    }

    @Override
    public void write(Path file, byte[] content, boolean forced) throws IOException {
        disk.write(file, content, forced);
    }

    @Override
    public Optional<AutoCloseable> lock(Path file) throws IOException {
        return disk.lock(file);
    }

    @Override
    public Space space(Path path) throws IOException {
        return disk.space(path);
    }

    @Override
    public Optional<String> powerCycle() {
        return disk.powerCycle();
    }

    private record CountedFile(MappedFile file, AtomicLong forces) implements MappedFile {
        @Override
        public Path path() {
            return file.path();
        }

        @Override
        public int size() {
            return file.size();
        }

        @Override
        public ByteBuffer bytes() {
            return file.bytes();
        }

        @Override
        public void force(int from, int to) throws IOException {
            forces.incrementAndGet();
            file.force(from, to);
        }

        @Override
        public void allocate(int from, int to, int pieceBytes) throws IOException {
            file.allocate(from, to, pieceBytes);
        }

        @Override
        public void close() {
            file.close();
        }
    }
}
