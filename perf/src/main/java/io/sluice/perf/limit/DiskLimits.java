package io.sluice.perf.limit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Plain sequential writing through a mapping, and how often the disk can be waited for. */
final class DiskLimits {
    private static final int FILE_BYTES = 512 << 20;
    private static final int RECORD_BYTES = 1024;
    private static final int FORCE_BYTES = 4096;
    /** Of a record with a body of 128 bytes, roughly. */
    private static final int CALL_BYTES = 256;

    private static final long FORCE_NANOS = 2_000_000_000L;

    private DiskLimits() {}

    /** Writes about a gigabyte below the directory and deletes it again. */
    static List<Limit> measure(Path directory, int callers) throws IOException {
        List<Limit> limits = new ArrayList<>();
        Path file = Files.createTempFile(directory, "limit", ".tmp");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MappedByteBuffer memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, FILE_BYTES);
            limits.add(new Limit(Limits.WRITE_FRESH, "1 KB records", write(memory) / 1e6, "MB/s"));
            // Once more for the compiler; blocks that are in memory are what the node aims at too.
            write(memory);
            limits.add(new Limit(Limits.WRITE_RECYCLED, "1 KB records", write(memory) / 1e6, "MB/s"));
            memory.force();
            limits.add(new Limit("force, mapped", "4 KB", forcesOf(memory, FORCE_BYTES), "forces/s"));
            limits.add(new Limit("force, channel", "4 KB", forcesOf(channel, FORCE_BYTES), "forces/s"));
            limits.add(groupCommit(memory, channel, callers));
        } finally {
            Files.delete(file);
        }
        return limits;
    }

    /** Every force carries one message of every caller, and no time passes between forces. */
    private static Limit groupCommit(MappedByteBuffer memory, FileChannel channel, int callers) throws IOException {
        int bytes = (callers * CALL_BYTES + FORCE_BYTES - 1) / FORCE_BYTES * FORCE_BYTES;
        double mapped = forcesOf(memory, bytes);
        double written = forcesOf(channel, bytes);
        return new Limit(
                Limits.GROUP_COMMIT,
                "%d callers, one force of %d KB, %s"
                        .formatted(callers, bytes >> 10, mapped > written ? "mapped" : "channel"),
                Math.max(mapped, written) * callers,
                "messages/s");
    }

    private static double write(MappedByteBuffer memory) {
        byte[] record = new byte[RECORD_BYTES];
        long begin = System.nanoTime();
        for (int at = 0; at + RECORD_BYTES <= FILE_BYTES; at += RECORD_BYTES) {
            memory.put(at, record);
        }
        return FILE_BYTES / ((System.nanoTime() - begin) / 1e9);
    }

    private static double forcesOf(MappedByteBuffer memory, int bytes) {
        byte[] block = new byte[bytes];
        long begin = System.nanoTime();
        int forces = 0;
        while (System.nanoTime() - begin < FORCE_NANOS) {
            int at = (int) ((long) forces * bytes % FILE_BYTES);
            block[0]++;
            memory.put(at, block);
            memory.force(at, bytes);
            forces++;
        }
        return forces / ((System.nanoTime() - begin) / 1e9);
    }

    private static double forcesOf(FileChannel channel, int bytes) throws IOException {
        ByteBuffer block = ByteBuffer.allocateDirect(bytes);
        long begin = System.nanoTime();
        int forces = 0;
        while (System.nanoTime() - begin < FORCE_NANOS) {
            block.clear();
            block.put(0, (byte) forces);
            channel.write(block, (long) forces * bytes % FILE_BYTES);
            channel.force(false);
            forces++;
        }
        return forces / ((System.nanoTime() - begin) / 1e9);
    }
}
