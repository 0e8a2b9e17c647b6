package io.sluice.namesrv.settings;

import java.io.IOException;
import java.util.Map;

/** Where settings that were changed at run time survive a restart. Calls come one at a time and may block. */
public interface OverridesStore {

    /** Everything saved last, by name; empty when nothing was. */
    Map<String, String> load() throws IOException;

    /** Replaces everything. */
    void save(Map<String, String> overrides) throws IOException;

    /** Forgets with the process. */
    static OverridesStore inMemory() {
        return new OverridesStore() {
            @Override
            public Map<String, String> load() {
                return Map.of();
            }

            @Override
            public void save(Map<String, String> overrides) {}
        };
    }
}
