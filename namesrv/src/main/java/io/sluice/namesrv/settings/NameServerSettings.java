package io.sluice.namesrv.settings;

import io.sluice.model.SluiceException;
import java.io.IOException;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The settings as they are now. Those that are switches can change while the name server runs; a change is checked as a
 * whole, saved, and then counts. Safe for many threads; a change waits for the disk.
 */
public final class NameServerSettings {
    /** Whether routes tell the queues of ordered topics. */
    public static final String ORDERED_TOPICS = "orderMessageEnable";

    /** Whether topics go that a broker's newer registration no longer names. */
    public static final String DROP_UNREPORTED_TOPICS = "deleteTopicWithBrokerRegistration";

    /** The settings that can change while the name server runs. */
    public static final Set<String> CHANGEABLE = Set.of(ORDERED_TOPICS, DROP_UNREPORTED_TOPICS);

    private static final Logger log = LoggerFactory.getLogger(NameServerSettings.class);

    private final OverridesStore store;
    /** Replaced as a whole by a change. */
    private volatile Map<String, String> values;

    private volatile boolean orderedTopics;
    private volatile boolean dropUnreportedTopics;

    /** What became of a change. */
    public sealed interface Change {
        /** Saved; it counts. */
        record Made() implements Change {}

        /** @param sentence why nothing has changed */
        record Illegal(String sentence) implements Change {}

        /** @param sentence which setting is read at start only, so that nothing has changed */
        record OnlyAtStart(String sentence) implements Change {}
    }

    /** @param started every setting that the name server was started with, {@link #CHANGEABLE} included */
    public NameServerSettings(Map<String, String> started, OverridesStore store) {
        this.store = store;
        take(started);
    }

    private void take(Map<String, String> next) {
        orderedTopics = Boolean.parseBoolean(next.get(ORDERED_TOPICS));
        dropUnreportedTopics = Boolean.parseBoolean(next.get(DROP_UNREPORTED_TOPICS));
        values = Collections.unmodifiableMap(new TreeMap<>(next));
    }

    /** By name, in order. */
    public Map<String, String> now() {
        return values;
    }

    public boolean orderedTopics() {
        return orderedTopics;
    }

    public boolean dropUnreportedTopics() {
        return dropUnreportedTopics;
    }

    /**
     * Changes settings, all or none.
     *
     * @throws SluiceException when they cannot be saved; then nothing has changed
     */
    public synchronized Change change(Map<String, String> wanted) {
        for (Map.Entry<String, String> one : wanted.entrySet()) {
            if (!values.containsKey(one.getKey())) {
                return new Change.Illegal(
                        "the name server has no setting %s; it has %s".formatted(one.getKey(), values.keySet()));
            }
            if (!CHANGEABLE.contains(one.getKey())) {
                return new Change.OnlyAtStart(
                        ("%s cannot change while the name server runs: change the configuration file and start it again;"
                                        + " at run time can change %s")
                                .formatted(one.getKey(), String.join(", ", CHANGEABLE)));
            }
            if (!one.getValue().equals("true") && !one.getValue().equals("false")) {
                return new Change.Illegal(
                        "%s=%s is not legal; expected true or false".formatted(one.getKey(), one.getValue()));
            }
        }
        save(wanted);
        Map<String, String> next = new TreeMap<>(values);
        wanted.forEach((key, value) ->
                log.info("setting {} is changed: value={} before={}", key, value, next.put(key, value)));
        take(next);
        return new Change.Made();
    }

    private void save(Map<String, String> wanted) {
        try {
            Map<String, String> kept = new TreeMap<>(store.load());
            kept.putAll(wanted);
            store.save(kept);
        } catch (IOException failed) {
            throw new SluiceException(
                    "settings %s were not saved: %s".formatted(wanted.keySet(), failed.getMessage()), failed);
        }
    }
}
