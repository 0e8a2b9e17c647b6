package io.sluice.filter;

import io.sluice.filter.SqlNode.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Reads a condition by recursive descent. Binding, from loose to tight: OR, AND, NOT, comparisons (which do not chain),
 * {@code + -}, {@code * /}, sign. Confined to one parse.
 *
 * <pre>
 *   either     := both (OR both)*
 *   both       := negation (AND negation)*
 *   negation   := NOT negation | comparison
 *   comparison := sum [ (= | &lt;&gt; | &lt; | &lt;= | &gt; | &gt;=) sum
 *                     | IS [NOT] NULL
 *                     | [NOT] BETWEEN sum AND sum
 *                     | [NOT] IN '(' text (, text)* ')'
 *                     | [NOT] LIKE text [ESCAPE text]
 *                     | [NOT] (CONTAINS | STARTSWITH | ENDSWITH) text ]
 *   sum        := product ((+ | -) product)*
 *   product    := signed ((* | /) signed)*
 *   signed     := (+ | -) signed | name | literal | '(' either ')'
 * </pre>
 */
final class SqlParser {
    private static final String VALUE = "a property, a literal or '('";

    private final String condition;
    private final SqlScanner scanner;
    private Token token;
    private int depth;
    private int calculations;

    private SqlParser(String condition) {
        this.condition = condition;
        this.scanner = new SqlScanner(condition);
        this.token = scanner.next();
    }

    static SqlNode parse(String condition) {
        if (condition.length() > SqlExpression.LENGTH_MAX) {
            throw new FilterSyntaxException(
                    condition,
                    SqlExpression.LENGTH_MAX,
                    "a filter of %d characters".formatted(condition.length()),
                    "at most %d".formatted(SqlExpression.LENGTH_MAX));
        }
        SqlParser parser = new SqlParser(condition);
        Token start = parser.token;
        SqlNode whole = parser.either();
        if (parser.token.kind() != Token.Kind.END) {
            throw parser.unexpected("AND, OR or the end");
        }
        return parser.condition(whole, start);
    }

    private SqlNode either() {
        descend();
        SqlNode parsed = chain(true, "OR");
        depth--;
        return parsed;
    }

    private SqlNode chain(boolean decisive, String word) {
        Token start = token;
        SqlNode first = decisive ? chain(false, "AND") : negation();
        if (!token.is(word)) {
            return first;
        }
        List<SqlNode> parts = new ArrayList<>();
        parts.add(condition(first, start));
        while (token.is(word)) {
            advance();
            Token partStart = token;
            parts.add(condition(decisive ? chain(false, "AND") : negation(), partStart));
        }
        return new SqlNode.Chain(decisive, parts);
    }

    private SqlNode negation() {
        if (!token.is("NOT")) {
            return comparison();
        }
        descend();
        advance();
        Token start = token;
        SqlNode negated = new SqlNode.Not(condition(negation(), start));
        depth--;
        return negated;
    }

    private SqlNode comparison() {
        Token start = token;
        SqlNode left = sum();
        for (Comparison op : Comparison.values()) {
            if (token.is(op.sign())) {
                return compare(op, left, start);
            }
        }
        if (token.is("IS")) {
            return isNull(property(left, start));
        }
        boolean negated = token.is("NOT");
        if (negated) {
            advance();
        }
        if (token.is("BETWEEN")) {
            return between(number(left, start), negated);
        }
        if (token.is("IN")) {
            return in(property(left, start), negated);
        }
        if (token.is("LIKE")) {
            return like(property(left, start), negated);
        }
        for (SqlNode.Place place : SqlNode.Place.values()) {
            if (token.isSoft(place.name())) {
                SqlNode.Property property = property(left, start);
                advance();
                return new SqlNode.Find(place, property, text("a text literal"), negated);
            }
        }
        if (negated) {
            throw unexpected("BETWEEN, IN, LIKE, CONTAINS, STARTSWITH or ENDSWITH behind NOT");
        }
        return left;
    }

    private SqlNode compare(Comparison op, SqlNode left, Token leftStart) {
        if (!op.isEquality()) {
            number(left, leftStart);
        }
        advance();
        Token rightStart = token;
        SqlNode right = sum();
        if (!op.isEquality()) {
            number(right, rightStart);
        }
        return new SqlNode.Compare(op, left, right);
    }

    private SqlNode isNull(SqlNode.Property property) {
        advance();
        boolean negated = token.is("NOT");
        if (negated) {
            advance();
        }
        expect("NULL");
        return new SqlNode.IsNull(property, negated);
    }

    private SqlNode between(SqlNode of, boolean negated) {
        advance();
        Token lowStart = token;
        SqlNode low = number(sum(), lowStart);
        expect("AND");
        Token highStart = token;
        SqlNode high = number(sum(), highStart);
        if (low instanceof SqlNode.Literal a
                && high instanceof SqlNode.Literal b
                && Values.compare(Comparison.GREATER, a.value(name -> null), false, b.value(name -> null), false)) {
            throw new FilterSyntaxException(
                    condition, lowStart.index(), "a lower bound above the upper one", "the lower bound first");
        }
        return new SqlNode.Between(of, low, high, negated);
    }

    private SqlNode in(SqlNode.Property property, boolean negated) {
        advance();
        expect("(");
        List<String> values = new ArrayList<>();
        values.add(text("a text literal"));
        while (token.is(",")) {
            advance();
            values.add(text("a text literal"));
        }
        expect(")");
        return new SqlNode.In(property, values, negated);
    }

