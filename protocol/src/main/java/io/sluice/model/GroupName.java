package io.sluice.model;

/** Name of a producer or consumer group: 1..255 letters, digits, {@code %}, {@code |}, {@code -}, {@code _}. */
public record GroupName(String value) implements Comparable<GroupName> {
    public static final int LENGTH_MAX = 255;

    /** @throws IllegalNameException when the name is empty, too long or has an illegal character */
    public GroupName {
        NameRules.check("group", value, LENGTH_MAX);
    }

    @Override
    public int compareTo(GroupName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
