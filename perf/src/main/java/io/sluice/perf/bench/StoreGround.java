package io.sluice.perf.bench;

import io.sluice.perf.machine.Directories;
import io.sluice.perf.machine.PageCache;
import io.sluice.store.MessageStore;
import io.sluice.store.StoreConfig;
import io.sluice.store.file.FileDisk;
import io.sluice.store.log.FlushMode;
import io.sluice.wire.message.NewRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;

/** A store in a directory that goes with it. */
final class StoreGround implements AutoCloseable {
    static final String TOPIC = "Topic";
    private static final InetSocketAddress SENDER = new InetSocketAddress(InetAddress.getLoopbackAddress(), 4711);

    private final Path directory;
    private final FlushMode mode;
    MessageStore store;

    StoreGround(FlushMode mode) {
        try {
            this.directory = Files.createTempDirectory("sluice-bench");
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        this.mode = mode;
        open();
    }

    private void open() {
        store = MessageStore.open(
                StoreConfig.in(directory).withFlushMode(mode), new FileDisk(), InstantSource.system());
        store.start();
    }

    Path logDirectory() {
        return directory.resolve("commitlog");
    }

    /** Stops the store, asks the system to forget its files, and opens it again. */
    void cool() throws IOException, InterruptedException {
        store.close();
        PageCache.evict(directory);
        open();
    }

    static NewRecord record(int queueId, int bodyBytes) {
        byte[] properties = "TAGS\u0001red\u0002UNIQ_KEY\u0001FD0000000000000000000000000000\u0002size\u00013\u0002"
                .getBytes(StandardCharsets.US_ASCII);
        return new NewRecord(
                TOPIC,
                queueId,
                0,
                0,
                1_700_000_000_000L,
                SENDER,
                0,
                0,
                ByteBuffer.wrap(new byte[bodyBytes]),
                ByteBuffer.wrap(properties),
                true);
    }

    @Override
    public void close() {
        store.close();
        Directories.delete(directory);
    }
}
