package io.sluice.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SqlExpressionTest {
    /** As the native protocol carries them: all text. */
    private static final Map<String, Object> TEXTS = Map.of(
            "age", "30",
            "price", "9.99",
            "name", "O'Neill",
            "city", "Zürich",
            "flag", "true",
            "$odd_1", "x",
            "contains", "7",
            "big", "9223372036854775807");

    /** As JMS carries them. */
    private static final Map<String, Object> TYPED =
            Map.of("age", 30, "price", 9.99d, "half", 0.5f, "name", "O'Neill", "flag", true, "digits", "30");

    private static Truth texts(String condition) {
        return SqlExpression.parse(condition).evaluate(TEXTS::get);
    }

    private static Truth typed(String condition) {
        return SqlExpression.parse(condition).evaluate(new PropertyLookup() {
            @Override
            public Object get(String name) {
                return TYPED.get(name);
            }

            @Override
            public boolean isTyped() {
                return true;
            }
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "age = 30 | TRUE",
                "age = 30.0 | TRUE",
                "age <> 30 | FALSE",
                "age > 29 and age < 31 | TRUE",
                "age >= 30 AND age <= 30 | TRUE",
                "30 = age | TRUE",
                "price > 9.98 | TRUE",
                "price = 9.99 | TRUE",
                "age > price | TRUE",
                "name = 'O''Neill' | TRUE",
                "name <> 'O''Neill' | FALSE",
                "NAME = 'O''Neill' | UNKNOWN",
                "city = 'Zürich' | TRUE",
                "age = '30' | TRUE",
                "age = '30.0' | FALSE",
                "flag = TRUE | TRUE",
                "flag = FALSE | FALSE",
                "name = TRUE | FALSE",
                "name <> true | TRUE",
                "flag | TRUE",
                "NOT flag | FALSE",
                "name | FALSE",
                "missing | UNKNOWN",
                "$odd_1 = 'x' | TRUE",
                "contains = 7 | TRUE",
                "contains CONTAINS '7' | TRUE",
                "big = 9223372036854775807 | TRUE",
                "big = 9223372036854775806 | FALSE",
                "big > 9223372036854775806 | TRUE",
                "name > 5 | UNKNOWN",
                "NOT name > 5 | UNKNOWN",
                "name > 5 OR age = 30 | TRUE",
                "age > name | UNKNOWN",
                "age BETWEEN 30 AND 31 | TRUE",
                "age BETWEEN 10 AND 20 | FALSE",
                "age NOT BETWEEN 10 AND 20 | TRUE",
                "age NOT BETWEEN 30 AND 30 | FALSE",
                "missing BETWEEN 1 AND 2 | UNKNOWN",
                "age BETWEEN missing AND 20 | FALSE",
                "age BETWEEN missing AND 40 | UNKNOWN",
                "age NOT BETWEEN missing AND 20 | TRUE",
                "age BETWEEN age - 1 AND age + 1 AND flag | TRUE",
                "name IN ('a', 'O''Neill') | TRUE",
                "name IN ('a') | FALSE",
                "name NOT IN ('a') | TRUE",
                "name NOT IN ('O''Neill') | FALSE",
                "missing IN ('a') | UNKNOWN",
                "missing NOT IN ('a') | UNKNOWN",
                "missing IS NULL | TRUE",
                "missing is not null | FALSE",
                "age IS NULL | FALSE",
                "age IS NOT NULL | TRUE",
                "name CONTAINS 'Nei' | TRUE",
                "name contains 'nei' | FALSE",
                "name NOT CONTAINS 'x' | TRUE",
                "name STARTSWITH 'O''' | TRUE",
                "name NOT STARTSWITH 'O' | FALSE",
                "name ENDSWITH 'll' | TRUE",
                "name NOT ENDSWITH 'll' | FALSE",
                "missing CONTAINS 'x' | FALSE",
                "missing NOT CONTAINS 'x' | FALSE",
                "missing STARTSWITH 'x' | FALSE",
                "missing NOT STARTSWITH 'x' | FALSE",
                "missing ENDSWITH 'x' | FALSE",
                "missing NOT ENDSWITH 'x' | FALSE",
                "name LIKE 'O%ll' | TRUE",
                "name LIKE 'O_Neill' | TRUE",
                "name LIKE 'O_eill' | FALSE",
                "name NOT LIKE '%x%' | TRUE",
                "missing LIKE '%' | UNKNOWN",
                "missing NOT LIKE '%' | UNKNOWN",
                "city LIKE 'Z\\%' ESCAPE '\\' | FALSE",
                "city LIKE 'Z_rich' ESCAPE '!' | TRUE",
                "age + 1 = 31 | TRUE",
                "age - 1 * 2 = 28 | TRUE",
                "(age - 1) * 2 = 58 | TRUE",
                "age / 4 = 7 | TRUE",
                "age / 4.0 = 7.5 | TRUE",
                "age / 0 = 1 | UNKNOWN",
                "age / 0.0 > 1 | TRUE",
                "10 - 3 - 2 = 5 | TRUE",
                "-age = -30 | TRUE",
                "+age = 30 | TRUE",
                "- -age = 30 | TRUE",
                "age = - -30 | TRUE",
                "missing + 1 = 1 | UNKNOWN",
                "name + 1 = 1 | UNKNOWN",
                "age = 0x1E | TRUE",
                "age = 036 | TRUE",
                "age = 0b11110 | TRUE",
                "age = 3_0 | TRUE",
                "age = 30L | TRUE",
                "age = 3E1 | TRUE",
                "age = 30. | TRUE",
                "age = 300e-1d | TRUE",
                "age > .5 | TRUE",
                "age = 0x1.ep4 | TRUE",
                "age > 0.0 | TRUE",
                "age > -0.0 | TRUE",
                "age > 1e-400 | TRUE",
                "-9223372036854775808 < 0 | TRUE",
                "0xFFFFFFFFFFFFFFFF = -1 | TRUE",
                "TRUE | TRUE",
                "false | FALSE",
                "NOT NOT flag | TRUE",
                "NOT age = 31 | TRUE",
                "age = 31 OR age = 30 AND flag | TRUE",
                "(age = 30 OR age = 31) AND NOT flag | FALSE",
                "(age = 30) = TRUE | TRUE",
                "(age = 31) <> flag | TRUE",
                "'a' = 'a' | TRUE",
                "'5' = 5 | FALSE",
                "age /* another */ = /**/ 30 | TRUE",
            })
    void theGrammarOverTextProperties(String condition, Truth expected) {
        assertThat(texts(condition)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "age = 30 | TRUE",
                "age = 30.0 | TRUE",
                "half = 0.5 | TRUE",
                "half * 2 = 1 | TRUE",
                "flag | TRUE",
                "flag = TRUE | TRUE",
                "flag <> FALSE | TRUE",
                "digits = '30' | TRUE",
                "digits = 30 | FALSE",
                "digits <> 30 | FALSE",
                "digits > 5 | FALSE",
                "digits < 5 | FALSE",
                "digits + 1 = 31 | UNKNOWN",
                "digits | FALSE",
                "age | FALSE",
                "name = 5 | FALSE",
                "flag = 'true' | FALSE",
                "flag > 1 | FALSE",
                "flag = 1 | FALSE",
                "age IN ('30') | FALSE",
                "age LIKE '3%' | FALSE",
                "age CONTAINS '3' | FALSE",
                "age NOT CONTAINS '3' | FALSE",
                "missing = 1 | UNKNOWN",
            })
    void typedPropertiesCompareOnlyWithTheirKind(String condition, Truth expected) {
        assertThat(typed(condition)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "T, T, TRUE, TRUE", "T, F, FALSE, TRUE", "T, U, UNKNOWN, TRUE",
        "F, T, FALSE, TRUE", "F, F, FALSE, FALSE", "F, U, FALSE, UNKNOWN",
        "U, T, UNKNOWN, TRUE", "U, F, FALSE, UNKNOWN", "U, U, UNKNOWN, UNKNOWN"
    })
    void andAndOrFollowThreeValuedLogic(String left, String right, Truth and, Truth or) {
        assertThat(threeValued(left + " AND " + right)).isEqualTo(and);
        assertThat(threeValued(left + " OR " + right)).isEqualTo(or);
    }

    @Test
    void notOfUnknownIsUnknown() {
        assertThat(threeValued("NOT T")).isEqualTo(Truth.FALSE);
        assertThat(threeValued("NOT F")).isEqualTo(Truth.TRUE);
        assertThat(threeValued("NOT U")).isEqualTo(Truth.UNKNOWN);
        assertThat(threeValued("U IS NULL AND NOT U IS NOT NULL")).isEqualTo(Truth.TRUE);
    }

    private static Truth threeValued(String condition) {
        Map<String, Object> values = new HashMap<>(Map.of("T", Boolean.TRUE, "F", Boolean.FALSE));
        return SqlExpression.parse(condition).evaluate(values::get);
    }

    @Test
    void aLineCommentEndsWithItsLine() {
        assertThat(texts("age -- = 31\n = 30 -- the end")).isEqualTo(Truth.TRUE);
    }

    @Test
    void onlyTrueSelectsAMessage() {
        assertThat(SqlExpression.parse("age = 30").matches(TEXTS::get)).isTrue();
        assertThat(SqlExpression.parse("age = 31").matches(TEXTS::get)).isFalse();
        assertThat(SqlExpression.parse("missing = 31").matches(TEXTS::get)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "\"\" | 1 | the end | a property, a literal or '('",
                "a = | 4 | the end | a property, a literal or '('",
                "a == 5 | 4 | '=' | a property, a literal or '('",
                "a != 5 | 3 | '!' | '<>' for not equal, or NOT",
                "a = 5 b | 7 | 'b' | AND, OR or the end",
                "a = 1 = 2 | 7 | '=' | AND, OR or the end",
                "(a = 5 | 7 | the end | ')'",
                "a = 5) | 6 | ')' | AND, OR or the end",
                "a = 'x | 5 | a text literal without end | a closing quote",
                "a = \"x\" | 5 | '\"' | single quotes around a text, none around a property",
                "a /* | 3 | a comment without end | '*/' behind it",
                "a = NULL | 5 | 'NULL' | a property, a literal or '('; absence is tested with IS NULL",
                "a IS 5 | 6 | '5' | NULL",
                "a NOT 5 | 7 | '5' | BETWEEN, IN, LIKE, CONTAINS, STARTSWITH or ENDSWITH behind NOT",
                "a IN () | 7 | ')' | a text literal",
                "a IN (5) | 7 | '5' | a text literal",
                "a IN ('x' 'y') | 11 | a text literal | ')'",
                "5 IN ('x') | 1 | a number | a property before IN",
                "'x' LIKE 'x' | 1 | a text | a property before LIKE",
                "a LIKE 5 | 8 | '5' | a text literal as pattern",
                "a LIKE 'x' ESCAPE 'ab' | 19 | an escape of 2 characters | exactly one",
                "a LIKE 'x' ESCAPE '' | 19 | an escape of 0 characters | exactly one",
                "a LIKE 'x!' ESCAPE '!' | 20 | an escape character at the end of the pattern | a character behind it that it escapes",
                "a CONTAINS b | 12 | 'b' | a text literal",
                "a > 'x' | 5 | a text | a number or a property",
                "TRUE < a | 1 | a condition | a number or a property",
                "a + 'x' = 5 | 5 | a text | a number or a property",
                "-'x' = a | 2 | a text | a number or a property",
                "a BETWEEN 'a' AND 'b' | 11 | a text | a number or a property",
                "a BETWEEN 5 AND 3 | 11 | a lower bound above the upper one | the lower bound first",
                "a BETWEEN 5 OR 3 | 13 | 'OR' | AND",
                "5 | 1 | a number | a condition",
                "a AND 'x' | 7 | a text | a condition",
                "NOT 5 | 5 | a number | a condition",
                "a + 1 | 1 | a number | a condition",
                "a = 9223372036854775808 | 5 | '9223372036854775808' | a whole number of 64 bits or a finite real number",
                "a = 1e400 | 5 | '1e400' | a whole number of 64 bits or a finite real number",
                "a = 089 | 5 | '089' | a whole number of 64 bits or a finite real number",
                "a = 1__0_ | 5 | '1__0_' | a whole number of 64 bits or a finite real number",
                "a = 0x | 5 | '0x' | a whole number of 64 bits or a finite real number",
                "a = 1e | 5 | '1e' | a whole number of 64 bits or a finite real number",
                "a = 5x | 6 | a letter or digit that does not belong to the number | a blank or an operator",
                "a ; b | 3 | a character that no filter has (';') | a property, literal, operator or parenthesis",
                "AND = 5 | 1 | 'AND' | a property, a literal or '('",
            })
    void anErrorNamesThePlaceWhatIsThereAndWhatWasExpected(
            String condition, int position, String found, String expected) {
        FilterSyntaxException error =
                catchThrowableOfType(FilterSyntaxException.class, () -> SqlExpression.parse(condition));
        assertThat(error).isNotNull();
        assertThat(error.found()).isEqualTo(found);
        assertThat(error.expected()).isEqualTo(expected);
        assertThat(error.position()).isEqualTo(position);
        assertThat(error)
                .hasMessageContaining("character " + position)
                .hasMessageContaining(found)
                .hasMessageContaining(expected);
    }

    @Test
    void controlCharactersOfTheFilterDoNotReachTheErrorText() {
        assertThatThrownBy(() -> SqlExpression.parse("a = \n\u0007"))
                .isInstanceOf(FilterSyntaxException.class)
                .message()
                .doesNotContain("\n", "\u0007");
    }

    @Test
    void aFilterOverItsBoundsIsRefusedWithTheBound() {
        assertThatThrownBy(() -> SqlExpression.parse("a".repeat(SqlExpression.LENGTH_MAX + 1)))
                .hasMessageContaining("at most 16384");
        int levels = SqlExpression.DEPTH_MAX - 1;
        assertThat(SqlExpression.parse("(".repeat(levels) + "a" + ")".repeat(levels)))
                .hasToString("a");
        assertThatThrownBy(() -> SqlExpression.parse("(".repeat(5000) + "a" + ")".repeat(5000)))
                .hasMessageContaining("at most 128 levels");
        assertThatThrownBy(() -> SqlExpression.parse("NOT ".repeat(4000) + "a"))
                .hasMessageContaining("at most 128 levels");
        assertThatThrownBy(() -> SqlExpression.parse("a = " + "- ".repeat(5000) + "a"))
                .hasMessageContaining("at most 128 levels");
        assertThatThrownBy(() -> SqlExpression.parse("a = 1" + "+1".repeat(5000)))
                .hasMessageContaining("at most 256 arithmetic operators");
    }

    @Test
    void aLongChainOfAndOrOrIsNotDeep() {
        SqlExpression chain = SqlExpression.parse("missing=1" + " OR missing=1".repeat(1000) + " OR age=30");
        assertThat(chain.matches(TEXTS::get)).isTrue();
        assertThat(SqlExpression.parse(chain.toString().replace(" ", ""))).isNotNull();
    }

    @Test
    void propertyNamesAreKnownAndCanBeExchanged() {
        SqlExpression condition = SqlExpression.parse(
                "JMSPriority > 3 AND a LIKE 'x' OR b IS NULL AND NOT (c IN ('y') OR d CONTAINS 'z') "
                        + "AND e BETWEEN f AND -g + 1 AND JMSPriority = 5");
        assertThat(condition.propertyNames()).containsExactly("JMSPriority", "a", "b", "c", "d", "e", "f", "g");
        SqlExpression upper = condition.renamed(name -> "p_" + name);
        assertThat(upper.propertyNames())
                .containsExactly("p_JMSPriority", "p_a", "p_b", "p_c", "p_d", "p_e", "p_f", "p_g");
        assertThat(upper.renamed(name -> name.substring(2))).isEqualTo(condition);
    }
}
