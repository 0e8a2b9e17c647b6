package io.sluice.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.sluice.filter.SqlNode.Place;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class SqlExpressionPropertyTest {
    private static final List<String> NAMES = List.of("a", "b", "C_1", "$d", "contains", "Zürich");

    @Property(tries = 1000)
    void whatIsPrintedParsesToTheSame(@ForAll("conditions") SqlNode root) {
        SqlExpression expression = SqlExpression.of(root);
        assertThat(SqlExpression.parse(expression.toString())).isEqualTo(expression);
    }

    @Property(tries = 1500)
    void evaluationAgreesWithANaiveEvaluator(
            @ForAll("conditions") SqlNode root, @ForAll("messages") Map<String, Object> values, @ForAll boolean typed) {
        PropertyLookup message = new PropertyLookup() {
            @Override
            public Object get(String name) {
                return values.get(name);
            }

            @Override
            public boolean isTyped() {
                return typed;
            }
        };
        SqlExpression expression = SqlExpression.of(root);
        assertThat(expression.evaluate(message))
                .as("%s over %s, typed %s", expression, values, typed)
                .isEqualTo(new NaiveEvaluator(values, typed).truth(root));
    }

    @Property(tries = 1500)
    void noTextEscapesWithAnythingButASyntaxError(@ForAll("garbage") String text) {
        assertParsesOrRefuses(text);
    }

    @Property(tries = 1000)
    void noCharactersEscapeWithAnythingButASyntaxError(@ForAll String text) {
        assertParsesOrRefuses(text);
    }

    private static void assertParsesOrRefuses(String text) {
        assertThatCode(() -> {
                    try {
                        SqlExpression parsed = SqlExpression.parse(text);
                        parsed.evaluate(name -> "5");
                        assertThat(SqlExpression.parse(parsed.toString())).isEqualTo(parsed);
                    } catch (FilterSyntaxException refused) {
                        assertThat(refused.position()).isBetween(1, text.length() + 1);
                    }
                })
                .doesNotThrowAnyException();
    }

    @Provide
    Arbitrary<String> garbage() {
        return Arbitraries.of(
                        "a",
                        "b",
                        "AND",
                        "OR",
                        "NOT",
                        "(",
                        ")",
                        "=",
                        "<>",
                        "<",
                        ">=",
                        "+",
                        "-",
                        "*",
                        "/",
                        "'x'",
                        "'",
                        "5",
                        "1.5",
                        "0x",
                        "9e",
                        "IN",
                        "BETWEEN",
                        "LIKE",
                        "ESCAPE",
                        "'!'",
                        "IS",
                        "NULL",
                        "TRUE",
                        "CONTAINS",
                        ",",
                        "--",
                        "/*",
                        "*/",
                        "\n",
                        ".",
                        "_",
                        "9223372036854775808",
                        "é",
                        "\u0000",
                        "😀")
                .list()
                .ofMaxSize(14)
                .map(parts -> String.join(" ", parts));
    }

    @Provide
    Arbitrary<Map<String, Object>> messages() {
        Arbitrary<Object> values = Arbitraries.oneOf(
                Arbitraries.of(
                                "5",
                                "-3",
                                "2.5",
                                "true",
                                "FALSE",
                                "x",
                                "xy",
                                "",
                                "1e1",
                                "9223372036854775807",
                                "NaN",
                                "0x5")
                        .map(text -> (Object) text),
                Arbitraries.of(5, -3L, (short) 2, (byte) 1, 2.5d, 0.5f, Double.NaN, Long.MAX_VALUE),
                Arbitraries.of(true, false));
        return Arbitraries.maps(Arbitraries.of(NAMES), values).ofMaxSize(5);
    }

    @Provide
    Arbitrary<SqlNode> conditions() {
        return conditions(3);
    }

    private static Arbitrary<SqlNode> conditions(int depth) {
        Arbitrary<SqlNode> leaf = Arbitraries.<SqlNode>oneOf(
                literalBools(),
                operands(),
                Combinators.combine(properties(), texts().list().ofMinSize(1).ofMaxSize(3), bools())
                        .as((property, values, negated) -> new SqlNode.In(property, values, negated)),
                Combinators.combine(properties(), bools()).as(SqlNode.IsNull::new),
                Combinators.combine(Arbitraries.of(Place.class), properties(), texts(), bools())
                        .as(SqlNode.Find::new),
                Combinators.combine(properties(), Arbitraries.of("x%", "_", "%!%%", "''", ""), bools())
                        .as((property, pattern, negated) -> new SqlNode.Like(property, pattern, "!", negated)),
                Combinators.combine(Arbitraries.of(Comparison.class), numbers(2), numbers(2))
                        .as(SqlNode.Compare::new),
                Combinators.combine(
                                Arbitraries.of(Comparison.EQUAL, Comparison.NOT_EQUAL),
                                Arbitraries.<SqlNode>oneOf(operands(), literalTexts()),
                                Arbitraries.<SqlNode>oneOf(literalTexts(), literalBools()))
                        .as(SqlNode.Compare::new),
                Combinators.combine(numbers(2), operands(), numbers(2), bools()).as(SqlNode.Between::new));
        if (depth == 0) {
            return leaf;
        }
        Arbitrary<SqlNode> inner = Arbitraries.lazy(() -> conditions(depth - 1));
        return Arbitraries.<SqlNode>oneOf(
                leaf,
                inner.map(SqlNode.Not::new),
                Combinators.combine(bools(), inner.list().ofMinSize(2).ofMaxSize(4))
                        .as(SqlNode.Chain::new),
                Combinators.combine(Arbitraries.of(Comparison.EQUAL, Comparison.NOT_EQUAL), inner, inner)
                        .as(SqlNode.Compare::new));
    }

    private static Arbitrary<SqlNode> numbers(int depth) {
        Arbitrary<SqlNode> leaf = Arbitraries.<SqlNode>oneOf(
                operands(),
                Arbitraries.oneOf(Arbitraries.longs(), Arbitraries.longs().between(-5, 5))
                        .map(SqlNode.Whole::new),
                Arbitraries.oneOf(
                                Arbitraries.doubles(),
                                Arbitraries.of(0.0, -0.0, 2.5, Double.MIN_VALUE, Double.MAX_VALUE))
                        .map(SqlNode.Real::new));
        if (depth == 0) {
            return leaf;
        }
        Arbitrary<SqlNode> inner = Arbitraries.lazy(() -> numbers(depth - 1));
        return Arbitraries.<SqlNode>oneOf(
                leaf,
                inner.map(SqlNode.Negative::new),
                Combinators.combine(Arbitraries.of(Arithmetic.class), inner, inner)
                        .as(SqlNode.Calculation::new));
    }

    private static Arbitrary<SqlNode.Property> properties() {
        return Arbitraries.of(NAMES).map(SqlNode.Property::new);
    }

    /** Properties, literals: as nodes, so that no lambda is of two types. */
    private static Arbitrary<SqlNode> operands() {
        return properties().map(property -> property);
    }

    private static Arbitrary<SqlNode> literalTexts() {
        return texts().map(SqlNode.Text::new);
    }

    private static Arbitrary<SqlNode> literalBools() {
        return bools().map(SqlNode.Bool::new);
    }

    private static Arbitrary<String> texts() {
        return Arbitraries.of("x", "y", "5", "true", "", "it's", "--", "/*");
    }

    private static Arbitrary<Boolean> bools() {
        return Arbitraries.of(true, false);
    }
}
