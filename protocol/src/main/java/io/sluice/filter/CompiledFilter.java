package io.sluice.filter;

import io.sluice.model.FilterExpression;
import io.sluice.model.PropertyNames;
import io.sluice.wire.message.MessageView;
import java.util.Set;
import java.util.stream.Collectors;

/** A filter ready for use: immutable, safe for many threads. */
public sealed interface CompiledFilter {
    /** Lets every message pass. */
    CompiledFilter ALL = new Everything();

    /**
     * Whether a queue entry with this tag hash can match at all; no false negatives. The hash is that of
     * {@link String#hashCode}, 0 for a message without a tag.
     */
    boolean mayMatchTagHash(long tagHash);

    /** Exact, also for messages whose tag hash has not been looked at. */
    boolean matches(MessageView message);

    /** Exact, for messages that are not in their stored form; the tag is the property {@code TAGS}. */
    boolean matches(PropertyLookup properties);

    /** @throws FilterSyntaxException when an SQL condition cannot be read */
    static CompiledFilter of(FilterExpression expression) {
        if (expression instanceof FilterExpression.Tags tags) {
            return new OneOfTags(tags.tags());
        }
        if (expression instanceof FilterExpression.Sql sql) {
            return new Sql(SqlExpression.parse(sql.condition()));
        }
        return ALL;
    }

    /** See {@link FilterExpression.All}. */
    record Everything() implements CompiledFilter {
        @Override
        public boolean mayMatchTagHash(long tagHash) {
            return true;
        }

        @Override
        public boolean matches(MessageView message) {
            return true;
        }

        @Override
        public boolean matches(PropertyLookup properties) {
            return true;
        }
    }

    /** See {@link FilterExpression.Tags}. */
    record OneOfTags(Set<String> tags, Set<Integer> hashes) implements CompiledFilter {
        OneOfTags(Set<String> tags) {
            this(tags, tags.stream().map(String::hashCode).collect(Collectors.toUnmodifiableSet()));
        }

        @Override
        public boolean mayMatchTagHash(long tagHash) {
            return hashes.contains((int) tagHash);
        }

        @Override
        public boolean matches(MessageView message) {
            String tag = message.tag();
            return tag != null && tags.contains(tag);
        }

        @Override
        public boolean matches(PropertyLookup properties) {
            return properties.get(PropertyNames.TAGS) instanceof String tag && tags.contains(tag);
        }
    }

    /** See {@link FilterExpression.Sql}. */
    record Sql(SqlExpression condition) implements CompiledFilter {
        @Override
        public boolean mayMatchTagHash(long tagHash) {
            return true;
        }

        @Override
        public boolean matches(MessageView message) {
            return condition.matches(new StoredProperties(message));
        }

        @Override
        public boolean matches(PropertyLookup properties) {
            return condition.matches(properties);
        }
    }
}
