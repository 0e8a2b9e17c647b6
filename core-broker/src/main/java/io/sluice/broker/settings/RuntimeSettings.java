package io.sluice.broker.settings;

import io.sluice.port.Refusal;
import io.sluice.port.RefusedException;
import io.sluice.wire.body.DataVersion;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The settings as they are now. Some can change while the broker runs; such a change is checked as a whole, saved, and then
 * applied, and it survives a restart. Safe for many threads; a change waits for the disk.
 */
public final class RuntimeSettings {
    /** The settings that can change while the broker runs. */
    public static final Set<String> CHANGEABLE = Set.of(
            "autoCreateTopicEnable",
            "defaultTopicQueueNums",
            "autoCreateSubscriptionGroup",
            "enablePropertyFilter",
            "fileReservedTime",
            "deleteWhen",
            "diskMaxUsedSpaceRatio");

    private static final Logger log = LoggerFactory.getLogger(RuntimeSettings.class);

    private final SettingRules rules;
    private final InstantSource clock;
    private final Consumer<String> file;
    private final Map<String, Function<String, Runnable>> changeable;
    private final Map<String, String> overrides;
    /** Replaced as a whole by a change. */
    private volatile View view;

    /**
     * The settings at one moment.
     *
     * @param values  by name, in order
     * @param version changes with every change
     */
    public record View(Map<String, String> values, DataVersion version) {}

    /**
     * @param started    the settings the broker was opened with, nothing secret
     * @param changeable for each of {@link #CHANGEABLE}: makes of a value what applies it, or throws
     *                   {@link IllegalArgumentException} with a sentence
     * @param overrides  what was changed before, as the file holds it
     * @param file       saves the text of the overrides, or throws
     */
    public RuntimeSettings(
            Map<String, String> started,
            Map<String, Function<String, Runnable>> changeable,
            Map<String, String> overrides,
            SettingRules rules,
            Consumer<String> file,
            InstantSource clock) {
        if (!changeable.keySet().equals(CHANGEABLE)) {
            throw new IllegalArgumentException(
                    "changes of %s are applied; expected %s".formatted(changeable.keySet(), CHANGEABLE));
        }
        this.rules = rules;
        this.clock = clock;
        this.file = file;
        this.changeable = new TreeMap<>(changeable);
        this.overrides = new TreeMap<>(overrides);
        this.view = new View(Collections.unmodifiableMap(new TreeMap<>(started)), DataVersion.initial(clock.millis()));
    }

    public View now() {
        return view;
    }

    /**
     * Changes settings, all or none. On return they are saved and count.
     *
     * @throws RefusedException {@link Refusal#ILLEGAL_ARGUMENT} for an unknown name or an illegal value,
     *                          {@link Refusal#FORBIDDEN} for a setting that is only read at start
     */
    public synchronized void change(Map<String, String> wanted) {
        List<Runnable> changes = new ArrayList<>();
        wanted.forEach((key, value) -> changes.add(checked(key, value)));
        Map<String, String> kept = new TreeMap<>(overrides);
        kept.putAll(wanted);
        file.accept(Overrides.write(kept));
        overrides.putAll(wanted);
        Map<String, String> values = new TreeMap<>(view.values());
        wanted.forEach((key, value) ->
                log.info("setting {} is changed: value={} before={}", key, value, values.put(key, value)));
        changes.forEach(Runnable::run);
        view = new View(Collections.unmodifiableMap(values), view.version().next(clock.millis()));
    }

    private Runnable checked(String key, String value) {
        rules.complaint(key, value).ifPresent(complaint -> {
            throw new RefusedException(Refusal.ILLEGAL_ARGUMENT, complaint);
        });
        if (!changeable.containsKey(key)) {
            throw new RefusedException(
                    Refusal.FORBIDDEN,
                    ("%s cannot change while the broker runs: change the configuration file and start the broker again;"
                                    + " at run time can change %s")
                            .formatted(key, String.join(", ", changeable.keySet())));
        }
        try {
            return changeable.get(key).apply(value);
        } catch (IllegalArgumentException illegal) {
            throw new RefusedException(Refusal.ILLEGAL_ARGUMENT, illegal.getMessage());
        }
    }
}
