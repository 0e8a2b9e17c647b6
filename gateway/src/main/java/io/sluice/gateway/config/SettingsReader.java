package io.sluice.gateway.config;

import io.sluice.gateway.config.Settings.Value;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Puts the settings together: built-in defaults, then the file, then the environment ({@code SLUICE_LISTEN_PORT} for
 * {@code listenPort}; {@code NAMESRV_ADDR} too), then {@code -D}. The later one wins; each is checked.
 */
public final class SettingsReader {
    private static final String DEFINITION = "-D";
    private static final String ENVIRONMENT_PREFIX = "SLUICE_";
    /** Read by the launcher script and the logging set-up, not by the node. */
    private static final Set<String> LAUNCHER_VARIABLES = Set.of("SLUICE_JAVA_OPTS", "SLUICE_LOG_LEVEL");

    private final List<Knob> knobs;
    private final Set<String> foreign;

    public SettingsReader() {
        this(KnobTable.KNOBS);
    }

    SettingsReader(List<Knob> knobs) {
        this.knobs = knobs;
        this.foreign = foreignKeys();
    }

    /**
     * @param file       the file given or the default one; absent when there is none
     * @param definitions {@code -D} pairs in the order given
     * @throws ConfigException for an unreadable file, an unknown key or an illegal value
     */
    public Settings read(Optional<Path> file, Map<String, String> environment, Map<String, String> definitions) {
        Map<String, Value> values = new HashMap<>();
        Set<String> accepted = new TreeSet<>();
        knobs.forEach(knob -> values.put(knob.key(), new Value(knob.defaultValue(), "default")));
        file.ifPresent(path -> properties(path)
                .forEach((key, value) -> put(values, accepted, (String) key, (String) value, path.toString())));
        environment.forEach((name, value) -> putFromEnvironment(values, name, value));
        definitions.forEach((key, value) -> put(values, accepted, key, value, DEFINITION));
        return new Settings(values, List.copyOf(accepted));
    }

    private static Properties properties(Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            properties.load(reader);
        } catch (NoSuchFileException missing) {
            throw new ConfigException(
                    "configuration file %s does not exist; give an existing one with --conf".formatted(file), missing);
        } catch (IOException | IllegalArgumentException unreadable) {
            throw new ConfigException(
                    "configuration file %s cannot be read: %s".formatted(file, unreadable.getMessage()), unreadable);
        }
        return properties;
    }

    private void putFromEnvironment(Map<String, Value> values, String name, String value) {
        if (name.equals("NAMESRV_ADDR")) {
            put(values, new TreeSet<>(), "namesrvAddr", value, "environment NAMESRV_ADDR");
        } else if (name.startsWith(ENVIRONMENT_PREFIX) && !LAUNCHER_VARIABLES.contains(name)) {
            String key = knobs.stream()
                    .map(Knob::key)
                    .filter(known -> variableOf(known).equals(name))
                    .findFirst()
                    .orElseThrow(() -> new ConfigException("environment variable %s is not a setting; the nearest is %s"
                            .formatted(name, nearestVariable(name))));
            put(values, new TreeSet<>(), key, value, "environment " + name);
        }
    }

    private String nearestVariable(String name) {
        return NearestWord.to(
                name, knobs.stream().map(knob -> variableOf(knob.key())).toList());
    }

    /** {@code listenPort} is {@code SLUICE_LISTEN_PORT}. */
    static String variableOf(String key) {
        return ENVIRONMENT_PREFIX + key.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toUpperCase(Locale.ROOT);
    }

    /**
     * Lays settings that were changed at run time over the others; only {@code -D} counts more.
     *
     * @param origin     where they come from, for messages
     * @param changeable those that can change at run time
     * @throws ConfigException for a setting that cannot change at run time or an illegal value
     */
    Settings override(Settings settings, String origin, Set<String> changeable, Map<String, String> overrides) {
        Map<String, Value> values = new HashMap<>(settings.values());
        overrides.forEach((key, value) -> {
            if (!changeable.contains(key)) {
                throw new ConfigException(
                        "%s (%s) cannot change at run time; delete the line, or move it to the configuration file"
                                .formatted(key, origin));
            }
            if (!settings.values().get(key).origin().equals(DEFINITION)) {
                put(values, new TreeSet<>(), key, value, origin);
            }
        });
        return new Settings(values, settings.accepted());
    }

    /** What is wrong with a setting that a tool wants to change, as a sentence; empty when it is legal. */
    public Optional<String> complaint(String key, String value) {
        try {
            Collection<String> foreignKeys = new TreeSet<>();
            put(new HashMap<>(), foreignKeys, key, value, "asked for by a tool");
            return foreignKeys.isEmpty()
                    ? Optional.empty()
                    : Optional.of("%s is a setting of RocketMQ that Sluice has no use for".formatted(key));
        } catch (ConfigException illegal) {
            return Optional.of(illegal.getMessage());
        }
    }

    private void put(Map<String, Value> values, Collection<String> accepted, String key, String raw, String origin) {
        String value = raw.trim();
        Optional<Knob> knob =
                knobs.stream().filter(known -> known.key().equals(key)).findFirst();
        if (knob.isEmpty()) {
            if (!foreign.contains(key)) {
                throw new ConfigException("unknown key '%s' (%s); the nearest known one is '%s'"
                        .formatted(key, origin, NearestWord.to(key, allKeys())));
            }
            accepted.add(key);
            return;
        }
        String complaint = knob.get().kind().complaint(value);
        if (complaint != null) {
            throw new ConfigException("%s=%s (%s) is not legal; %s".formatted(key, value, origin, complaint));
        }
        values.put(key, new Value(value, origin));
    }

    private Set<String> allKeys() {
        return knobs.stream().map(Knob::key).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> foreignKeys() {
        try (InputStream in = SettingsReader.class.getResourceAsStream("rocketmq-keys.txt");
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return lines.lines().filter(line -> !line.startsWith("#")).collect(Collectors.toSet());
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }
}
