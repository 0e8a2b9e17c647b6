package io.sluice.wire.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** What headers may look like, and what is made of them. */
class FrameTest {
    private static final FieldName N = FieldName.of("n");

    @Test
    void unknownMembersAnyOrderBlanksAndNumbersAsFieldsAreAccepted() {
        Frame frame = json("""
                { "version" : 401, "unknown" : {"a":[1,{"b":null}]}, "extFields" : {"queueId":3, "flag":true, "gone":null},
                  "opaque":-5, "language":"COBOL", "flag":2, "code":310, "remark":null, "serializeTypeCurrentRPC":"JSON" }""");

        assertThat(frame.code()).isEqualTo(310);
        assertThat(frame.version()).isEqualTo(401);
        assertThat(frame.opaque()).isEqualTo(-5);
        assertThat(frame.language()).isEqualTo(Language.OTHER);
        assertThat(frame.isOneWay()).isTrue();
        assertThat(frame.remark()).isEmpty();
        assertThat(frame.fields().asMap()).isEqualTo(Map.of("queueId", "3", "flag", "true"));
    }

    @Test
    void fieldsMayBeMissingNullOrEmpty() {
        assertThat(json("{\"code\":1}").fields().asMap()).isEmpty();
        assertThat(json("{\"code\":1,\"extFields\":null}").fields().asMap()).isEmpty();
        assertThat(json("{\"code\":1,\"extFields\":{}}").fields().asMap()).isEmpty();
    }

    @Test
    void aRepeatedFieldCountsWithItsLastValue() {
        assertThat(json("{\"code\":1,\"extFields\":{\"a\":\"1\",\"a\":\"2\"}}")
                        .fields()
                        .find("a"))
                .contains("2");
    }

    @Test
    void fieldNamesMayBeEscaped() {
        assertThat(json("{\"code\":1,\"extFields\":{\"\\u0074opic\":\"T\"}}")
                        .fields()
                        .find("topic"))
                .contains("T");
    }

    @Test
    void headersThatAreNoHeadersAreRefused() {
        for (String wrong : new String[] {
            "",
            "{",
            "[]",
            "{}",
            "{\"code\":\"x\"}",
            "{\"code\":99999999999}",
            "{\"code\":2147483648}",
            "{\"code\":1}}",
            "{\"code\":1,}",
            "{\"opaque\":1}",
            "{\"code\":1,\"extFields\":[]}",
            "{\"code\":1,\"extFields\":{\"a\"}}",
            "{\"code\":1,\"remark\":\"\\q\"}",
            "{\"code\":1,\"x\":" + "[".repeat(1000) + "]".repeat(1000) + "}"
        }) {
            assertThatThrownBy(() -> json(wrong)).as(wrong).isInstanceOf(FrameException.class);
        }
    }

    @Test
    void codesCutTo16BitsByBinarySendersAreMadeWhole() {
        for (int code : new int[] {200050, 200051, 200052, 200053, 200054, 200055, 200151}) {
            Frame sent = Frame.request(code).withSerialization(Serialization.ROCKETMQ);
            byte[] bytes = GoldenFramesTest.encode(sent);

            assertThat((bytes[8] & 0xFF) << 8 | bytes[9] & 0xFF).isEqualTo(code - 196608);
            assertThat(GoldenFramesTest.decode(bytes).code()).isEqualTo(code);
        }
    }

    @Test
    void otherLargeCodesCannotBeSentInBinary() {
        Frame frame = Frame.request(70_000).withSerialization(Serialization.ROCKETMQ);

        assertThatThrownBy(() -> GoldenFramesTest.encode(frame))
                .isInstanceOf(FrameException.class)
                .hasMessageContaining("70000");
    }

    @Test
    void aFrameBeyondTheLimitIsNotEncoded() {
        Frame frame = Frame.request(1).withBody(FrameBody.of(new byte[FrameCodec.TOTAL_MAX_BYTES]));

        assertThatThrownBy(() -> GoldenFramesTest.encode(frame)).isInstanceOf(FrameException.class);
    }

    @Test
    void headersAreBoundedInBytesAndFields() {
        assertThatThrownBy(() -> json("{\"code\":1,\"remark\":\"" + "x".repeat(FrameCodec.HEADER_MAX_BYTES) + "\"}"))
                .isInstanceOf(FrameException.class)
                .hasMessageContaining("at most");
        assertThatThrownBy(() -> json("{\"code\":1,\"extFields\":{\"a\":1" + ",\"a\":1".repeat(5000) + "}}"))
                .isInstanceOf(FrameException.class)
                .hasMessageContaining("fields");
        Frame wordy = Frame.answer(1, "x".repeat(FrameCodec.HEADER_MAX_BYTES));
        assertThatThrownBy(() -> GoldenFramesTest.encode(wordy)).isInstanceOf(FrameException.class);
    }

    @Test
    void anAnswerTakesOpaqueAndSerializationOfItsRequest() {
        Frame request =
                Frame.request(1).withSerialization(Serialization.ROCKETMQ).asking(42, false);

        Frame answer = Frame.answer(0, "").answering(request);

        assertThat(answer.opaque()).isEqualTo(42);
        assertThat(answer.serialization()).isEqualTo(Serialization.ROCKETMQ);
        assertThat(answer.isAnswer()).isTrue();
    }

    @Property(tries = 300)
    void everyLongIsReadFromItsBytes(@ForAll long number) {
        assertThat(fieldsWith(Long.toString(number)).longAt(0)).isEqualTo(number);
    }

    @Property(tries = 200)
    void everyIntIsReadFromItsBytes(@ForAll int number) {
        assertThat(fieldsWith(Integer.toString(number)).intAt(0)).isEqualTo(number);
    }

    @Test
    void numbersOutOfRangeAndTextsAreNoNumbers() {
        for (String wrong :
                new String[] {"", "-", "+", "1x", "x", "9223372036854775808", "-9223372036854775809", "1 ", "1.0"}) {
            assertThatThrownBy(() -> fieldsWith(wrong).longAt(0)).as(wrong).isInstanceOf(FieldException.class);
        }
        assertThatThrownBy(() -> fieldsWith("2147483648").intAt(0)).isInstanceOf(FieldException.class);
        assertThat(fieldsWith("+7").intAt(0)).isEqualTo(7);
    }

    @Test
    void fieldsShowTheirNamesButNotTheirValues() {
        assertThat(fieldsWith("secret").toString()).isEqualTo("fields[n]");
    }

    @Test
    void versionsHaveNames() {
        assertThat(ProtocolVersion.describe(479)).isEqualTo("V5_3_3");
        assertThat(ProtocolVersion.describe(433)).isEqualTo("V5_1_0");
        assertThat(ProtocolVersion.describe(409)).isEqualTo("V4_9_8");
        assertThat(ProtocolVersion.describe(373)).isEqualTo("V373");
    }

    private static ParsedFields fieldsWith(String value) {
        Fields fields = sink -> sink.text(N, value);
        return fields.parsed();
    }

    private static Frame json(String header) {
        byte[] bytes = header.getBytes(StandardCharsets.UTF_8);
        ByteBuf in = Unpooled.buffer();
        in.writeInt(bytes.length);
        in.writeBytes(bytes);
        return Decoded.frame(in, in.readableBytes());
    }
}
