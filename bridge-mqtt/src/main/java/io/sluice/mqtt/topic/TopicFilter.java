package io.sluice.mqtt.topic;

import java.util.List;

/**
 * What a subscription asks for: a topic name in which {@code +} may stand for one level and a last {@code #} for the level
 * before it and everything below (MQTT-5.0 §4.7.1).
 */
public record TopicFilter(String text, List<String> levels) {
    static final String ONE_LEVEL = "+";
    static final String ALL_BELOW = "#";

    public TopicFilter {
        levels = List.copyOf(levels);
    }

    /** @throws IllegalTopicException when the filter breaks a rule */
    public static TopicFilter parse(String text) {
        TopicText.check("filter", text);
        List<String> levels = TopicText.levels(text);
        for (int i = 0; i < levels.size(); i++) {
            checkLevel(text, levels.get(i), i == levels.size() - 1);
        }
        return new TopicFilter(text, levels);
    }

    private static void checkLevel(String text, String level, boolean last) {
        if (level.indexOf('#') >= 0 && !(level.equals(ALL_BELOW) && last)) {
            throw new IllegalTopicException(
                    "topic filter '%s': '#' must stand alone in the last level".formatted(TopicText.printable(text)));
        }
        if (level.indexOf('+') >= 0 && !level.equals(ONE_LEVEL)) {
            throw new IllegalTopicException(
                    "topic filter '%s': '+' must fill its whole level".formatted(TopicText.printable(text)));
        }
    }

    /** Whether the filter matches the name; {@link SubscriptionTrie} says the same of many filters at once. */
    public boolean matches(MqttTopic topic) {
        if (topic.isServerOwned() && reachesEveryTopic()) {
            return false;
        }
        List<String> names = topic.levels();
        for (int i = 0; i < levels.size(); i++) {
            String wanted = levels.get(i);
            if (wanted.equals(ALL_BELOW)) {
                return names.size() >= i;
            }
            if (i >= names.size() || !wanted.equals(ONE_LEVEL) && !wanted.equals(names.get(i))) {
                return false;
            }
        }
        return names.size() == levels.size();
    }

    /** Whether the first level is a wildcard, so that the filter reaches into every native topic. */
    public boolean reachesEveryTopic() {
        String first = levels.get(0);
        return first.equals(ONE_LEVEL) || first.equals(ALL_BELOW);
    }

    public String firstLevel() {
        return levels.get(0);
    }

    /** Whether the filter names topics that belong to the server. */
    public boolean isServerOwned() {
        return text.charAt(0) == '$';
    }

    @Override
    public String toString() {
        return text;
    }
}
