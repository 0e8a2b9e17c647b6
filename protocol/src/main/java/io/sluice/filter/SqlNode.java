package io.sluice.filter;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * One part of a parsed condition; immutable. Prints as text that parses to an equal part.
 *
 * <p>Values are {@link String}, {@link Boolean} or {@link Number}; {@code null} is SQL's NULL, and as the value of a
 * condition its third truth value.
 */
sealed interface SqlNode {

    /** What kind of value a part has, as far as its text tells. */
    enum Kind {
        NUMBER,
        TEXT,
        BOOLEAN,
        /** A property: only the message knows. */
        ANY
    }

    Object value(PropertyLookup message);

    Kind kind();

    void print(StringBuilder to);

    /** The same part with other property names. */
    SqlNode renamed(UnaryOperator<String> names);

    void collectNames(Set<String> into);

    /** What the part says when it stands for a condition. */
    default Boolean truth(PropertyLookup message) {
        return Values.truth(value(message), isLoose(message));
    }

    /** Whether text that this part yields may stand for a number or boolean. */
    default boolean isLoose(PropertyLookup message) {
        return false;
    }

    /** Prints in parentheses unless the part holds together by itself. */
    default void printInside(StringBuilder to) {
        to.append('(');
        print(to);
        to.append(')');
    }

    /** A part without parts. */
    sealed interface Leaf extends SqlNode {
        @Override
        default void printInside(StringBuilder to) {
            print(to);
        }
    }

    /** A part whose value the text tells. */
    sealed interface Literal extends Leaf {
        @Override
        default SqlNode renamed(UnaryOperator<String> names) {
            return this;
        }

        @Override
        default void collectNames(Set<String> into) {
            // A literal names no property.
        }
    }

    /** A part that is true, false or unknown. */
    sealed interface Condition extends SqlNode {
        @Override
        default Kind kind() {
            return Kind.BOOLEAN;
        }

        @Override
        default Object value(PropertyLookup message) {
            return truth(message);
        }

        @Override
        Boolean truth(PropertyLookup message);
    }

    /** A condition on one property that may be turned round by NOT before its operator. */
    sealed interface PropertyTest extends Condition {
        Property property();

        @Override
        default void collectNames(Set<String> into) {
            property().collectNames(into);
        }
    }

    record Text(String value) implements Literal {
        @Override
        public Object value(PropertyLookup message) {
            return value;
        }

        @Override
        public Kind kind() {
            return Kind.TEXT;
        }

        @Override
        public void print(StringBuilder to) {
            printText(to, value);
        }
    }

    /** An exact number: Java's {@code long}. */
    record Whole(Long value) implements Literal {
        @Override
        public Object value(PropertyLookup message) {
            return value;
        }

        @Override
        public Kind kind() {
            return Kind.NUMBER;
        }

        @Override
        public void print(StringBuilder to) {
            to.append(value.longValue());
        }
    }

    /** An approximate number: Java's {@code double}; finite. */
    record Real(Double value) implements Literal {
        @Override
        public Object value(PropertyLookup message) {
            return value;
        }

        @Override
        public Kind kind() {
            return Kind.NUMBER;
        }

        @Override
        public void print(StringBuilder to) {
            to.append(value.doubleValue());
        }
    }

    record Bool(Boolean value) implements Literal {
        @Override
        public Object value(PropertyLookup message) {
            return value;
        }

        @Override
        public Kind kind() {
            return Kind.BOOLEAN;
        }

        @Override
        public void print(StringBuilder to) {
            to.append(value ? "TRUE" : "FALSE");
        }
    }

    record Property(String name) implements Leaf {
        @Override
        public Object value(PropertyLookup message) {
            return message.get(name);
        }

        @Override
        public Kind kind() {
            return Kind.ANY;
        }

        @Override
        public boolean isLoose(PropertyLookup message) {
            return !message.isTyped();
        }

        @Override
        public void print(StringBuilder to) {
            to.append(name);
        }

        @Override
        public Property renamed(UnaryOperator<String> names) {
            return new Property(names.apply(name));
        }

        @Override
        public void collectNames(Set<String> into) {
            into.add(name);
        }
    }

    record Negative(SqlNode of) implements SqlNode {
        @Override
        public Object value(PropertyLookup message) {
            return Values.negate(of.value(message), of.isLoose(message));
        }

        @Override
        public Kind kind() {
            return Kind.NUMBER;
        }

        /** Always with parentheses: two signs in a row would begin a comment, and a signed literal is a literal. */
        @Override
        public void print(StringBuilder to) {
            to.append("-(");
            of.print(to);
            to.append(')');
        }

