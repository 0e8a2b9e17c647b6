package io.sluice.gateway.config;

import io.sluice.broker.settings.Overrides;
import io.sluice.namesrv.settings.OverridesStore;
import io.sluice.store.file.Disk;
import io.sluice.store.table.TableFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** What tools changed of the name server's settings, in {@code namesrv/overrides.properties} below the store. */
public final class NameServerOverridesFile implements OverridesStore {
    static final String DIRECTORY = "namesrv";

    private final Disk disk;
    private final Path directory;
    private final TableFile file;

    public NameServerOverridesFile(Disk disk, Path storeDirectory) {
        this.disk = disk;
        this.directory = storeDirectory.resolve(DIRECTORY);
        this.file = new TableFile(disk, directory.resolve(Overrides.FILE_NAME));
    }

    @Override
    public Map<String, String> load() {
        return file.load(Overrides::parse).orElse(Map.of());
    }

    @Override
    public void save(Map<String, String> overrides) throws IOException {
        disk.createDirectories(directory);
        file.save(Overrides.write(overrides));
    }
}
