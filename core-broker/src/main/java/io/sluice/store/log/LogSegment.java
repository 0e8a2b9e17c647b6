package io.sluice.store.log;

import io.sluice.store.file.Disk;
import io.sluice.store.file.SharedMapping;
import java.io.IOException;
import java.nio.file.Path;

/**
 * One file of the log. Mapped when first needed, unmapped when nobody holds its memory and it is idle or deleted. Any
 * thread may hold it; only the owner of the write position writes.
 */
final class LogSegment {
    private final Disk disk;
    private final Disk.Access access;
    private final Path path;
    private final long base;
    private final int size;
    /** Bytes below have real blocks; grows in steps ahead of the writer. Guarded by the log's room lock, read by all. */
    private volatile int roomTo;
    /** Set by readers, cleared by the look for idle segments. */
    private volatile boolean touched;

    private volatile SharedMapping memory;
    /** Guarded by this. */
    private boolean gone;

    LogSegment(Disk disk, Disk.Access access, Path path, long base, int size) {
        this.disk = disk;
        this.access = access;
        this.path = path;
        this.base = base;
        this.size = size;
    }

    long base() {
        return base;
    }

    int size() {
        return size;
    }

    long limit() {
        return base + size;
    }

    Path path() {
        return path;
    }

    int roomTo() {
        return roomTo;
    }

    /** For a segment that was there before: what lies behind the end of the log is made anew. */
    void roomFrom(int position) {
        roomTo = position;
    }

    /** Extends the room to {@code to}; the caller holds the log's room lock. */
    void makeRoom(int to, int pieceBytes) throws IOException {
        SharedMapping held = hold();
        if (held == null) {
            throw new IOException("segment %s is deleted".formatted(path));
        }
        try {
            held.allocate(roomTo, to, pieceBytes);
            roomTo = to;
        } finally {
            held.release();
        }
    }

    /** The memory, held for the caller; {@code null} when the segment was deleted. */
    SharedMapping hold() throws IOException {
        if (!touched) {
            touched = true;
        }
        while (true) {
            SharedMapping present = memory;
            if (present != null && present.tryHold()) {
                return present;
            }
            synchronized (this) {
                if (gone) {
                    return null;
                }
                if (memory == null) {
                    memory = new SharedMapping(disk.map(path, access));
                }
            }
        }
    }

    /** Gives the mapping up when nobody used it since the last call; holders keep theirs. */
    boolean unmapIfIdle() {
        if (touched) {
            touched = false;
            return false;
        }
        return unmap();
    }

    boolean isMapped() {
        return memory != null;
    }

    synchronized boolean unmap() {
        SharedMapping present = memory;
        if (present == null) {
            return false;
        }
        memory = null;
        present.release();
        return true;
    }

    void delete() throws IOException {
        synchronized (this) {
            gone = true;
        }
        unmap();
        disk.delete(path);
    }
}
