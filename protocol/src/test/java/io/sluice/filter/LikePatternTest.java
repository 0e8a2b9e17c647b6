package io.sluice.filter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class LikePatternTest {
    @Provide
    Arbitrary<String> patterns() {
        return Arbitraries.of("a", "b", "%", "_", "!a", "!%", "!_", "!!", "😀")
                .list()
                .ofMaxSize(10)
                .map(parts -> String.join("", parts));
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.of("a", "b", "%", "_", "!", "😀", "\n")
                .list()
                .ofMaxSize(10)
                .map(parts -> String.join("", parts));
    }

    @Property(tries = 3000)
    void matchesAsTheRegularExpressionOfTheSameMeaning(
            @ForAll("patterns") String pattern, @ForAll("texts") String text) {
        StringBuilder regex = new StringBuilder();
        boolean escaped = false;
        for (int c : pattern.codePoints().toArray()) {
            String literal = Pattern.quote(Character.toString(c));
            if (escaped) {
                regex.append(literal);
                escaped = false;
            } else if (c == '!') {
                escaped = true;
            } else {
                regex.append(c == '%' ? ".*" : c == '_' ? "." : literal);
            }
        }
        boolean expected =
                Pattern.compile(regex.toString(), Pattern.DOTALL).matcher(text).matches();
        assertThat(LikePattern.of(pattern, "!").matches(text)).isEqualTo(expected);
    }

    @Test
    void aHostilePatternCostsNoMoreThanTheProductOfTheLengths() {
        assertThat(LikePattern.of("%a".repeat(4000) + "b", null).matches("a".repeat(30_000)))
                .isFalse();
    }
}
