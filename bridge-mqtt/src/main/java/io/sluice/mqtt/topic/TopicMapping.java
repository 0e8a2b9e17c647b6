package io.sluice.mqtt.topic;

import io.sluice.model.EscapedName;
import io.sluice.model.TopicName;
import java.util.Set;

/**
 * The first level of a topic name is the native topic; this class turns one into the other.
 *
 * <p>A level that is a legal native name, does not start with {@code %} and is no name of the broker's own stays as it is.
 * Every other level is written as an {@link EscapedName}. So no two levels meet in one native topic, every native topic made
 * here can be read back, and retry, dead-letter and system topics cannot be named from MQTT.
 */
public final class TopicMapping {
    private static final char ESCAPE = '%';
    private static final String REPLY_TOPIC_SUFFIX = "_REPLY_TOPIC";
    private static final String SYSTEM_PREFIX = "RMQ_SYS_";
    /** Topics of brokers that are no application's. */
    private static final Set<String> SYSTEM_NAMES = Set.of(
            "SELF_TEST_TOPIC",
            "TBW102",
            "BenchmarkTest",
            "OFFSET_MOVED_EVENT",
            "SCHEDULE_TOPIC_XXXX",
            "TRANS_CHECK_MAX_TIME_TOPIC",
            "CHECKPOINT_TOPIC");

    private TopicMapping() {}

    /**
     * The native topic of a first level.
     *
     * @throws IllegalTopicException when the level, escaped if it must be, is longer than a native name may be
     */
    public static TopicName nativeTopic(String firstLevel) {
        String name = needsEscape(firstLevel) ? EscapedName.encode(firstLevel) : firstLevel;
        if (name.length() > TopicName.LENGTH_MAX) {
            throw new IllegalTopicException(
                    "first topic level starting '%s' makes a native topic name of %d characters; at most %d are allowed, shorten the level"
                            .formatted(TopicText.printable(firstLevel), name.length(), TopicName.LENGTH_MAX));
        }
        return new TopicName(name);
    }

    /** The first level under which messages of a native topic are published: the reverse of {@link #nativeTopic}. */
    public static String firstLevel(String nativeTopic) {
        return EscapedName.decode(nativeTopic)
                .filter(level -> isLevel(level) && needsEscape(level))
                .orElse(nativeTopic);
    }

    /** Whether the text can be one level of a topic name. */
    private static boolean isLevel(String text) {
        return text.chars().noneMatch(c -> c == '/' || c == '+' || c == '#' || Character.isISOControl(c));
    }

    private static boolean needsEscape(String level) {
        if (level.isEmpty() || level.charAt(0) == ESCAPE || isSystemName(level)) {
            return true;
        }
        for (int i = 0; i < level.length(); i++) {
            if (!TopicName.isLegalCharacter(level.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isSystemName(String level) {
        return SYSTEM_NAMES.contains(level)
                || level.regionMatches(true, 0, SYSTEM_PREFIX, 0, SYSTEM_PREFIX.length())
                || level.endsWith(REPLY_TOPIC_SUFFIX);
    }
}
