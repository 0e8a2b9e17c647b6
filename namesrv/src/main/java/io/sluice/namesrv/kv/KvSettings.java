package io.sluice.namesrv.kv;

import java.io.IOException;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The settings, in memory and in their store. One lock guards both, so a change that was answered is saved; changes may
 * therefore block and do not belong on an event loop. Questions are answered from an immutable copy without the lock.
 */
public final class KvSettings {
    /** Namespace whose keys are ordered topics, with values like {@code broker-a:4;broker-b:4}. */
    public static final String ORDERED_TOPICS = "ORDER_TOPIC_CONFIG";

    /** Settings in all namespaces together; a change that would exceed it is refused. */
    public static final int ENTRIES_MAX = 100_000;

    private final KvStore store;
    /** Replaced as a whole; neither it nor the maps in it ever change. */
    private volatile Map<String, Map<String, String>> settings;

    private KvSettings(KvStore store, Map<String, Map<String, String>> settings) {
        this.store = store;
        this.settings = settings;
    }

    public static KvSettings open(KvStore store) throws IOException {
        return new KvSettings(store, Map.copyOf(store.load()));
    }

    /** @throws KvException when it cannot be saved; then nothing has changed */
    public synchronized void put(String namespace, String key, String value) {
        Map<String, String> changed = new TreeMap<>(table(namespace));
        if (changed.put(key, value) == null && size() >= ENTRIES_MAX) {
            throw new KvException(
                    "the name server keeps at most %d settings; delete some first".formatted(ENTRIES_MAX));
        }
        replace(namespace, changed);
    }

    /** @throws KvException when it cannot be saved; then nothing has changed */
    public synchronized void delete(String namespace, String key) {
        Map<String, String> changed = new TreeMap<>(table(namespace));
        if (changed.remove(key) != null) {
            replace(namespace, changed);
        }
    }

    private int size() {
        return settings.values().stream().mapToInt(Map::size).sum();
    }

    private void replace(String namespace, Map<String, String> changed) {
        Map<String, Map<String, String>> next = new TreeMap<>(settings);
        next.put(namespace, Collections.unmodifiableMap(changed));
        if (changed.isEmpty()) {
            next.remove(namespace);
        }
        try {
            store.save(next);
        } catch (IOException failed) {
            throw new KvException(
                    "settings of namespace %s were not saved: %s".formatted(namespace, failed.getMessage()), failed);
        }
        settings = Map.copyOf(next);
    }

    public Optional<String> get(String namespace, String key) {
        return Optional.ofNullable(table(namespace).get(key));
    }

    /** All settings of a namespace; empty when there are none. */
    public Map<String, String> table(String namespace) {
        return settings.getOrDefault(namespace, Map.of());
    }
}
