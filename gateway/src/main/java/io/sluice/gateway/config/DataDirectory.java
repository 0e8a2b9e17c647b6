package io.sluice.gateway.config;

import java.nio.file.Files;
import java.nio.file.Path;

/** Looks whether a store can be kept in a directory, before anything is opened there. Creates nothing. */
public final class DataDirectory {
    private DataDirectory() {}

    /** @throws ConfigException when the directory, or the part of its path that exists, cannot be used */
    public static void check(Path directory) {
        Path existing = directory.toAbsolutePath().normalize();
        while (!Files.exists(existing) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        if (!Files.isDirectory(existing)) {
            throw new ConfigException(
                    "data directory %s cannot be used: %s is not a directory; give another with --data"
                            .formatted(directory, existing));
        }
        if (!Files.isReadable(existing) || !Files.isExecutable(existing) || !Files.isWritable(existing)) {
            throw new ConfigException(
                    "data directory %s cannot be used: user %s may not read and write %s; change its owner or give another with --data"
                            .formatted(directory, System.getProperty("user.name"), existing));
        }
    }
}
