package io.sluice.store.recovery;

import io.sluice.store.file.Disk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The file {@code abort}: there while a broker runs, and after one that was not stopped properly. Holds its process id. */
public final class RunningMark {
    public static final String FILE = "abort";

    private RunningMark() {}

    public static boolean isSet(Disk disk, Path directory) throws IOException {
        return disk.stat(directory.resolve(FILE)).isPresent();
    }

    public static void set(Disk disk, Path directory) throws IOException {
        String pid = Long.toString(ProcessHandle.current().pid());
        disk.write(directory.resolve(FILE), pid.getBytes(StandardCharsets.US_ASCII), true);
        disk.syncDirectory(directory);
    }

    /** Only when everything is durable. */
    public static void clear(Disk disk, Path directory) throws IOException {
        disk.delete(directory.resolve(FILE));
        disk.syncDirectory(directory);
    }
}
