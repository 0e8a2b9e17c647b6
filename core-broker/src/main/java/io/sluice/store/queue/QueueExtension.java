package io.sluice.store.queue;

import io.sluice.store.file.ChannelFile;
import io.sluice.store.file.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * Reads the extension files that another broker may have written beside its queues: there the entry's tag field is an
 * address, and the tag hash lies in a unit at that address.
 *
 * <pre>
 *   0        2       10        18           20
 *   unitSize tagHash storeTime bitmapLength bitmap
 * </pre>
 *
 * Sluice writes no such files. Safe for many threads.
 */
public final class QueueExtension {
    private static final int UNIT_MIN_BYTES = 20;
    private static final int TAG_HASH_AT = 2;

    private final Disk disk;
    private final Path root;

    public QueueExtension(Disk disk, Path root) {
        this.disk = disk;
        this.root = root;
    }

    public static boolean isAddress(long tagField) {
        return tagField <= QueueEntryLayout.EXTENSION_ADDRESS_MAX;
    }

    /** The tag hash that the address stands for; none when the file or the unit is not there. */
    public OptionalLong tagHash(QueueKey queue, long address) throws IOException {
        long position = address - Long.MIN_VALUE;
        Path directory = root.resolve(queue.topic()).resolve(Integer.toString(queue.queueId()));
        List<Disk.Entry> files = disk.list(directory);
        for (Disk.Entry file : files) {
            if (file.name().matches("[0-9]{20}")) {
                long base = Long.parseLong(file.name());
                if (base <= position && position + UNIT_MIN_BYTES <= base + file.length()) {
                    return read(directory.resolve(file.name()), position - base);
                }
            }
        }
        return OptionalLong.empty();
    }

    private OptionalLong read(Path file, long at) throws IOException {
        ByteBuffer unit = ByteBuffer.allocate(UNIT_MIN_BYTES);
        try (ChannelFile channel = disk.open(file, Disk.Access.READ)) {
            channel.read(unit, at);
        }
        return !unit.hasRemaining() && unit.getShort(0) >= UNIT_MIN_BYTES
                ? OptionalLong.of(unit.getLong(TAG_HASH_AT))
                : OptionalLong.empty();
    }
}
