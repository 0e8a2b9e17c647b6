package io.sluice.perf.store;

import io.sluice.runtime.DutyThread;
import io.sluice.runtime.Threads;
import io.sluice.store.file.Disk;
import io.sluice.store.file.FileDisk;
import io.sluice.store.log.CommitLog;
import io.sluice.store.log.SegmentPreparer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Plain sequential writing through the store's own mapping: ready records, one thread, no lock, no queue, no index; room is
 * made ahead and the log is flushed as the store does both.
 */
final class PlainLog {
    private static final long FLUSH_EVERY_MS = 500;

    private PlainLog() {}

    /**
     * Megabytes per second of writing so many bytes in records of this length, after so many to begin with, to a log in a
     * directory that has none.
     */
    static double megabytesPerSecond(Path directory, int recordBytes, long beforeBytes, long bytes)
            throws IOException, InterruptedException {
        try (CommitLog log = CommitLog.open(
                new FileDisk(),
                Disk.Access.WRITE,
                directory.resolve("commitlog"),
                CommitLog.SEGMENT_BYTES_DEFAULT,
                0)) {
            log.beginAt(0, -1, 0, false);
            AtomicReference<IOException> failed = new AtomicReference<>();
            DutyThread preparer =
                    DutyThread.start(new SegmentPreparer(log, System::nanoTime, new SegmentPreparer.RoomListener() {
                        @Override
                        public void room() {
                            // the writer makes room itself when there is none
                        }

                        @Override
                        public void noRoom(IOException cause) {
                            failed.set(cause);
                        }
                    }));
            CountDownLatch over = new CountDownLatch(1);
            Thread flusher = Threads.named("plain-flusher", () -> {
                try {
                    while (!over.await(FLUSH_EVERY_MS, TimeUnit.MILLISECONDS)) {
                        log.flush();
                    }
                } catch (IOException refused) {
                    failed.set(refused);
                } catch (InterruptedException stop) {
                    Thread.currentThread().interrupt();
                }
            });
            flusher.start();
            byte[] record = new byte[recordBytes];
            double seconds;
            try {
                write(log, preparer, record, beforeBytes);
                seconds = write(log, preparer, record, bytes);
            } finally {
                over.countDown();
                flusher.join();
                preparer.close();
            }
            if (failed.get() != null) {
                throw failed.get();
            }
            return bytes / 1e6 / seconds;
        }
    }

    private static double write(CommitLog log, DutyThread preparer, byte[] record, long bytes) throws IOException {
        long began = System.nanoTime();
        for (long written = 0; written < bytes; written += record.length) {
            long offset = log.reserve(record.length);
            log.memory().put(log.positionOf(offset), record);
            log.advance(offset + record.length, offset);
            if (log.isRoomLow()) {
                preparer.wake();
            }
        }
        return (System.nanoTime() - began) / 1e9;
    }
}
