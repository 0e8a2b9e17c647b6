package io.sluice.perf.store;

import io.sluice.runtime.Threads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The plainest program that does what the log's disk must do: records one behind the other through the mapping of a file,
 * to which a second thread gives real blocks ahead of the writer.
 */
final class PlainWriting {
    private static final int FILE_BYTES = 1 << 30;
    private static final int STEP_BYTES = 1 << 20;
    private static final int PIECE_BYTES = 32 << 10;
    private static final int AHEAD_BYTES = 16 << 20;

    private final Path directory;

    PlainWriting(Path directory) {
        this.directory = directory;
    }

    /** Megabytes per second of writing so many bytes in records of this length. */
    double megabytesPerSecond(int recordBytes, long bytes) throws IOException, InterruptedException {
        return withFile((channel, memory) -> {
            AtomicLong written = new AtomicLong();
            AtomicLong room = new AtomicLong();
            long end = Math.min(bytes, FILE_BYTES) / recordBytes * recordBytes;
            Thread preparer = Threads.named("plain-preparer", () -> makeRoom(channel, written, room, end));
            preparer.start();
            byte[] record = new byte[recordBytes];
            long began = System.nanoTime();
            for (int at = 0; at < end; at += recordBytes) {
                while (room.getAcquire() < at + recordBytes) {
                    Thread.onSpinWait();
                }
                memory.put(at, record);
                written.setRelease(at + recordBytes);
            }
            double seconds = (System.nanoTime() - began) / 1e9;
            preparer.join();
            return end / 1e6 / seconds;
        });
    }

    private static void makeRoom(FileChannel channel, AtomicLong written, AtomicLong room, long end) {
        ByteBuffer zeros = ByteBuffer.allocateDirect(STEP_BYTES);
        try {
            while (room.getPlain() < end) {
                if (room.getPlain() - written.getAcquire() >= AHEAD_BYTES) {
                    Thread.onSpinWait();
                    continue;
                }
                zeros.clear();
                long at = room.getPlain();
                room.setRelease(at + channel.write(zeros, at));
            }
        } catch (IOException failed) {
            room.setRelease(Long.MAX_VALUE);
            throw new UncheckedIOException(failed);
        }
    }

    /** Writes so many bytes to new files of the directory, as fast as it goes. */
    static void fill(Path directory, long bytes) throws IOException {
        ByteBuffer block = ByteBuffer.allocateDirect(2 * STEP_BYTES);
        for (long done = 0; done < bytes; done += FILE_BYTES) {
            Path file = Files.createTempFile(directory, "fill", ".tmp");
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                long wanted = Math.min(FILE_BYTES, bytes - done);
                for (long at = 0; at < wanted; at += block.capacity()) {
                    block.clear();
                    channel.write(block, at);
                }
                channel.force(false);
            }
        }
    }

    /** Forces per second, each of so many new bytes in file order. */
    double forcesPerSecond(int bytes, double seconds) throws IOException, InterruptedException {
        return withFile((channel, memory) -> {
            int room = Math.min(FILE_BYTES, 256 << 20);
            // in pieces as small as the store makes them: a force writes whole ones
            ByteBuffer zeros = ByteBuffer.allocateDirect(PIECE_BYTES);
            for (int at = 0; at < room; at += PIECE_BYTES) {
                zeros.clear();
                channel.write(zeros, at);
            }
            memory.force(0, room);
            byte[] batch = new byte[bytes];
            long began = System.nanoTime();
            long until = began + (long) (seconds * 1e9);
            int forces = 0;
            int at = 0;
            while (System.nanoTime() < until) {
                batch[0]++;
                if (at + bytes > room) {
                    at = 0;
                }
                memory.put(at, batch);
                memory.force(at, bytes);
                at += bytes;
                forces++;
            }
            return forces / ((System.nanoTime() - began) / 1e9);
        });
    }

    private interface Work {
        double with(FileChannel channel, MappedByteBuffer memory) throws IOException, InterruptedException;
    }

    private double withFile(Work work) throws IOException, InterruptedException {
        Files.createDirectories(directory);
        Path file = Files.createTempFile(directory, "plain", ".tmp");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return work.with(channel, channel.map(FileChannel.MapMode.READ_WRITE, 0, FILE_BYTES));
        } finally {
            Files.delete(file);
        }
    }
}
