package io.sluice.broker.timer;

import io.sluice.store.file.ChannelFile;
import io.sluice.store.file.Disk;
import io.sluice.store.file.StoreIoException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32;

/**
 * One run of the index: entries in order, never changed once written. Safe for many threads. Whoever reads it holds it; the
 * file goes when nobody does.
 */
final class Run {
    private static final int CHECK_ENTRIES = 4096;

    private final Disk disk;
    private final Path file;
    private final long id;
    private final long count;
    private final long minLogOffset;
    private final ChannelFile channel;
    /** Guarded by this object. */
    private int holders = 1;

    private volatile boolean forced;

    private Run(Disk disk, Path file, long id, long count, long minLogOffset, ChannelFile channel, boolean forced) {
        this.disk = disk;
        this.file = file;
        this.id = id;
        this.count = count;
        this.minLogOffset = minLogOffset;
        this.channel = channel;
        this.forced = forced;
    }

    /** Writes entries that are in order already; they survive a power cut after {@link #force}. */
    static Run write(Disk disk, Path file, long id, Iterable<TimerEntry> entries, long atMost) {
        try {
            disk.create(file, RunLayout.positionOf(atMost));
            ChannelFile channel = disk.open(file, Disk.Access.WRITE);
            RunWriter writer = new RunWriter(channel);
            for (TimerEntry entry : entries) {
                writer.add(entry);
            }
            writer.finish();
            return new Run(disk, file, id, writer.count(), writer.minLogOffset(), channel, false);
        } catch (IOException failed) {
            throw new StoreIoException("timer index file %s cannot be written".formatted(file), failed);
        }
    }

    /**
     * Opens and checks a run that was written before.
     *
     * @throws IllegalArgumentException saying what is damaged
     */
    static Run open(Disk disk, Path file, long id) {
        try {
            if (disk.stat(file).isEmpty()) {
                throw new IllegalArgumentException("%s is missing".formatted(file));
            }
            ChannelFile channel = disk.open(file, Disk.Access.WRITE);
            try {
                return checked(disk, file, id, channel);
            } catch (IllegalArgumentException damaged) {
                channel.close();
                throw damaged;
            }
        } catch (IOException failed) {
            throw new StoreIoException("timer index file %s cannot be read".formatted(file), failed);
        }
    }

    private static Run checked(Disk disk, Path file, long id, ChannelFile channel) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(RunLayout.HEADER_BYTES);
        channel.read(header, 0);
        long count = header.getLong(RunLayout.COUNT);
        long room = (channel.length() - RunLayout.HEADER_BYTES) / RunLayout.ENTRY_BYTES;
        if (header.getLong(RunLayout.MAGIC) != RunLayout.MAGIC_VALUE || count < 0 || count > room) {
            throw new IllegalArgumentException("%s has no header of a timer index".formatted(file));
        }
        CRC32 crc = new CRC32();
        ByteBuffer chunk = ByteBuffer.allocate(CHECK_ENTRIES * RunLayout.ENTRY_BYTES);
        for (long at = 0; at < count; at += CHECK_ENTRIES) {
            chunk.clear().limit((int) Math.min(CHECK_ENTRIES, count - at) * RunLayout.ENTRY_BYTES);
            channel.read(chunk, RunLayout.positionOf(at));
            crc.update(chunk.flip());
        }
        if ((int) crc.getValue() != header.getInt(RunLayout.CHECKSUM)) {
            throw new IllegalArgumentException("%s is damaged, its checksum is wrong".formatted(file));
        }
        return new Run(disk, file, id, count, header.getLong(RunLayout.MIN_LOG_OFFSET), channel, true);
    }

    long id() {
        return id;
    }

    long count() {
        return count;
    }

    /** No entry that waits lies before this place of the log. */
    long minLogOffset() {
        return minLogOffset;
    }

    /** Fills the buffer with entries from this one on; returns how many. */
    int read(ByteBuffer into, long index) {
        int entries = (int) Math.min(into.capacity() / RunLayout.ENTRY_BYTES, count - index);
        into.clear().limit(entries * RunLayout.ENTRY_BYTES);
        try {
            channel.read(into, RunLayout.positionOf(index));
        } catch (IOException failed) {
            throw new StoreIoException("timer index file %s cannot be read".formatted(file), failed);
        }
        if (into.hasRemaining()) {
            throw new StoreIoException(
                    "timer index file %s ends before entry %d".formatted(file, index + entries),
                    new IOException("short file"));
        }
        return entries;
    }

    /** First entry that is not before the given one. */
    long lowerBound(TimerEntry wanted, long from) {
        ByteBuffer one = ByteBuffer.allocate(RunLayout.ENTRY_BYTES);
        long low = from;
        long high = count;
        while (low < high) {
            long middle = (low + high) >>> 1;
            read(one, middle);
            if (RunLayout.get(one, 0).isBefore(wanted)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Returns when the content survives a power cut; its name does after a sync of the directory. */
    void force() {
        if (!forced) {
            try {
                channel.force();
                forced = true;
            } catch (IOException failed) {
                throw new StoreIoException("timer index file %s cannot be forced".formatted(file), failed);
            }
        }
    }

    synchronized Run hold() {
        if (holders == 0) {
            throw new IllegalStateException("timer index file %s is closed".formatted(file));
        }
        holders++;
        return this;
    }

    /** Closes the file when this was the last hold. */
    void release() {
        synchronized (this) {
            holders--;
            if (holders != 0) {
                return;
            }
        }
        try {
            channel.close();
        } catch (IOException failed) {
            throw new StoreIoException("timer index file %s cannot be closed".formatted(file), failed);
        }
    }

    /** Takes the name away; who holds the run reads on. */
    void delete() {
        try {
            disk.delete(file);
        } catch (IOException failed) {
            throw new StoreIoException("timer index file %s cannot be deleted".formatted(file), failed);
        }
    }
}
