package io.sluice.broker.timer;

import io.sluice.store.file.ChannelFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/** Writes a run entry by entry; the header comes last, so that a file that was not finished is no run. */
final class RunWriter {
    private static final int CHUNK_ENTRIES = 2730;

    private final ChannelFile channel;
    private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK_ENTRIES * RunLayout.ENTRY_BYTES);
    private final CRC32 crc = new CRC32();
    private long written;
    private long count;
    private long minLogOffset = Long.MAX_VALUE;

    RunWriter(ChannelFile channel) {
        this.channel = channel;
    }

    void add(TimerEntry entry) throws IOException {
        if (!chunk.hasRemaining()) {
            drain();
        }
        RunLayout.put(chunk, entry);
        count++;
        if (!entry.isGone()) {
            minLogOffset = Math.min(minLogOffset, entry.logOffset());
        }
    }

    private void drain() throws IOException {
        chunk.flip();
        crc.update(chunk.duplicate());
        channel.write(chunk, RunLayout.positionOf(written));
        written = count;
        chunk.clear();
    }

    void finish() throws IOException {
        drain();
        channel.write(RunLayout.header(count, minLogOffset, (int) crc.getValue()), 0);
    }

    long count() {
        return count;
    }

    long minLogOffset() {
        return minLogOffset;
    }
}
