package io.sluice.http.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UrlTextTest {

    @Property(tries = 300)
    void whatIsEncodedIsReadBack(@ForAll String text) {
        Assume.that(StandardCharsets.UTF_8.newEncoder().canEncode(text));

        assertThat(UrlText.decode(URLEncoder.encode(text, StandardCharsets.UTF_8), true))
                .contains(text);
    }

    @Property(tries = 300)
    void noTextMakesTheReaderFail(@ForAll String text) {
        assertThat(UrlText.decode(text, true)).isNotNull();
    }

    @Test
    void aPlusIsABlankOnlyWhereItIsSaidToBe() {
        assertThat(UrlText.decode("a+b", true)).contains("a b");
        assertThat(UrlText.decode("a+b", false)).contains("a+b");
        assertThat(UrlText.decode("a%2Bb", true)).contains("a+b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"%", "%4", "a%", "%zz", "%4g", "%-1", "%FF", "%C3", "%C3%28", "%ED%A0%80", "%C0%80"})
    void brokenEscapesAndBrokenUtf8AreNoText(String raw) {
        assertThat(UrlText.decode(raw, true)).isEmpty();
    }
}
