package io.sluice.wire.frame;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Frames that were captured between genuine peers. */
class GoldenFramesTest {
    private static final String BINARY = "0000003a01000036001e0001df000000070000000000000000000000210005746f706963"
            + "00000008537065635f5435330007717565756549640000000130";
    private static final String ROUTE_JSON = """
            {"code":105,"extFields":{"topic":"Spec_T53"},"flag":0,"language":"JAVA","opaque":0,\
            "serializeTypeCurrentRPC":"JSON","version":479}""";
    private static final String JSON_HEAD = "0000008600000082";

    @Test
    void aBinaryOffsetQuestionIsRead() {
        Frame frame = decode(HexFormat.of().parseHex(BINARY));

        assertThat(frame.code()).isEqualTo(30);
        assertThat(frame.serialization()).isEqualTo(Serialization.ROCKETMQ);
        assertThat(frame.language()).isEqualTo(Language.JAVA);
        assertThat(frame.version()).isEqualTo(479);
        assertThat(frame.opaque()).isEqualTo(7);
        assertThat(frame.flag()).isZero();
        assertThat(frame.remark()).isEmpty();
        assertThat(frame.fields().asMap()).isEqualTo(Map.of("topic", "Spec_T53", "queueId", "0"));
    }

    @Test
    void aBinaryOffsetQuestionIsWrittenByteForByte() {
        FieldName topic = FieldName.of("topic");
        FieldName queueId = FieldName.of("queueId");
        Fields fields = sink -> {
            sink.text(topic, "Spec_T53");
            sink.number(queueId, 0);
        };
        Frame frame = Frame.request(30, fields)
                .withSerialization(Serialization.ROCKETMQ)
                .asking(7, false);

        assertThat(encode(frame)).isEqualTo(HexFormat.of().parseHex(BINARY));
    }

    @Test
    void aJsonRouteQuestionIsRead() {
        Frame frame = decode(jsonRoute());

        assertThat(frame.code()).isEqualTo(105);
        assertThat(frame.serialization()).isEqualTo(Serialization.JSON);
        assertThat(frame.opaque()).isZero();
        assertThat(frame.version()).isEqualTo(479);
        assertThat(frame.fields().asMap()).isEqualTo(Map.of("topic", "Spec_T53"));
        assertThat(frame.body().length()).isZero();
    }

    @Test
    void aJsonRouteQuestionIsWrittenByteForByte() {
        Frame frame = Frame.request(105, Fields.of("topic", "Spec_T53")).asking(0, false);

        assertThat(encode(frame)).isEqualTo(jsonRoute());
    }

    private static byte[] jsonRoute() {
        ByteBuf bytes = Unpooled.buffer();
        bytes.writeBytes(HexFormat.of().parseHex(JSON_HEAD));
        bytes.writeBytes(ROUTE_JSON.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        return bytesOf(bytes);
    }

    static byte[] encode(Frame frame) {
        return bytesOf(FrameCodec.encode(frame, UnpooledByteBufAllocator.DEFAULT));
    }

    static Frame decode(byte[] bytes) {
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        return Decoded.frame(in, in.readInt());
    }

    private static byte[] bytesOf(ByteBuf buffer) {
        byte[] bytes = new byte[buffer.readableBytes()];
        buffer.readBytes(bytes);
        buffer.release();
        return bytes;
    }
}
