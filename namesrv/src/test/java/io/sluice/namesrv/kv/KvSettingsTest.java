package io.sluice.namesrv.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KvSettingsTest {
    private final SavedStore store = new SavedStore();

    @Test
    void whatWasPutIsSavedAndLoadedAgain() throws IOException {
        KvSettings settings = KvSettings.open(store);
        settings.put("N", "k1", "v1");
        settings.put("N", "k2", "v2");
        settings.put("M", "k1", "other");

        KvSettings reopened = KvSettings.open(store);

        assertThat(reopened.get("N", "k1")).contains("v1");
        assertThat(reopened.table("N")).isEqualTo(Map.of("k1", "v1", "k2", "v2"));
        assertThat(reopened.get("N", "k3")).isEmpty();
    }

    @Test
    void aDeletedSettingIsGoneAndAnEmptyNamespaceToo() throws IOException {
        KvSettings settings = KvSettings.open(store);
        settings.put("N", "k", "v");

        settings.delete("N", "k");

        assertThat(settings.get("N", "k")).isEmpty();
        assertThat(store.saved).isEmpty();
    }

    @Test
    void aChangeThatCannotBeSavedDoesNotHappen() throws IOException {
        KvSettings settings = KvSettings.open(store);
        settings.put("N", "k", "v");
        store.broken = true;

        assertThatThrownBy(() -> settings.put("N", "k", "w"))
                .isInstanceOf(KvException.class)
                .hasMessageContaining("disk is gone");
        assertThat(settings.get("N", "k")).contains("v");
    }

    /** Keeps what was saved, as a file would. */
    private static final class SavedStore implements KvStore {
        private Map<String, Map<String, String>> saved = Map.of();
        private boolean broken;

        @Override
        public Map<String, Map<String, String>> load() {
            return saved;
        }

        @Override
        public void save(Map<String, Map<String, String>> settings) throws IOException {
            if (broken) {
                throw new IOException("disk is gone");
            }
            saved = new HashMap<>(settings);
        }
    }
}
