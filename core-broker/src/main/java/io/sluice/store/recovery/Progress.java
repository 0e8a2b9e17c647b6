package io.sluice.store.recovery;

import io.sluice.store.file.Disk;
import io.sluice.store.index.IndexTable;
import io.sluice.store.queue.QueueKey;
import io.sluice.store.queue.QueueTable;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far the derived files of a store were at one moment: what recovery need not do again. Kept in two files of the store's
 * root, whose names no other broker uses: {@code progress.written} is true while the machine keeps running,
 * {@code progress.forced} also after a power cut. A file that is not whole is as good as none.
 *
 * @param powerCycle     see {@link Disk#powerCycle}; empty when unknown
 * @param stopped        the store was closed properly right after this was written
 * @param swept          no entry of an earlier life follows the last one of any queue
 * @param logSegmentBytes length of a log file
 * @param queueFileBytes length of a queue file
 */
public record Progress(
        String powerCycle,
        boolean stopped,
        boolean swept,
        int logSegmentBytes,
        int queueFileBytes,
        QueueTable queues,
        IndexTable index) {
    public static final String WRITTEN = "progress.written";
    public static final String FORCED = "progress.forced";

    private static final Logger log = LoggerFactory.getLogger(Progress.class);
    private static final long MAGIC = 0x534C55494345504CL;
    private static final int VERSION = 1;
    private static final int MAX_BYTES = 512 * 1024 * 1024;
    private static final int CRC_BYTES = 4;

    /** None when the file is missing or not whole. */
    static Optional<Progress> read(Disk disk, Path file) throws IOException {
        if (disk.stat(file).isEmpty()) {
            return Optional.empty();
        }
        byte[] bytes = disk.read(file, MAX_BYTES);
        int length = bytes.length - CRC_BYTES;
        if (length < 0 || crc(bytes, length) != ByteBuffer.wrap(bytes).getInt(length)) {
            log.warn("{} is not whole and is not used; opening looks at more of the log instead", file);
            return Optional.empty();
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes, 0, length))) {
            if (in.readLong() != MAGIC || in.readInt() != VERSION) {
                log.warn("{} is of a kind that this version does not read; opening looks at the log instead", file);
                return Optional.empty();
            }
            return Optional.of(decode(in));
        }
    }

    private static Progress decode(DataInputStream in) throws IOException {
        int flags = in.readInt();
        String powerCycle = in.readUTF();
        int logSegmentBytes = in.readInt();
        int queueFileBytes = in.readInt();
        long position = in.readLong();
        long lastRecord = in.readLong();
        long indexedTo = in.readLong();
        int indexFiles = in.readInt();
        List<IndexTable.Line> indexLines = new ArrayList<>();
        for (int i = 0; i < indexFiles; i++) {
            indexLines.add(
                    new IndexTable.Line(in.readUTF(), in.readLong(), in.readLong(), in.readInt(), in.readLong()));
        }
        int count = in.readInt();
        List<QueueTable.Line> lines = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            lines.add(new QueueTable.Line(new QueueKey(in.readUTF(), in.readInt()), in.readLong(), in.readLong()));
        }
        return new Progress(
                powerCycle,
                (flags & 1) != 0,
                (flags & 2) != 0,
                logSegmentBytes,
                queueFileBytes,
                new QueueTable(position, lastRecord, lines),
                new IndexTable(indexedTo, indexLines));
    }

    /** Replaces the file atomically; {@code forced}: on return it survives a power cut. */
    public void write(Disk disk, Path file, boolean forced) throws IOException {
        Path draft = file.resolveSibling(file.getFileName() + ".tmp");
        disk.write(draft, encode(), forced);
        disk.rename(draft, file);
        if (forced) {
            disk.syncDirectory(file.toAbsolutePath().getParent());
        }
    }

    private byte[] encode() throws IOException {
        ByteArrayOutputStream bytes =
                new ByteArrayOutputStream(64 + 48 * queues.lines().size());
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeLong(MAGIC);
            out.writeInt(VERSION);
            out.writeInt((stopped ? 1 : 0) | (swept ? 2 : 0));
            out.writeUTF(powerCycle);
            out.writeInt(logSegmentBytes);
            out.writeInt(queueFileBytes);
            out.writeLong(queues.position());
            out.writeLong(queues.lastRecord());
            out.writeLong(index.indexedTo());
            out.writeInt(index.lines().size());
            for (IndexTable.Line line : index.lines()) {
                out.writeUTF(line.name());
                out.writeLong(line.beginStoredAt());
                out.writeLong(line.endLogOffset());
                out.writeInt(line.nextEntry());
                out.writeLong(line.sum());
            }
            out.writeInt(queues.lines().size());
            for (QueueTable.Line line : queues.lines()) {
                out.writeUTF(line.queue().topic());
                out.writeInt(line.queue().queueId());
                out.writeLong(line.start());
                out.writeLong(line.next());
            }
            out.flush();
            out.writeInt(crc(bytes.toByteArray(), bytes.size()));
        }
        return bytes.toByteArray();
    }

    private static int crc(byte[] bytes, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
