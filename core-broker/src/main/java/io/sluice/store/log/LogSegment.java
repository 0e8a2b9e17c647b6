package io.sluice.store.log;

import io.sluice.store.file.Disk;
import io.sluice.store.file.MappedFile;
import io.sluice.store.file.SharedMapping;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
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

    /** What somebody else did to the file; {@code null} as long as it is what it was. Final once set. */
    private volatile String lost;

    private volatile SharedMapping memory;
    /** Written under this object's lock. */
    private volatile boolean gone;

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

    /** Why the segment cannot be read any more; {@code null} when it can. */
    String lost() {
        return lost;
    }

    /** Looks whether the file is still the one that is mapped; {@link #lost} says what was found. */
    void look() {
        SharedMapping present = memory;
        if (lost != null || present == null || !present.tryHold()) {
            return;
        }
        try {
            look(present);
        } finally {
            present.release();
        }
    }

    private void look(SharedMapping held) {
        if (lost == null && !gone) {
            held.lost().filter(what -> !gone).ifPresent(this::lose);
        }
    }

    private void lose(String what) {
        lost =
                ("log file %s %s: somebody changed it while the store was open. Messages in it cannot be read and none is stored"
                                + " any more; put the file back if there is a copy, and restart: what is whole is served then")
                        .formatted(path, what);
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
            look(held);
            refuseWhenLost();
            held.allocate(roomTo, to, pieceBytes);
            roomTo = to;
        } finally {
            held.release();
        }
    }

    private void refuseWhenLost() throws IOException {
        if (lost != null) {
            throw new IOException(lost);
        }
    }

    /**
     * The memory, held for the caller; {@code null} when the segment was deleted.
     *
     * @throws IOException also when somebody else changed the file: {@link #lost} tells then
     */
    SharedMapping hold() throws IOException {
        refuseWhenLost();
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
                    memory = map();
                }
            }
        }
    }

    private SharedMapping map() throws IOException {
        MappedFile mapped;
        try {
            mapped = disk.map(path, access);
        } catch (NoSuchFileException absent) {
            lose("is gone");
            throw new IOException(lost, absent);
        }
        if (mapped.size() != size) {
            mapped.close();
            lose("has %d bytes where it had %d".formatted(mapped.size(), size));
            throw new IOException(lost);
        }
        return new SharedMapping(mapped);
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
