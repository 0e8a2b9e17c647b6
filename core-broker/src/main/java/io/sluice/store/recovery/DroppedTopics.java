package io.sluice.store.recovery;

import io.sluice.store.file.Disk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/**
 * The topics that are being deleted, in a file beside {@link Progress}: written before a topic is forgotten, removed when a
 * table without it survives a power cut and none of its files is left. In between, a topic of that name may have been begun anew while the table still
 * tells of the old one; from its first message on recovery believes the log then. One name to a line, UTF-8.
 */
public final class DroppedTopics {
    /** In the store's root; no other broker uses the name. */
    public static final String FILE = "progress.dropped";

    private static final int MAX_BYTES = 64 << 20;

    private DroppedTopics() {}

    /** Names are {@linkplain io.sluice.store.queue.ConsumeQueues#isStorable storable}, so none has a line's end in it. */
    public static Set<String> read(Disk disk, Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        if (disk.stat(file).isEmpty()) {
            return Set.of();
        }
        String text = new String(disk.read(file, MAX_BYTES), StandardCharsets.UTF_8);
        return new TreeSet<>(text.lines().filter(name -> !name.isEmpty()).toList());
    }

    /** On return the name survives a power cut. */
    public static void add(Disk disk, Path directory, String topic) throws IOException {
        Set<String> names = new TreeSet<>(read(disk, directory));
        if (names.add(topic)) {
            write(disk, directory, names);
        }
    }

    /** Only these names stay. That others may come back after a power cut does no harm. */
    public static void keep(Disk disk, Path directory, Set<String> topics) throws IOException {
        if (disk.stat(directory.resolve(FILE)).isEmpty()) {
            return;
        }
        Set<String> names = new TreeSet<>(read(disk, directory));
        if (names.retainAll(topics) && !names.isEmpty()) {
            write(disk, directory, names);
        } else if (names.isEmpty()) {
            disk.delete(directory.resolve(FILE));
        }
    }

    private static void write(Disk disk, Path directory, Set<String> names) throws IOException {
        Path draft = directory.resolve(FILE + ".tmp");
        disk.write(draft, (String.join("\n", names) + "\n").getBytes(StandardCharsets.UTF_8), true);
        disk.rename(draft, directory.resolve(FILE));
        disk.syncDirectory(directory);
    }
}
