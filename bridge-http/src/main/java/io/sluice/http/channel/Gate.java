package io.sluice.http.channel;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Who may come in: calls under way per lane and bytes buffered, each against its bound, and whether the door is closing.
 * Any thread.
 */
public final class Gate {
    private final Bounds bounds;
    private final Map<Lane, AtomicInteger> open = new EnumMap<>(Lane.class);
    /** Invariant: the sum of what was {@linkplain #reserve reserved} and not yet {@linkplain #release released}. */
    private final AtomicLong bufferedBytes = new AtomicLong();

    private volatile boolean closing;

    public Gate(Bounds bounds) {
        this.bounds = bounds;
        for (Lane lane : Lane.values()) {
            open.put(lane, new AtomicInteger());
        }
    }

    /** Lets one call into the lane, or not; who was let in {@linkplain #leave leaves} once. */
    boolean enter(Lane lane) {
        AtomicInteger count = open.get(lane);
        if (count.incrementAndGet() <= boundOf(lane)) {
            return true;
        }
        count.decrementAndGet();
        return false;
    }

    void leave(Lane lane) {
        open.get(lane).decrementAndGet();
    }

    int boundOf(Lane lane) {
        return switch (lane) {
            case PROBE -> Integer.MAX_VALUE;
            case REQUEST -> bounds.requests();
            case POLL -> bounds.polls();
            case STREAM -> bounds.streams();
        };
    }

    /** Counts bytes that now wait in memory; false, and nothing counted, when they would pass the bound. */
    boolean tryReserve(long bytes) {
        if (bufferedBytes.addAndGet(bytes) <= bounds.bufferedBytes()) {
            return true;
        }
        bufferedBytes.addAndGet(-bytes);
        return false;
    }

    /** Counts bytes that are in memory already, also past the bound: new calls then wait outside. */
    void reserve(long bytes) {
        bufferedBytes.addAndGet(bytes);
    }

    void release(long bytes) {
        bufferedBytes.addAndGet(-bytes);
    }

    boolean isFull() {
        return bufferedBytes.get() >= bounds.bufferedBytes();
    }

    /** Calls under way in the lane at this moment. */
    public int open(Lane lane) {
        return open.get(lane).get();
    }

    /** Bytes of request bodies and unwritten answers in memory at this moment. */
    public long bufferedBytes() {
        return bufferedBytes.get();
    }

    void beginClosing() {
        closing = true;
    }

    /** True from the beginning of the close on: only probes are let in. */
    public boolean isClosing() {
        return closing;
    }
}
