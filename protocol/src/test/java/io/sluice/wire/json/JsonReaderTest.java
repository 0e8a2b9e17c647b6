package io.sluice.wire.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class JsonReaderTest {

    @Test
    void strictJsonIsRead() {
        JsonObject object = object("""
                { "text": "a\\"b\\\\c\\n\\u00e9\\ud83d\\ude00", "whole": -12, "decimal": 1.5e3, "yes": true, "no": false,
                  "nothing": null, "list": [1, "two", []], "object": {} }""");

        assertThat(object.text("text")).isEqualTo("a\"b\\c\n\u00e9\uD83D\uDE00");
        assertThat(object.number("whole", 0)).isEqualTo(-12);
        assertThat(object.decimal("decimal", 0)).isEqualTo(1500.0);
        assertThat(object.bool("yes", false)).isTrue();
        assertThat(object.bool("no", true)).isFalse();
        assertThat(object.find("nothing")).isEmpty();
        assertThat(object.array("list").size()).isEqualTo(3);
        assertThat(object.object("object").size()).isZero();
    }

    @Test
    void bareNumbersNamesAndObjectsAreReadAsMemberNames() {
        JsonObject object = object("{0:\"a\",-1:\"b\",name:\"c\",'quoted':\"d\",{\"queueId\":0,\"topic\":\"T\"}:5}");

        assertThat(object.text("0")).isEqualTo("a");
        assertThat(object.text("-1")).isEqualTo("b");
        assertThat(object.text("name")).isEqualTo("c");
        assertThat(object.text("quoted")).isEqualTo("d");
        assertThat(object.number("{\"queueId\":0,\"topic\":\"T\"}", 0)).isEqualTo(5);
    }

    @Test
    void aRepeatedMemberCountsWithItsLastValue() {
        assertThat(object("{\"a\":1,\"a\":2}").number("a", 0)).isEqualTo(2);
    }

    @Test
    void absentAndNullMembersHaveTheirDefault() {
        JsonObject object = object("{\"a\":null}");

        assertThat(object.integer("a", 7)).isEqualTo(7);
        assertThat(object.text("b")).isEmpty();
        assertThat(object.array("b").size()).isZero();
    }

    @Test
    void numbersInQuotesAndWholeDecimalsAreNumbers() {
        JsonObject object = object("{\"a\":\"12\",\"b\":3.0}");

        assertThat(object.integer("a", 0)).isEqualTo(12);
        assertThat(object.number("b", 0)).isEqualTo(3);
    }

    @Test
    void aMemberOfAnotherKindIsNamed() {
        JsonObject object = object("{\"a\":[],\"b\":1.5,\"c\":4294967296}");

        assertThatThrownBy(() -> object.text("a"))
                .isInstanceOf(JsonException.class)
                .hasMessageContaining("a is a");
        assertThatThrownBy(() -> object.number("b", 0)).isInstanceOf(JsonException.class);
        assertThatThrownBy(() -> object.integer("c", 0)).isInstanceOf(JsonException.class);
    }

    @Test
    void whatIsNoJsonIsRefusedWithThePosition() {
        for (String wrong : List.of(
                "",
                "{",
                "{\"a\"",
                "{\"a\":",
                "{\"a\":1",
                "{\"a\":1,",
                "[1,]",
                "[1 2]",
                "{\"a\":1}x",
                "\"abc",
                "\"\\",
                "\"\\q\"",
                "\"\\u12\"",
                "tru",
                "-",
                "1.",
                "1e",
                "{:1}",
                "+1",
                "nul",
                "{\"a\" 1}")) {
            assertThatThrownBy(() -> JsonReader.read(wrong.getBytes(StandardCharsets.UTF_8)))
                    .as(wrong)
                    .isInstanceOf(JsonException.class);
        }
    }

    @Test
    void nestingLengthAndNumberOfValuesAreBounded() {
        byte[] deep = "[".repeat(1_000_000).getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> JsonReader.read(deep))
                .isInstanceOf(JsonException.class)
                .hasMessageContaining("deeper");

        byte[] deepKeys = "{".repeat(1_000_000).getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> JsonReader.read(deepKeys)).isInstanceOf(JsonException.class);

        JsonLimits tight = new JsonLimits(20, 10, 3);
        assertThatThrownBy(() -> JsonReader.read("[1,2,3]".getBytes(StandardCharsets.UTF_8), tight))
                .isInstanceOf(JsonException.class)
                .hasMessageContaining("more than 3 values");
        assertThatThrownBy(() -> JsonReader.read(new byte[21], tight))
                .isInstanceOf(JsonException.class)
                .hasMessageContaining("21 bytes");
    }

    @Property(tries = 300)
    void arbitraryBytesAreReadOrRefused(@ForAll byte[] bytes) {
        readOrRefuse(bytes);
    }

    @Property(tries = 300)
    void damagedJsonIsReadOrRefused(@ForAll("values") JsonValue value, @ForAll int where, @ForAll byte what) {
        byte[] bytes = written(value);
        bytes[Math.floorMod(where, bytes.length)] = what;
        readOrRefuse(bytes);
    }

    private static void readOrRefuse(byte[] bytes) {
        assertThatCode(() -> {
                    try {
                        JsonReader.read(bytes);
                    } catch (JsonException refused) {
                        assertThat(refused.getMessage()).isNotBlank();
                    }
                })
                .doesNotThrowAnyException();
    }

    @Property(tries = 200)
    void whatIsWrittenIsReadBackTheSame(@ForAll("values") JsonValue value) {
        assertThat(JsonReader.read(written(value))).isEqualTo(value);
    }

    @Property(tries = 300)
    void everyTextSurvives(@ForAll("texts") String text) {
        byte[] json = new JsonWriter(KeyStyle.QUOTED).text(text).toByteArray();

        assertThat(JsonReader.read(json)).isEqualTo(new JsonValue.Text(text));
    }

    @Property(tries = 200)
    void everyLongSurvives(@ForAll long number) {
        byte[] json = new JsonWriter(KeyStyle.QUOTED).number(number).toByteArray();

        assertThat(new String(json, StandardCharsets.US_ASCII)).isEqualTo(Long.toString(number));
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.integers()
                .between(0, Character.MAX_CODE_POINT)
                .filter(point -> point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE)
                .list()
                .ofMaxSize(30)
                .map(points -> {
                    StringBuilder text = new StringBuilder();
                    points.forEach(text::appendCodePoint);
                    return text.toString();
                });
    }

    @Provide
    Arbitrary<JsonValue> values() {
        Arbitrary<JsonValue> scalar = Arbitraries.oneOf(
                texts().map(JsonValue.Text::new),
                Arbitraries.longs().map(number -> new JsonValue.Number(Long.toString(number))),
                Arbitraries.doubles().map(number -> new JsonValue.Number(Double.toString(number))),
                Arbitraries.of(true, false).map(JsonValue.Bool::new),
                Arbitraries.just(new JsonValue.Null()));
        return Arbitraries.recursive(() -> scalar, this::nested, 0, 4);
    }

    private Arbitrary<JsonValue> nested(Arbitrary<JsonValue> inner) {
        Arbitrary<JsonValue> arrays = inner.list().ofMaxSize(4).map(values -> {
            JsonArray array = new JsonArray();
            values.forEach(array::add);
            return array;
        });
        Arbitrary<JsonValue> objects = Combinators.combine(
                        texts().list().ofMaxSize(4), inner.list().ofSize(4))
                .as((names, values) -> {
                    JsonObject object = new JsonObject();
                    for (int i = 0; i < names.size(); i++) {
                        object.put(names.get(i), values.get(i));
                    }
                    return object;
                });
        return Arbitraries.oneOf(arrays, objects, inner);
    }

    private static byte[] written(JsonValue value) {
        return new JsonWriter(KeyStyle.QUOTED).value(value).toByteArray();
    }

    private static JsonObject object(String json) {
        return JsonReader.readObject(json.getBytes(StandardCharsets.UTF_8));
    }
}
