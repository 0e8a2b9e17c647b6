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
public final class DiskLimits {
    private static final int FILE_BYTES = 512 << 20;
    private static final int RECORD_BYTES = 1024;
    private static final int FORCE_BYTES = 4096;
    private static final long FORCE_NANOS = 3_000_000_000L;

    private DiskLimits() {}

    /** Writes about a gigabyte below the directory and deletes it again. */
    public static List<Limit> measure(Path directory) throws IOException {
        List<Limit> limits = new ArrayList<>();
        Path file = Files.createTempFile(directory, "limit", ".tmp");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MappedByteBuffer memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, FILE_BYTES);
            limits.add(new Limit("mapped write, first touch, 1 KB records", write(memory) / 1e6, "MB/s"));
            limits.add(new Limit("mapped write, pages in memory, 1 KB records", write(memory) / 1e6, "MB/s"));
            memory.force();
            limits.add(new Limit("force of 4 KB, mapped", forcesOf(memory), "forces/s"));
            limits.add(new Limit("force of 4 KB, channel", forcesOf(channel), "forces/s"));
        } finally {
            Files.delete(file);
        }
        return limits;
    }

    private static double write(MappedByteBuffer memory) {
        byte[] record = new byte[RECORD_BYTES];
        long begin = System.nanoTime();
        for (int at = 0; at + RECORD_BYTES <= FILE_BYTES; at += RECORD_BYTES) {
            memory.put(at, record);
        }
        return FILE_BYTES / ((System.nanoTime() - begin) / 1e9);
    }

    private static double forcesOf(MappedByteBuffer memory) {
        byte[] page = new byte[FORCE_BYTES];
        long begin = System.nanoTime();
        int forces = 0;
        while (System.nanoTime() - begin < FORCE_NANOS) {
            int at = forces * FORCE_BYTES % FILE_BYTES;
            page[0]++;
            memory.put(at, page);
            memory.force(at, FORCE_BYTES);
            forces++;
        }
        return forces / ((System.nanoTime() - begin) / 1e9);
    }

    private static double forcesOf(FileChannel channel) throws IOException {
        ByteBuffer page = ByteBuffer.allocateDirect(FORCE_BYTES);
        long begin = System.nanoTime();
        int forces = 0;
        while (System.nanoTime() - begin < FORCE_NANOS) {
            page.clear();
            page.put(0, (byte) forces);
            channel.write(page, (long) forces * FORCE_BYTES % FILE_BYTES);
            channel.force(false);
            forces++;
        }
        return forces / ((System.nanoTime() - begin) / 1e9);
    }
}
