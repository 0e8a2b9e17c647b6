package io.sluice.model;

/**
 * Name of a topic: 1..127 letters, digits, {@code %}, {@code |}, {@code -}, {@code _}; retry and dead-letter topics,
 * which carry a group's name, up to 255.
 */
public record TopicName(String value) implements Comparable<TopicName> {
    public static final int LENGTH_MAX = 127;
    public static final String RETRY_PREFIX = "%RETRY%";
    public static final String DEAD_LETTER_PREFIX = "%DLQ%";

    /** @throws IllegalNameException when the name is empty, too long or has an illegal character */
    public TopicName {
        NameRules.check("topic", value, hasGroupPrefix(value) ? GroupName.LENGTH_MAX : LENGTH_MAX);
    }

    /** Where a group's failed messages wait for their next attempt. */
    public static TopicName retryOf(GroupName group) {
        return new TopicName(RETRY_PREFIX + group.value());
    }

    /** Where a group's messages go when no attempt is left. */
    public static TopicName deadLetterOf(GroupName group) {
        return new TopicName(DEAD_LETTER_PREFIX + group.value());
    }

    /** Whether every character of the text may stand in a topic name. */
    public static boolean isLegalCharacter(char c) {
        return NameRules.isLegal(c);
    }

    public boolean isRetry() {
        return value.startsWith(RETRY_PREFIX);
    }

    public boolean isDeadLetter() {
        return value.startsWith(DEAD_LETTER_PREFIX);
    }

    private static boolean hasGroupPrefix(String value) {
        return value != null && (value.startsWith(RETRY_PREFIX) || value.startsWith(DEAD_LETTER_PREFIX));
    }

    @Override
    public int compareTo(TopicName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
