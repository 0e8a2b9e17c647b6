package io.sluice.model;

import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Which messages a reader wants: all, those with one of some tags, or those whose properties satisfy an SQL-92 condition. */
public sealed interface FilterExpression {
    FilterExpression ALL = new All();

    /** Every message. */
    record All() implements FilterExpression {
        @Override
        public String toString() {
            return "*";
        }
    }

    /** Messages whose tag is one of these; messages without a tag never match. */
    record Tags(Set<String> tags) implements FilterExpression {
        public Tags {
            if (tags.isEmpty()) {
                throw new IllegalArgumentException("a tag filter needs at least one tag");
            }
            tags = Set.copyOf(tags);
        }

        @Override
        public String toString() {
            return String.join(" || ", new TreeSet<>(tags));
        }
    }

    /** Messages whose properties make the condition true; the text is parsed by {@code io.sluice.filter}. */
    record Sql(String condition) implements FilterExpression {
        public Sql {
            Objects.requireNonNull(condition, "condition");
        }

        @Override
        public String toString() {
            return condition;
        }
    }

    /** Reads {@code A || B}; absent, blank or {@code *} means every message. */
    static FilterExpression tags(String expression) {
        if (expression == null || expression.isBlank() || expression.trim().equals("*")) {
            return ALL;
        }
        Set<String> tags = Arrays.stream(expression.split("\\|\\|"))
                .map(String::trim)
                .filter(tag -> !tag.isEmpty())
                .collect(Collectors.toSet());
        return tags.isEmpty() ? ALL : new Tags(tags);
    }

    static FilterExpression sql(String condition) {
        return new Sql(condition);
    }
}
