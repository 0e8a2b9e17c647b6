package io.sluice.filter;

import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A parsed SQL-92 condition on message properties: what Apache RocketMQ's SQL filters and Jakarta Messaging 3.1 §3.8.1
 * selectors can say. Immutable and safe for many threads; evaluating allocates nothing but the results of arithmetic and
 * what the look-up makes.
 */
public final class SqlExpression {
    /** Characters of a condition. */
    public static final int LENGTH_MAX = 16_384;

    /** Levels of parentheses, NOTs and signs inside each other. */
    public static final int DEPTH_MAX = 128;

    /** Arithmetic operators in one condition. */
    public static final int CALCULATIONS_MAX = 256;

    private final SqlNode root;

    private SqlExpression(SqlNode root) {
        this.root = root;
    }

    /** @throws FilterSyntaxException when the text is no condition or exceeds a bound */
    public static SqlExpression parse(String condition) {
        return new SqlExpression(SqlParser.parse(Objects.requireNonNull(condition, "condition")));
    }

    static SqlExpression of(SqlNode root) {
        return new SqlExpression(root);
    }

    public Truth evaluate(PropertyLookup message) {
        return Truth.of(root.truth(message));
    }

    /** Whether the condition is {@link Truth#TRUE} for the message. */
    public boolean matches(PropertyLookup message) {
        return Boolean.TRUE.equals(root.truth(message));
    }

    /** The names of the properties that the condition asks for, in order of appearance. */
    public Set<String> propertyNames() {
        Set<String> names = new LinkedHashSet<>();
        root.collectNames(names);
        return names;
    }

    /** The same condition on other properties, for a protocol that has its own names for some of them. */
    public SqlExpression renamed(UnaryOperator<String> names) {
        return new SqlExpression(root.renamed(names));
    }

    SqlNode root() {
        return root;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SqlExpression that && root.equals(that.root);
    }

    @Override
    public int hashCode() {
        return root.hashCode();
    }

    /** The condition in a form that parses to an equal expression. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        root.print(text);
        return text.toString();
    }
}
