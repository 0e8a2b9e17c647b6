package io.sluice.mqtt.topic;

import java.util.List;
import java.util.Optional;

/**
 * A topic name that messages can be published under: 1..4096 characters, at most 128 levels, no wildcards, no control
 * characters (MQTT-5.0 §4.7.1, §4.7.3, §1.5.4).
 */
public record MqttTopic(String name) {

    /** @throws IllegalTopicException when the name breaks a rule */
    public MqttTopic {
        TopicText.check("name", name);
        if (name.indexOf('+') >= 0 || name.indexOf('#') >= 0) {
            throw new IllegalTopicException(
                    "topic name '%s' has a wildcard; only filters may".formatted(TopicText.printable(name)));
        }
    }

    /** The topic of a text that may or may not be a legal name. */
    public static Optional<MqttTopic> of(String text) {
        try {
            return Optional.of(new MqttTopic(text));
        } catch (IllegalTopicException illegal) {
            return Optional.empty();
        }
    }

    /** Everything before the first {@code /}; may be empty. */
    public String firstLevel() {
        int slash = name.indexOf(TopicText.SEPARATOR);
        return slash < 0 ? name : name.substring(0, slash);
    }

    /** The levels after the first, joined by {@code /}; empty when there are none. */
    public String rest() {
        int slash = name.indexOf(TopicText.SEPARATOR);
        return slash < 0 ? "" : name.substring(slash + 1);
    }

    public List<String> levels() {
        return TopicText.levels(name);
    }

    /** Whether the name belongs to the server: wildcards at the start of a filter do not reach it (MQTT-5.0 §4.7.2). */
    public boolean isServerOwned() {
        return name.charAt(0) == '$';
    }

    @Override
    public String toString() {
        return name;
    }
}