    private SqlNode like(SqlNode.Property property, boolean negated) {
        advance();
        String pattern = text("a text literal as pattern");
        if (!token.is("ESCAPE")) {
            return new SqlNode.Like(property, pattern, null, negated);
        }
        advance();
        Token escapeStart = token;
        String escape = text("a text literal of one character");
        if (escape.codePointCount(0, escape.length()) != 1) {
            throw new FilterSyntaxException(
                    condition,
                    escapeStart.index(),
                    "an escape of %d characters".formatted(escape.codePointCount(0, escape.length())),
                    "exactly one");
        }
        if (LikePattern.endsInEscape(pattern, escape)) {
            throw new FilterSyntaxException(
                    condition,
                    escapeStart.index(),
                    "an escape character at the end of the pattern",
                    "a character behind it that it escapes");
        }
        return new SqlNode.Like(property, pattern, escape, negated);
    }

    private SqlNode sum() {
        Token start = token;
        SqlNode left = product();
        while (token.is("+") || token.is("-")) {
            Arithmetic op = token.is("+") ? Arithmetic.PLUS : Arithmetic.MINUS;
            left = calculation(op, number(left, start), this::product);
        }
        return left;
    }

    private SqlNode product() {
        Token start = token;
        SqlNode left = signed();
        while (token.is("*") || token.is("/")) {
            Arithmetic op = token.is("*") ? Arithmetic.TIMES : Arithmetic.DIVIDE;
            left = calculation(op, number(left, start), this::signed);
        }
        return left;
    }

    private SqlNode calculation(Arithmetic op, SqlNode left, Supplier<SqlNode> operand) {
        if (++calculations > SqlExpression.CALCULATIONS_MAX) {
            throw unexpected("at most %d arithmetic operators".formatted(SqlExpression.CALCULATIONS_MAX));
        }
        advance();
        Token start = token;
        return new SqlNode.Calculation(op, left, number(operand.get(), start));
    }

    private SqlNode signed() {
        boolean minus = token.is("-");
        if (!minus && !token.is("+")) {
            return value();
        }
        advance();
        if (minus && token.kind() == Token.Kind.NUMBER) {
            return numberLiteral(true);
        }
        descend();
        Token start = token;
        SqlNode operand = number(signed(), start);
        depth--;
        return minus ? new SqlNode.Negative(operand) : operand;
    }

    private SqlNode value() {
        Token first = token;
        switch (first.kind()) {
            case NAME:
                advance();
                return new SqlNode.Property(first.text());
            case TEXT:
                advance();
                return new SqlNode.Text(first.text());
            case NUMBER:
                return numberLiteral(false);
            default:
                break;
        }
        if (first.is("TRUE") || first.is("FALSE")) {
            advance();
            return new SqlNode.Bool(first.is("TRUE"));
        }
        if (first.is("NULL")) {
            throw unexpected(VALUE + "; absence is tested with IS NULL");
        }
        if (!first.is("(")) {
            throw unexpected(VALUE);
        }
        advance();
        SqlNode inner = either();
        expect(")");
        return inner;
    }

    private SqlNode numberLiteral(boolean negative) {
        SqlNode literal = NumberLiteral.read(token.text(), negative)
                .orElseThrow(() -> unexpected("a whole number of 64 bits or a finite real number"));
        advance();
        return literal;
    }

    private String text(String expected) {
        if (token.kind() != Token.Kind.TEXT) {
            throw unexpected(expected);
        }
        String text = token.text();
        advance();
        return text;
    }

    private SqlNode condition(SqlNode node, Token start) {
        if (node.kind() == Kind.NUMBER || node.kind() == Kind.TEXT) {
            throw wrongKind(node, start, "a condition");
        }
        return node;
    }

    private SqlNode number(SqlNode node, Token start) {
        if (node.kind() == Kind.TEXT || node.kind() == Kind.BOOLEAN) {
            throw wrongKind(node, start, "a number or a property");
        }
        return node;
    }

    private SqlNode.Property property(SqlNode node, Token start) {
        if (node instanceof SqlNode.Property property) {
            return property;
        }
        throw wrongKind(node, start, "a property before %s".formatted(token.text()));
    }

    private FilterSyntaxException wrongKind(SqlNode node, Token start, String expected) {
        String found =
                switch (node.kind()) {
                    case NUMBER -> "a number";
                    case TEXT -> "a text";
                    case BOOLEAN -> "a condition";
                    case ANY -> "a property";
                };
        return new FilterSyntaxException(condition, start.index(), found, expected);
    }

    private void descend() {
        if (++depth > SqlExpression.DEPTH_MAX) {
            throw new FilterSyntaxException(
                    condition,
                    token.index(),
                    "a part nested too deeply",
                    "at most %d levels".formatted(SqlExpression.DEPTH_MAX));
        }
    }

    private void expect(String wordOrSign) {
        if (!token.is(wordOrSign)) {
            throw unexpected(Character.isLetter(wordOrSign.charAt(0)) ? wordOrSign : "'" + wordOrSign + "'");
        }
        advance();
    }

    private void advance() {
        token = scanner.next();
    }

    private FilterSyntaxException unexpected(String expected) {
        return new FilterSyntaxException(condition, token.index(), token.described(), expected);
    }
}
