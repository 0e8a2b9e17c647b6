package io.sluice.gateway.cli;

import io.sluice.gateway.config.ConfigException;
import io.sluice.gateway.config.Settings;
import io.sluice.gateway.config.SettingsReader;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Options that every command with a configuration shares. */
final class NodeOptions {
    private static final String DEFAULT_FILE = "conf/sluice.conf";

    @Option(names = "--data", paramLabel = "DIR", description = "data directory (default: ./data)")
    private Path data;

    @Option(names = "--conf", paramLabel = "FILE", description = "configuration file (default: conf/sluice.conf)")
    private Path conf;

    @Option(names = "-D", paramLabel = "KEY=VALUE", description = "one setting; wins over the file and the environment")
    private Map<String, String> definitions = new LinkedHashMap<>();

    /** @throws ConfigException when a file, key or value is not usable */
    Settings settings() {
        Map<String, String> given = new LinkedHashMap<>();
        if (data != null) {
            given.put("storePathRootDir", data.resolve("store").toString());
        }
        given.putAll(definitions);
        return new SettingsReader().read(file(), System.getenv(), given);
    }

    /** The file given, else the one of the installation when there is one. */
    private Optional<Path> file() {
        if (conf != null) {
            return Optional.of(conf);
        }
        Path installed = Path.of(System.getProperty("sluice.home", ".")).resolve(DEFAULT_FILE);
        return installed.toFile().isFile() ? Optional.of(installed) : Optional.empty();
    }
}
