package io.sluice.perf.store;

import io.sluice.perf.machine.Directories;
import io.sluice.store.MessageStore;
import io.sluice.store.StoreConfig;
import io.sluice.store.file.Disk;
import io.sluice.store.file.FileDisk;
import io.sluice.store.log.FlushMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;

/** The directory of a store that is only made to be measured; closing deletes it. */
final class ScratchStore implements AutoCloseable {
    private final Path directory;

    ScratchStore(Path below) throws IOException {
        Files.createDirectories(below);
        this.directory = Files.createTempDirectory(below, "store");
    }

    Path directory() {
        return directory;
    }

    /** Opens it as a node does by default, and starts its threads. */
    static MessageStore open(Path directory, FlushMode mode, Disk disk) {
        MessageStore store = MessageStore.open(
                StoreConfig.in(directory).withFlushMode(mode).withReservedHours(1_000_000),
                disk,
                InstantSource.system());
        store.start();
        return store;
    }

    MessageStore open(FlushMode mode) {
        return open(directory, mode, new FileDisk());
    }

    /** Deletes a file or a directory with all that is in it; an absent one is fine. */
    void delete(String name) {
        Directories.delete(directory.resolve(name));
    }

    @Override
    public void close() {
        Directories.delete(directory);
    }
}
