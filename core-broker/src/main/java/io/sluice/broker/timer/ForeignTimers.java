package io.sluice.broker.timer;

import io.sluice.store.file.Disk;
import io.sluice.store.file.StoreIoException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** What another broker says of timed messages in a store that it has left: until when it delivered. */
final class ForeignTimers {
    private static final int FILE_BYTES_MAX = 64 * 1024;

    private ForeignTimers() {}

    /** Epoch milliseconds: messages due then or before were delivered by the other broker; 0 when there was none. */
    static long deliveredUntilMs(Disk disk, Path checkpoint) {
        try {
            if (disk.stat(checkpoint).isEmpty()) {
                return 0;
            }
            byte[] content = disk.read(checkpoint, FILE_BYTES_MAX);
            return content.length < Long.BYTES
                    ? 0
                    : Math.max(0, ByteBuffer.wrap(content).getLong());
        } catch (IOException failed) {
            throw new StoreIoException("timer checkpoint %s cannot be read".formatted(checkpoint), failed);
        }
    }
}
