package io.sluice.wire.frame;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Whatever is sent arrives the same, however it is cut; whatever is damaged is refused, and no memory is lost over it. */
class FramePropertiesTest {
    private static final int SMALL_BYTES = 64 * 1024;
    private static final int MEBI_BYTES = 1024 * 1024;

    /** Counts what it gave out and has not got back. */
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);

    @Property(tries = 200)
    void aFrameArrivesAsItWasSentHoweverItsBytesAreCut(
            @ForAll("frames") Frame sent, @ForAll @IntRange(min = 1, max = 64) int cut, @ForAll boolean onHeap) {
        byte[] bytes = bytesOf(sent);
        EmbeddedChannel channel = decoder(onHeap);

        for (int from = 0; from < bytes.length; from += cut) {
            channel.writeInbound(buffer(Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + cut))));
        }

        Frame arrived = channel.readInbound();
        assertSame(arrived, sent);
        arrived.release();
        assertThat(channel.inboundMessages()).isEmpty();
        channel.finishAndReleaseAll();
        assertNothingHeld();
    }

    @Property(tries = 20)
    void aLargeBodyInPiecesArrivesWithTheFrameBehindIt(
            @ForAll @IntRange(min = SMALL_BYTES, max = 3 * MEBI_BYTES) int length,
            @ForAll @IntRange(min = 1000, max = MEBI_BYTES) int cut) {
        byte[] body = new byte[length];
        new Random(length).nextBytes(body);
        byte[] large = bytesOf(Frame.answer(0, "").withBody(FrameBody.of(body)));
        byte[] bytes = Arrays.copyOf(large, 2 * large.length);
        System.arraycopy(large, 0, bytes, large.length, large.length);
        EmbeddedChannel channel = decoder(true);

        for (int from = 0; from < bytes.length; from += cut) {
            channel.writeInbound(buffer(Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + cut))));
        }

        for (int i = 0; i < 2; i++) {
            Frame arrived = channel.readInbound();
            assertThat(arrived.body().toByteArray()).isEqualTo(body);
        }
        assertThat(channel.inboundMessages()).isEmpty();
        channel.finishAndReleaseAll();
        assertNothingHeld();
    }

    @Property(tries = 50)
    void framesInOneReadArriveOneByOne(@ForAll("frameLists") List<Frame> sent, @ForAll boolean onHeap) {
        ByteBuf all = allocator.buffer();
        sent.forEach(frame -> all.writeBytes(bytesOf(frame)));
        EmbeddedChannel channel = decoder(onHeap);

        channel.writeInbound(all);

        for (Frame frame : sent) {
            Frame arrived = channel.readInbound();
            assertSame(arrived, frame);
            arrived.release();
        }
        channel.finishAndReleaseAll();
        assertNothingHeld();
    }

    @Property(tries = 300)
    void arbitraryBytesNeverEscapeAsAnythingButADamagedFrame(@ForAll byte[] bytes, @ForAll boolean onHeap) {
        readOrRefuse(bytes, onHeap);
    }

    @Property(tries = 300)
    void arbitraryHeadersNeverEscapeAsAnythingButADamagedFrame(
            @ForAll byte[] header, @ForAll @IntRange(max = 2) int kind, @ForAll boolean onHeap) {
        ByteBuf frame = Unpooled.buffer();
        frame.writeInt(4 + header.length);
        frame.writeInt(kind << 24 | header.length);
        frame.writeBytes(header);
        readOrRefuse(frame.array(), onHeap);
    }

    @Property(tries = 300)
    void aDamagedFrameIsReadOrRefused(
            @ForAll("frames") Frame sent, @ForAll int where, @ForAll byte what, @ForAll boolean onHeap) {
        byte[] bytes = bytesOf(sent);
        bytes[Math.floorMod(where, bytes.length)] = what;
        readOrRefuse(bytes, onHeap);
    }

    @Property(tries = 100)
    void memoryGrowsWithWhatCameNotWithWhatIsClaimed(
            @ForAll @IntRange(min = SMALL_BYTES) int total, @ForAll int meta, @ForAll boolean onHeap) {
        EmbeddedChannel channel = decoder(onHeap);
        ByteBuf start = allocator.buffer();
        start.writeInt(total).writeInt(meta).writeZero(64);

        try {
            channel.writeInbound(start);
        } catch (DecoderException refused) {
            assertThat(refused.getCause()).isInstanceOf(FrameException.class);
        }

        assertThat(allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory())
                .isLessThan(SMALL_BYTES);
        channel.finishAndReleaseAll();
        assertNothingHeld();
    }

    private void readOrRefuse(byte[] bytes, boolean onHeap) {
        EmbeddedChannel channel = decoder(onHeap);
        try {
            channel.writeInbound(buffer(bytes));
        } catch (DecoderException refused) {
            assertThat(refused.getCause()).isInstanceOf(FrameException.class);
        }
        for (Frame frame = channel.readInbound(); frame != null; frame = channel.readInbound()) {
            look(frame);
            frame.release();
        }
        channel.finishAndReleaseAll();
        assertNothingHeld();
    }

    /** Fields are decoded late, so damage in them shows late. */
    private static void look(Frame frame) {
        ParsedFields fields = frame.fields().parsed();
        for (int i = 0; i < fields.count(); i++) {
            try {
                fields.textAt(i);
                fields.boolAt(i);
                fields.longAt(i);
            } catch (FieldException refused) {
                assertThat(refused.getMessage()).isNotBlank();
            }
        }
    }

    private EmbeddedChannel decoder(boolean onHeap) {
        EmbeddedChannel channel = new EmbeddedChannel(new FrameDecoder(onHeap));
        channel.config().setAllocator(allocator);
        return channel;
    }

    private ByteBuf buffer(byte[] bytes) {
        return allocator.buffer(Math.max(1, bytes.length)).writeBytes(bytes);
    }

    private void assertNothingHeld() {
        assertThat(allocator.metric().usedHeapMemory()).isZero();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    private static void assertSame(Frame arrived, Frame sent) {
        assertThat(arrived.serialization()).isEqualTo(sent.serialization());
        assertThat(arrived.code()).isEqualTo(sent.code());
        assertThat(arrived.language()).isEqualTo(sent.language());
        assertThat(arrived.version()).isEqualTo(sent.version());
        assertThat(arrived.opaque()).isEqualTo(sent.opaque());
        assertThat(arrived.flag()).isEqualTo(sent.flag());
        assertThat(arrived.remark()).isEqualTo(sent.remark());
        assertThat(arrived.fields().asMap()).isEqualTo(sent.fields().asMap());
        assertThat(arrived.body().toByteArray()).isEqualTo(sent.body().toByteArray());
    }

    private static byte[] bytesOf(Frame frame) {
        return GoldenFramesTest.encode(frame);
    }

    @Provide
    Arbitrary<List<Frame>> frameLists() {
        return frames().list().ofMaxSize(5).map(ArrayList::new);
    }

    @Provide
    Arbitrary<Frame> frames() {
        Arbitrary<Map<String, String>> fields = Arbitraries.maps(texts().filter(name -> !name.isEmpty()), texts())
                .ofMaxSize(20);
        Arbitrary<Integer> codes = Arbitraries.oneOf(
                Arbitraries.integers().between(0, Short.MAX_VALUE).filter(code -> code < 3442 || code > 3543),
                Arbitraries.integers().between(200050, 200055));
        return Combinators.combine(
                        Arbitraries.of(Serialization.class),
                        codes,
                        Arbitraries.of(Language.class),
                        Arbitraries.integers().between(0, 0xFFFF),
                        Arbitraries.integers(),
                        Arbitraries.of(0, Frame.FLAG_ONE_WAY),
                        texts(),
                        Combinators.combine(fields, Arbitraries.bytes().array(byte[].class))
                                .as(Parts::new))
                .as((serialization, code, language, version, opaque, flag, remark, parts) -> new Frame(
                        serialization,
                        code,
                        language,
                        version,
                        opaque,
                        flag,
                        remark,
                        Fields.of(parts.fields),
                        FrameBody.of(parts.body)));
    }

    private record Parts(Map<String, String> fields, byte[] body) {}

    private static Arbitrary<String> texts() {
        return Arbitraries.integers()
                .between(0, Character.MAX_CODE_POINT)
                .filter(point -> point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE)
                .list()
                .ofMaxSize(12)
                .map(points -> {
                    StringBuilder text = new StringBuilder();
                    points.forEach(text::appendCodePoint);
                    return text.toString();
                });
    }
}
