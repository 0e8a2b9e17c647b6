package io.sluice.namesrv.kv;

import java.io.IOException;
import java.util.Map;

/** Where settings survive a restart. Calls come one at a time and may block. */
public interface KvStore {

    /** Everything saved last, by namespace and key; empty when nothing was. */
    Map<String, Map<String, String>> load() throws IOException;

    /** Replaces everything. */
    void save(Map<String, Map<String, String>> settings) throws IOException;

    /** Forgets with the process. */
    static KvStore inMemory() {
        return new KvStore() {
            @Override
            public Map<String, Map<String, String>> load() {
                return Map.of();
            }

            @Override
            public void save(Map<String, Map<String, String>> settings) {}
        };
    }
}
