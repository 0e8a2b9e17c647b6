package io.sluice.gateway.config;

import io.sluice.broker.settings.Overrides;
import io.sluice.broker.settings.RuntimeSettings;
import io.sluice.namesrv.settings.NameServerSettings;
import io.sluice.store.file.Disk;
import io.sluice.store.table.TableFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settings that tools changed while broker or name server ran, from {@code overrides.properties} in the directories
 * {@code config} and {@code namesrv} of the store. They count more than file and environment, so that they survive a
 * restart, and less than {@code -D}, so that a start can do without.
 */
public final class RuntimeOverrides {
    private static final Logger log = LoggerFactory.getLogger(RuntimeOverrides.class);

    private RuntimeOverrides() {}

    /**
     * The settings with what was changed of the broker at run time; each such setting is told in a log line.
     *
     * @throws ConfigException for a setting that cannot change at run time or an illegal value
     */
    public static Settings ofBroker(Settings settings, Disk disk) {
        return over(settings, disk, "config", RuntimeSettings.CHANGEABLE);
    }

    /** The same for the name server. */
    public static Settings ofNameServer(Settings settings, Disk disk) {
        return over(settings, disk, NameServerOverridesFile.DIRECTORY, NameServerSettings.CHANGEABLE);
    }

    private static Settings over(Settings settings, Disk disk, String directory, Set<String> changeable) {
        Path config = settings.path("storePathRootDir").resolve(directory);
        Path file = config.resolve(Overrides.FILE_NAME);
        // What is wrong with a directory that is none is told by whoever opens the store.
        Map<String, String> overrides = Files.isDirectory(config)
                ? new TableFile(disk, file).load(Overrides::parse).orElse(Map.of())
                : Map.of();
        Settings result = new SettingsReader().override(settings, file.toString(), changeable, overrides);
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
