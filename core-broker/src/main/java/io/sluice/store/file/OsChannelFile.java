package io.sluice.store.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file of the operating system, by position. The JDK closes a channel under everybody when one thread is interrupted while
 * it uses it; here the file is opened again, the work done, and the thread left interrupted.
 */
final class OsChannelFile implements ChannelFile {
    private final Path path;
    private final Disk.Access access;
    private volatile FileChannel channel;
    /** Guarded by this. */
    private boolean closed;

    private OsChannelFile(Path path, Disk.Access access) throws IOException {
        this.path = path;
        this.access = access;
        this.channel = channelOf(path, access);
    }

    static OsChannelFile open(Path file, Disk.Access access) throws IOException {
        return new OsChannelFile(file, access);
    }

    private static FileChannel channelOf(Path file, Disk.Access access) throws IOException {
        return access == Disk.Access.READ
                ? FileChannel.open(file, StandardOpenOption.READ)
                : FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    /** One transfer, which may be done again: it moves no position but that of its buffer, and that only when it succeeds. */
    private interface Transfer {
        int over(FileChannel channel) throws IOException;
    }

    private int uninterrupted(Transfer transfer) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                FileChannel present = channel;
                try {
                    return transfer.over(present);
                } catch (ClosedChannelException gone) {
                    interrupted |= Thread.interrupted();
                    reopen(present, gone);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private synchronized void reopen(FileChannel gone, ClosedChannelException cause) throws IOException {
        if (closed) {
            throw cause;
        }
        if (channel == gone) {
            channel = channelOf(path, access);
        }
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
        int start = into.position();
        long at = position;
        while (into.hasRemaining()) {
            long from = at;
            int read = uninterrupted(present -> present.read(into, from));
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
            long to = at;
            at += uninterrupted(present -> present.write(from, to));
        }
    }

    @Override
    public void clearFrom(long position, long length) throws IOException {
        uninterrupted(present -> {
            present.truncate(position);
            return 0;
        });
        if (position < length) {
            FileDisk.setLength(path, length);
        }
    }

    @Override
    public void force() throws IOException {
        FileChannel present = channel;
        if (!present.isOpen()) {
            reopen(present, new ClosedChannelException());
        }
        // not done again when it fails: a second one may succeed although what the first one lost is lost
        channel.force(true);
    }

    @Override
    public long length() throws IOException {
        return channel.size();
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        channel.close();
    }
}
