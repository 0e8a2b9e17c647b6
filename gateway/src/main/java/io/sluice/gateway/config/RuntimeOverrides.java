package io.sluice.gateway.config;

import io.sluice.broker.settings.Overrides;
import io.sluice.store.file.Disk;
import io.sluice.store.table.TableFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settings that tools changed while the broker ran, from {@code config/overrides.properties} of its store. They count more
 * than file and environment, so that they survive a restart, and less than {@code -D}, so that a start can do without.
 */
public final class RuntimeOverrides {
    private static final Logger log = LoggerFactory.getLogger(RuntimeOverrides.class);

    private RuntimeOverrides() {}

    /**
     * The settings with what was changed at run time; each such setting is told in a log line.
     *
     * @throws ConfigException for a setting that cannot change at run time or an illegal value
     */
    public static Settings over(Settings settings, Disk disk) {
        Path config = settings.path("storePathRootDir").resolve("config");
        Path file = config.resolve(Overrides.FILE_NAME);
        // What is wrong with a directory that is none is told by whoever opens the store.
        Map<String, String> overrides = Files.isDirectory(config)
                ? new TableFile(disk, file).load(Overrides::parse).orElse(Map.of())
                : Map.of();
        Settings result = new SettingsReader().override(settings, file.toString(), overrides);
        overrides.forEach((key, value) -> {
            Settings.Value counts = result.values().get(key);
            if (counts.origin().equals(file.toString())) {
                log.info("setting changed at run time: {}={} file={}", key, value, file);
            } else {
                log.warn(
                        "setting {}={} ({}) counts, not the {} that it was changed to at run time: file={}",
                        key,
                        counts.text(),
                        counts.origin(),
                        value,
                        file);
            }
        });
        return result;
    }
}
