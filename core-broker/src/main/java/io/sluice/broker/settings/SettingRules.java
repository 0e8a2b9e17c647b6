package io.sluice.broker.settings;

import java.util.Optional;

/** What is legal for a setting. A node brings the rules by which it reads its own files, so that it can start again. */
@FunctionalInterface
public interface SettingRules {
    /** For a broker that nobody configures by name. */
    SettingRules NONE = (key, value) -> Optional.empty();

    /** What is wrong with the key or the value, as a sentence that names what is expected; empty when both are legal. */
    Optional<String> complaint(String key, String value);
}