        @Override
        public SqlNode renamed(UnaryOperator<String> names) {
            return new Negative(of.renamed(names));
        }

        @Override
        public void collectNames(Set<String> into) {
            of.collectNames(into);
        }
    }

    record Calculation(Arithmetic op, SqlNode left, SqlNode right) implements SqlNode {
        @Override
        public Object value(PropertyLookup message) {
            return Values.compute(
                    op, left.value(message), left.isLoose(message), right.value(message), right.isLoose(message));
        }

        @Override
        public Kind kind() {
            return Kind.NUMBER;
        }

        @Override
        public void print(StringBuilder to) {
            left.printInside(to);
            to.append(' ').append(op.sign()).append(' ');
            right.printInside(to);
        }

        @Override
        public SqlNode renamed(UnaryOperator<String> names) {
            return new Calculation(op, left.renamed(names), right.renamed(names));
        }

        @Override
        public void collectNames(Set<String> into) {
            left.collectNames(into);
            right.collectNames(into);
        }
    }

    record Compare(Comparison op, SqlNode left, SqlNode right) implements Condition {
        @Override
        public Boolean truth(PropertyLookup message) {
            Object leftValue = left.value(message);
            Object rightValue = leftValue == null ? null : right.value(message);
            return rightValue == null
                    ? null
                    : Values.compare(op, leftValue, left.isLoose(message), rightValue, right.isLoose(message));
        }

        @Override
        public void print(StringBuilder to) {
            left.printInside(to);
            to.append(' ').append(op.sign()).append(' ');
            right.printInside(to);
        }

        @Override
        public SqlNode renamed(UnaryOperator<String> names) {
            return new Compare(op, left.renamed(names), right.renamed(names));
        }

        @Override
        public void collectNames(Set<String> into) {
            left.collectNames(into);
            right.collectNames(into);
        }
    }

    record Between(SqlNode of, SqlNode low, SqlNode high, boolean negated) implements Condition {
        /** As {@code of >= low AND of <= high}; negated as {@code of < low OR of > high}. */
        @Override
        public Boolean truth(PropertyLookup message) {
            Object value = of.value(message);
            if (value == null) {
                return null;
            }
            Boolean above = side(message, value, negated ? Comparison.LESS : Comparison.GREATER_OR_EQUAL, low);
            if (above != null && above == negated) {
                return negated;
            }
            Boolean below = side(message, value, negated ? Comparison.GREATER : Comparison.LESS_OR_EQUAL, high);
            if (below != null && below == negated) {
                return negated;
            }
            return above == null || below == null ? null : (Boolean) !negated;
        }

        private Boolean side(PropertyLookup message, Object value, Comparison op, SqlNode bound) {
            Object limit = bound.value(message);
            return limit == null ? null : Values.compare(op, value, of.isLoose(message), limit, bound.isLoose(message));
        }

        @Override
        public void print(StringBuilder to) {
            of.printInside(to);
            to.append(negated ? " NOT BETWEEN " : " BETWEEN ");
            low.printInside(to);
            to.append(" AND ");
            high.printInside(to);
        }

        @Override
        public SqlNode renamed(UnaryOperator<String> names) {
            return new Between(of.renamed(names), low.renamed(names), high.renamed(names), negated);
        }

        @Override
        public void collectNames(Set<String> into) {
            of.collectNames(into);
            low.collectNames(into);
            high.collectNames(into);
        }
    }

    /** @param values in the order of the text, without repetitions */
    record In(Property property, Set<String> values, boolean negated) implements PropertyTest {
        In(Property property, List<String> values, boolean negated) {
            this(property, new LinkedHashSet<>(values), negated);
        }

        @Override
        public Boolean truth(PropertyLookup message) {
            Object value = property.value(message);
            return value == null ? null : (Boolean) ((value instanceof String && values.contains(value)) != negated);
        }

        @Override
        public void print(StringBuilder to) {
            property.print(to);
            to.append(negated ? " NOT IN (" : " IN (");
            String separator = "";
            for (String value : values) {
                to.append(separator);
                printText(to, value);
                separator = ", ";
            }
            to.append(')');
        }

        @Override
        public SqlNode renamed(UnaryOperator<String> names) {
            return new In(property.renamed(names), values, negated);
        }
    }

