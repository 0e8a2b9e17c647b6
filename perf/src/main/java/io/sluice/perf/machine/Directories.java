package io.sluice.perf.machine;

import io.sluice.model.SluiceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Directories that a measurement makes and takes away again. */
public final class Directories {
    private Directories() {}

    /**
     * Deletes a file, or a directory with all that is in it; an absent one is fine.
     *
     * @throws SluiceException naming the directory when something of it is left behind
     */
    public static void delete(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException failed) {
            throw new SluiceException("%s is left behind: %s".formatted(directory, failed.getMessage()), failed);
        }
    }
}
