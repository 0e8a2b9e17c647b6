package io.sluice.store.log;

import io.sluice.port.Hold;
import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.store.file.SharedMapping;
import io.sluice.store.file.StoreIoException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Slices of the log and what keeps their memory in place. Slices are taken by one thread; any thread may release, once or
 * more often.
 */
public final class LogHold implements Hold {
    private final CommitLog log;
    private final AtomicBoolean released = new AtomicBoolean();
    private LogSegment segment;
    private SharedMapping memory;
    /** Held besides {@link #memory}; rarely more than none. */
    private List<SharedMapping> others = List.of();

    LogHold(CommitLog log) {
        this.log = log;
    }

    /**
     * Bytes of the log, read only.
     *
     * @return {@code null} when they are not, or no longer, in one segment
     */
    public ByteBuffer slice(long offset, int bytes) {
        if (bytes < 0 || !moveTo(offset) || offset + bytes > segment.limit()) {
            return null;
        }
        return memory.readable().slice((int) (offset - segment.base()), bytes);
    }

    /**
     * The memory in which these bytes lie in one piece, read only, of which {@link #positionOf} tells where; {@code null} when
     * they are not, or no longer, in one segment. One shared buffer per segment: absolute positions only.
     */
    public ByteBuffer memory(long offset, int bytes) {
        return bytes < 0 || !moveTo(offset) || offset + bytes > segment.limit() ? null : memory.readable();
    }

    /** Where the offset lies in the memory asked for last. */
    public int positionOf(long offset) {
        return (int) (offset - segment.base());
    }

    /** From the offset to the end of its segment; {@code null} when the segment is not there. */
    public ByteBuffer rest(long offset) {
        if (!moveTo(offset)) {
            return null;
        }
        return memory.readable().slice((int) (offset - segment.base()), (int) (segment.limit() - offset));
    }

    private boolean moveTo(long offset) {
        if (segment != null && offset >= segment.base() && offset < segment.limit()) {
            return true;
        }
        LogSegment wanted = log.segmentOf(offset);
        if (wanted == null) {
            return false;
        }
        SharedMapping held;
        try {
            held = wanted.hold();
        } catch (IOException failed) {
            log.lookForLoss();
            if (wanted.lost() != null) {
                throw new RefusedException(Refusal.UNAVAILABLE, wanted.lost());
            }
            throw new StoreIoException("log file %s cannot be mapped".formatted(wanted.path()), failed);
        }
        if (held == null) {
            return false;
        }
        if (memory != null) {
            if (others.isEmpty()) {
                others = new ArrayList<>();
            }
            others.add(memory);
        }
        segment = wanted;
        memory = held;
        return true;
    }

    /** Gives up what is held for slices that were taken and are not needed any more, and goes on. */
    void forget() {
        for (SharedMapping other : others) {
            other.release();
        }
        others = List.of();
    }

    @Override
    public void release() {
        if (released.compareAndSet(false, true)) {
            if (memory != null) {
                memory.release();
            }
            for (SharedMapping other : others) {
                other.release();
            }
        }
    }
}