    /** @param escape {@code null} for none; {@code compiled} is what pattern and escape say */
    record Like(Property property, String pattern, String escape, boolean negated, LikePattern compiled)
            implements PropertyTest {
        Like(Property property, String pattern, String escape, boolean negated) {
            this(property, pattern, escape, negated, LikePattern.of(pattern, escape));
        }

        @Override
        public Boolean truth(PropertyLookup message) {
            Object value = property.value(message);
            return value == null
                    ? null
                    : (Boolean) ((value instanceof String text && compiled.matches(text)) != negated);
        }

        @Override
        public void print(StringBuilder to) {
            property.print(to);
            to.append(negated ? " NOT LIKE " : " LIKE ");
            printText(to, pattern);
            if (escape != null) {
                to.append(" ESCAPE ");
                printText(to, escape);
            }
        }

        @Override
        public SqlNode renamed(UnaryOperator<String> names) {
            return new Like(property.renamed(names), pattern, escape, negated, compiled);
        }

        /** The compiled form says nothing that pattern and escape do not say. */
        @Override
        public boolean equals(Object other) {
            return other instanceof Like that
                    && property.equals(that.property)
                    && pattern.equals(that.pattern)
                    && Objects.equals(escape, that.escape)
                    && negated == that.negated;
        }

        @Override
        public int hashCode() {
            return Objects.hash(property, pattern, escape, negated);
        }
    }

    /** Looks for a text at some place in another. */
    enum Place {
        CONTAINS,
        STARTSWITH,
        ENDSWITH;

        boolean has(String text, String part) {
            return switch (this) {
                case CONTAINS -> text.contains(part);
                case STARTSWITH -> text.startsWith(part);
                case ENDSWITH -> text.endsWith(part);
            };
        }
    }

    /** False in both forms when the property is absent or no text. */
    record Find(Place place, Property property, String part, boolean negated) implements PropertyTest {
        @Override
        public Boolean truth(PropertyLookup message) {
            return property.value(message) instanceof String text && place.has(text, part) != negated;
        }

        @Override
        public void print(StringBuilder to) {
            property.print(to);
            to.append(negated ? " NOT " : " ").append(place.name()).append(' ');
            printText(to, part);
        }

        @Override
        public SqlNode renamed(UnaryOperator<String> names) {
            return new Find(place, property.renamed(names), part, negated);
        }
    }

    record IsNull(Property property, boolean negated) implements PropertyTest {
        @Override
        public Boolean truth(PropertyLookup message) {
            return (property.value(message) == null) != negated;
        }

        @Override
        public void print(StringBuilder to) {
            property.print(to);
            to.append(negated ? " IS NOT NULL" : " IS NULL");
        }

        @Override
        public SqlNode renamed(UnaryOperator<String> names) {
            return new IsNull(property.renamed(names), negated);
        }
    }

    record Not(SqlNode of) implements Condition {
        @Override
        public Boolean truth(PropertyLookup message) {
            Boolean inner = of.truth(message);
            return inner == null ? null : (Boolean) !inner;
        }

        @Override
        public void print(StringBuilder to) {
            to.append("NOT ");
            of.printInside(to);
        }

        @Override
        public SqlNode renamed(UnaryOperator<String> names) {
            return new Not(of.renamed(names));
        }

        @Override
        public void collectNames(Set<String> into) {
            of.collectNames(into);
        }
    }

    /**
     * AND or OR over two or more parts, flat, so that a long chain is not deep.
     *
     * @param decisive the value of one part that decides alone: {@code false} for AND, {@code true} for OR
     */
    record Chain(boolean decisive, List<SqlNode> parts) implements Condition {
        public Chain {
            parts = List.copyOf(parts);
        }

        @Override
        public Boolean truth(PropertyLookup message) {
            boolean unknown = false;
            for (int i = 0; i < parts.size(); i++) {
                Boolean part = parts.get(i).truth(message);
                if (part == null) {
                    unknown = true;
                } else if (part == decisive) {
                    return decisive;
                }
            }
            return unknown ? null : (Boolean) !decisive;
        }

        @Override
        public void print(StringBuilder to) {
            for (int i = 0; i < parts.size(); i++) {
                if (i > 0) {
                    to.append(decisive ? " OR " : " AND ");
                }
                parts.get(i).printInside(to);
            }
        }

        @Override
        public SqlNode renamed(UnaryOperator<String> names) {
            return new Chain(
                    decisive, parts.stream().map(part -> part.renamed(names)).toList());
        }

        @Override
        public void collectNames(Set<String> into) {
            parts.forEach(part -> part.collectNames(into));
        }
    }

    private static void printText(StringBuilder to, String value) {
        to.append('\'').append(value.replace("'", "''")).append('\'');
    }
}
