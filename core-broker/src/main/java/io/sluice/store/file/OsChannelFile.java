package io.sluice.store.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file of the operating system, by position. */
final class OsChannelFile implements ChannelFile {
    private final Path path;
    private final FileChannel channel;

    private OsChannelFile(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    static OsChannelFile open(Path file, Disk.Access access) throws IOException {
        return new OsChannelFile(
                file,
                access == Disk.Access.READ
                        ? FileChannel.open(file, StandardOpenOption.READ)
                        : FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE));
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
        int start = into.position();
        long at = position;
        while (into.hasRemaining()) {
            int read = channel.read(into, at);
            if (read < 0) {
                break;
            }
            at += read;
        }
        return into.position() - start;
    }

    @Override
    public void write(ByteBuffer from, long position) throws IOException {
        long at = position;
        while (from.hasRemaining()) {
            at += channel.write(from, at);
        }
    }

    @Override
    public void clearFrom(long position, long length) throws IOException {
        channel.truncate(position);
        if (position < length) {
            FileDisk.setLength(path, length);
        }
    }

    @Override
    public void force() throws IOException {
        channel.force(true);
    }

    @Override
    public long length() throws IOException {
        return channel.size();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
