package io.sluice.port;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Stored messages, one read-only slice each, exactly as the CommitLog holds them (see {@code io.sluice.wire.message}).
 * Slices are valid until {@link #close}; what is needed longer is copied.
 */
public record Records(List<ByteBuffer> slices, Hold hold) implements AutoCloseable {
    public static final Records NONE = new Records(List.of(), Hold.NONE);

    @Override
    public void close() {
        hold.release();
    }
}
