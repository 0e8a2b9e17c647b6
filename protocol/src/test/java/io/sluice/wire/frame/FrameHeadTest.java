package io.sluice.wire.frame;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.wire.json.JsonBytes;
import io.sluice.wire.json.JsonObject;
import io.sluice.wire.json.JsonReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** One head reads header after header: nothing of an earlier one is left, and what it finds is what the header says. */
class FrameHeadTest {
    @Property(tries = 300)
    void aHeadThatReadOthersBeforeFindsWhatAFreshOneFinds(@ForAll("manyHeaders") List<Header> headers) {
        FrameHead used = new FrameHead();
        for (Header header : headers) {
            assertThat(outcome(used, header)).isEqualTo(outcome(new FrameHead(), header));
        }
    }

    @Property(tries = 300)
    void theFieldsOfAJsonHeaderAreThoseThatAGeneralReaderFinds(@ForAll("jsonHeaders") String json) {
        FrameHead head = new FrameHead();
        read(head, new Header(0, json.getBytes(StandardCharsets.UTF_8)));

        JsonObject said = JsonReader.readObject(json.getBytes(StandardCharsets.UTF_8));
        assertThat(head.code()).isEqualTo(said.integer("code", 0));
        assertThat(head.opaque()).isEqualTo(said.integer("opaque", 0));
        Map<String, String> expected = new TreeMap<>();
        JsonObject fields = said.object("extFields");
        fields.names().forEach(name -> expected.put(name, fields.text(name)));
        assertThat(head.toFrame().fields().asMap()).isEqualTo(expected);
        for (int i = 0; i < head.fields().count(); i++) {
            JsonBytes copied = new JsonBytes(8);
            head.fields().utf8At(i, copied);
            assertThat(new String(copied.toByteArray(), StandardCharsets.UTF_8))
                    .isEqualTo(head.fields().textAt(i))
                    .isEqualTo(head.fields().textAt(i, new KnownTexts()));
        }
    }

    @Property(tries = 200)
    void aTextThatIsKnownIsThatOfItsBytesWhateverWasKnownBefore(@ForAll List<String> texts) {
        KnownTexts known = new KnownTexts();
        for (String text : texts) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            String expected = new String(utf8, StandardCharsets.UTF_8);
            assertThat(known.text(utf8, 0, utf8.length)).isEqualTo(expected);
            assertThat(known.text(utf8, 0, utf8.length)).isEqualTo(expected);
        }
    }

    record Header(int kind, byte[] bytes) {}

    private static void read(FrameHead head, Header header) {
        ByteBuf in = Unpooled.wrappedBuffer(header.bytes());
        head.read(in, header.kind() << 24 | header.bytes().length, 4 + header.bytes().length);
    }

    /** Everything that can be seen of a head, or how it refused. */
    private static String outcome(FrameHead head, Header header) {
        try {
            read(head, header);
        } catch (FrameException damaged) {
            return damaged.getMessage();
        }
        return seen(head.toFrame()) + seen(head);
    }

    private static String seen(FrameHead head) {
        return "%d %d %s %b %b %s"
                .formatted(
                        head.code(),
                        head.opaque(),
                        head.serialization(),
                        head.isAnswer(),
                        head.isOneWay(),
                        texts(head.fields()));
    }

    private static String seen(Frame frame) {
        return "%d %d %d %s %d %s %s "
                .formatted(
                        frame.code(),
                        frame.opaque(),
                        frame.flag(),
                        frame.language(),
                        frame.version(),
                        frame.remark(),
                        texts(frame.fields().parsed()));
    }

    private static String texts(ParsedFields fields) {
        StringBuilder texts = new StringBuilder();
        for (int i = 0; i < fields.count(); i++) {
            try {
                texts.append(fields.nameAt(i))
                        .append('=')
                        .append(fields.textAt(i))
                        .append(' ');
            } catch (FieldException damaged) {
                texts.append(damaged.getMessage());
            }
        }
        return texts.toString();
    }

    @Provide
    Arbitrary<List<Header>> manyHeaders() {
        Arbitrary<Header> json = jsonHeaders().map(text -> new Header(0, text.getBytes(StandardCharsets.UTF_8)));
        Arbitrary<Header> binary = jsonHeaders().map(FrameHeadTest::asBinary);
        Arbitrary<Header> damaged = Combinators.combine(
                        Arbitraries.oneOf(json, binary), Arbitraries.integers(), Arbitraries.bytes())
                .as((header, where, what) -> {
                    byte[] bytes = header.bytes().clone();
                    bytes[Math.floorMod(where, bytes.length)] = what;
                    return new Header(header.kind(), bytes);
                });
        return Arbitraries.oneOf(json, binary, damaged).list().ofMaxSize(8);
    }

    private static Header asBinary(String json) {
        Frame frame = Decoded.frame(
                Unpooled.buffer()
                        .writeInt(json.getBytes(StandardCharsets.UTF_8).length)
                        .writeBytes(json.getBytes(StandardCharsets.UTF_8)),
                4 + json.getBytes(StandardCharsets.UTF_8).length);
        byte[] bytes = GoldenFramesTest.encode(frame.withSerialization(Serialization.ROCKETMQ));
        return new Header(1, java.util.Arrays.copyOfRange(bytes, 8, bytes.length));
    }

    /** Members in any order, with blanks, unknown ones, and every way to write a text. */
    @Provide
    Arbitrary<String> jsonHeaders() {
        Arbitrary<String> blanks = Arbitraries.of("", "", " ", "\n\t ");
        Arbitrary<String> names = Arbitraries.of("a", "b", "topic", "n\\u0061me", "\\\"quoted\\\"", "gr\u00f6\u00dfe");
        Arbitrary<String> values = Arbitraries.of(
                "\"\"",
                "\"text\"",
                "\"\\u00e4\\n\\\\\"",
                "\"\\ud83d\\ude00\"",
                "\"\u4e2d\"",
                "17",
                "-3",
                "true",
                "\"1\\u00012\\u0002\"");
        Arbitrary<String> fields = Combinators.combine(names, values, blanks)
                .as((name, value, blank) -> blank + '"' + name + "\":" + blank + value)
                .list()
                .uniqueElements(field -> field.strip().split(":")[0])
                .ofMaxSize(6)
                .map(all -> "\"extFields\":{" + String.join(",", all) + "}");
        Arbitrary<String> unknown = Arbitraries.of(
                "\"serializeTypeCurrentRPC\":\"JSON\"",
                "\"other\":{\"a\":[1,{\"b\":null}],\"c\":\"}\"}",
                "\"language\":\"GO\"",
                "\"remark\":\"said \\\"so\\\"\"",
                "\"flag\":2");
        return Combinators.combine(
                        Arbitraries.integers().between(0, 3000), Arbitraries.integers(), fields, unknown, blanks)
                .as((code, opaque, ext, other, blank) ->
                        List.of("\"code\":" + code, "\"opaque\":" + blank + opaque, ext, other))
                .flatMap(members -> Arbitraries.shuffle(members))
                .map(members -> members.stream().collect(Collectors.joining(",", "{", "}")));
    }
}
