package io.sluice.http.consume;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.http.channel.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DataFormTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static JsonNode written(byte[] body, String contentType) throws IOException {
        byte[] text = Json.bytes(json -> {
            json.writeStartObject();
            DataForm.write(json, body, contentType);
            json.writeEndObject();
        });
        assertThat(new String(text, StandardCharsets.UTF_8)).doesNotContain("\n", "\r");
        return MAPPER.readTree(text);
    }

    private static JsonNode written(String body, String contentType) throws IOException {
        return written(body.getBytes(StandardCharsets.UTF_8), contentType);
    }

    /** What a receiver does to get the bytes back. */
    private static byte[] body(JsonNode written) throws IOException {
        assertThat(written.size()).isEqualTo(1);
        return written.has("data_base64")
                ? written.get("data_base64").binaryValue()
                : written.get("data").asText().getBytes(StandardCharsets.UTF_8);
    }

    @Property(tries = 300)
    void anyBytesComeBackUnchanged(@ForAll byte[] body, @ForAll("typesThatAreNotJson") String contentType)
            throws IOException {
        assertThat(body(written(body, contentType))).isEqualTo(body);
    }

    @Property(tries = 300)
    void anyTextIsShownAsTextUnlessItHasControlCharacters(@ForAll String text) throws IOException {
        Assume.that(StandardCharsets.UTF_8.newEncoder().canEncode(text));
        JsonNode written = written(text, "text/plain");

        boolean plain = text.chars().allMatch(c -> c >= ' ' || c == '\t' || c == '\n' || c == '\r');
        assertThat(written.has("data")).isEqualTo(plain);
        assertThat(body(written)).isEqualTo(text.getBytes(StandardCharsets.UTF_8));
    }

    @Property(tries = 300)
    void whatClaimsToBeJsonIsAValueOrItsBytesAreThere(@ForAll String text) throws IOException {
        Assume.that(StandardCharsets.UTF_8.newEncoder().canEncode(text));
        JsonNode written = written(text, "application/json");

        if (written.has("data")) {
            assertThat(written.get("data")).isEqualTo(MAPPER.readTree(text));
        } else {
            assertThat(body(written)).isEqualTo(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Property(tries = 200)
    void jsonComesBackAsTheSameValue(@ForAll("jsonTexts") String text) throws IOException {
        JsonNode written = written(text, "application/json");

        assertThat(written.get("data")).isEqualTo(MAPPER.readTree(text));
    }

    @Provide
    Arbitrary<String> typesThatAreNotJson() {
        return Arbitraries.of("text/plain", "application/octet-stream", "application/jsonp", "x/json", null);
    }

    @Provide
    Arbitrary<String> jsonTexts() {
        Arbitrary<String> scalars = Arbitraries.oneOf(
                Arbitraries.integers().map(String::valueOf),
                Arbitraries.doubles().map(String::valueOf),
                Arbitraries.of("true", "false", "null"),
                Arbitraries.strings()
                        .filter(text -> StandardCharsets.UTF_8.newEncoder().canEncode(text))
                        .map(DataFormTest::quoted));
        Arbitrary<String> arrays = scalars.list().ofMaxSize(5).map(values -> "[" + String.join(" ,\r\n", values) + "]");
        Arbitrary<String> values = Arbitraries.oneOf(scalars, arrays);
        return Combinators.combine(values, values)
                .as((one, other) -> "{\"a\" : " + one + ",\n\t\"b\":" + other + "}\n");
    }

    private static String quoted(String text) {
        return new String(Json.bytes(json -> json.writeString(text)), StandardCharsets.UTF_8);
    }

    @Test
    void numbersKeepTheirDigits() {
        String text = new String(
                Json.bytes(json -> {
                    json.writeStartObject();
                    byte[] body = "[1.10,1e400,12345678901234567890123]".getBytes(StandardCharsets.UTF_8);
                    DataForm.write(json, body, "application/json");
                    json.writeEndObject();
                }),
                StandardCharsets.UTF_8);

        assertThat(text).isEqualTo("{\"data\":[1.10,1e400,12345678901234567890123]}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "{}{}",
                "{} x",
                "nul",
                "'a'",
                "[1,]",
                "{a:1}",
                "01",
                "NaN",
                "\uFEFF{}",
                "// c\n1",
                "\"a\tb\""
            })
    void whatIsNotOneJsonValueIsShownAsBytes(String body) throws IOException {
        assertThat(written(body, "application/json").has("data_base64")).isTrue();
    }

    @Test
    void aValueNestedDeeperThanReceiversTakeIsShownAsBytes() throws IOException {
        String deep = "[".repeat(501) + "]".repeat(501);
        String deepest = "[".repeat(500) + "]".repeat(500);

        assertThat(written(deep, "application/json").has("data_base64")).isTrue();
        assertThat(written(deepest, "application/json").has("data")).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "application/json, true",
        "Application/JSON ; charset=utf-8, true",
        "text/json, true",
        "application/problem+json, true",
        "application/vnd.api+json;v=1, true",
        "text/plain, false",
        "application/jsonl, false",
        "json, false"
    })
    void theContentTypeDecidesWhatIsJson(String contentType, boolean json) {
        assertThat(DataForm.isJson(contentType)).isEqualTo(json);
        assertThat(DataForm.isJson(null)).isFalse();
    }
}
