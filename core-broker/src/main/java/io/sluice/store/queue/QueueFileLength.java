package io.sluice.store.queue;

import io.sluice.store.file.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How long the files of all queues are: what is configured, what the store knows of itself, or what is found. Single files
 * may have become shorter than they were made, so a short one is no evidence; it gets its length back when it is written.
 */
public final class QueueFileLength {
    /** So many queues are asked. */
    private static final int QUEUES_LOOKED_AT = 100;

    private QueueFileLength() {}

    /**
     * @param root       directory of all queues
     * @param configured 0 when it is not; rounded up to whole entries
     * @param known      what the store says of itself, 0 when nothing
     * @param crashed    whether files may be short because the store was not stopped properly
     * @throws QueueFormatException when what is configured contradicts the files
     */
    public static int find(Disk disk, Path root, int configured, int known, boolean crashed) throws IOException {
        int wanted = (configured + QueueEntryLayout.ENTRY_BYTES - 1)
                / QueueEntryLayout.ENTRY_BYTES
                * QueueEntryLayout.ENTRY_BYTES;
        if (known != 0) {
            return agreed(root, wanted, known);
        }
        List<Disk.Entry> files = someFiles(disk, root);
        if (wanted != 0) {
            for (Disk.Entry file : files) {
                if (file.length() > wanted || Long.parseLong(file.name()) % wanted != 0) {
                    return agreed(root, wanted, file.length());
                }
            }
            return wanted;
        }
        long longest = files.stream().mapToLong(Disk.Entry::length).max().orElse(0);
        long alike = files.stream().filter(file -> file.length() == longest).count();
        boolean convincing = longest > 0
                && longest <= Integer.MAX_VALUE
                && longest % QueueEntryLayout.ENTRY_BYTES == 0
                && (!crashed || alike > 1);
        return convincing ? (int) longest : QueueFiles.FILE_BYTES_DEFAULT;
    }

    private static int agreed(Path root, int wanted, long found) {
        if (wanted != 0 && wanted != found) {
            throw new QueueFormatException(
                    "mappedFileSizeConsumeQueue is %d, but the queue files in %s have %d bytes; set it to %d or leave it out"
                            .formatted(wanted, root, found, found));
        }
        return (int) found;
    }

    private static List<Disk.Entry> someFiles(Disk disk, Path root) throws IOException {
        List<Disk.Entry> some = new ArrayList<>();
        int queues = 0;
        for (Disk.Entry topic : disk.list(root)) {
            for (Disk.Entry queue : disk.list(root.resolve(topic.name()))) {
                for (Disk.Entry file : disk.list(root.resolve(topic.name()).resolve(queue.name()))) {
                    if (!file.directory() && QueueFiles.isName(file.name())) {
                        some.add(file);
                    }
                }
                if (++queues == QUEUES_LOOKED_AT) {
                    return some;
                }
            }
        }
        return some;
    }
}
