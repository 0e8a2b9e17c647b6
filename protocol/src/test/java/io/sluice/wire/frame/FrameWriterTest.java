package io.sluice.wire.frame;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FrameWriterTest {
    private final AtomicInteger releases = new AtomicInteger();

    /** Writes one small answer per message read. */
    private static final class Answering extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.channel().write(Frame.answer(0, message.toString()));
        }
    }

    @Test
    void answersWrittenDuringOneReadLeaveInOneBuffer() {
        EmbeddedChannel channel = new EmbeddedChannel(new FrameWriter(), new Answering());

        channel.writeInbound("a", "b", "c");

        List<ByteBuf> out = outbound(channel);
        assertThat(out).hasSize(1);
        assertThat(remarks(out)).containsExactly("a", "b", "c");
    }

    @Test
    void aRequestWrittenWhileMuchIsReadLeavesBeforeTheEndOfTheRead() {
        EmbeddedChannel channel = new EmbeddedChannel(new FrameWriter(), new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object message) {
                ((ByteBuf) message).release();
                context.channel().write(Frame.request(11));
            }
        });

        channel.writeOneInbound(Unpooled.buffer().writeZero(100));
        channel.runPendingTasks();
        assertThat(channel.outboundMessages()).isEmpty();
        channel.writeOneInbound(Unpooled.buffer().writeZero(64 * 1024));
        assertThat(channel.outboundMessages()).as("both in one buffer").hasSize(1);
        channel.writeOneInbound(Unpooled.buffer().writeZero(100));
        assertThat(channel.outboundMessages()).hasSize(1);
        channel.flushInbound();
        assertThat(channel.outboundMessages()).hasSize(2);
        channel.finishAndReleaseAll();
    }

    @Test
    void aFrameWrittenAtAnotherTimeIsFlushedByATaskOfItsOwn() {
        EmbeddedChannel channel = new EmbeddedChannel(new FrameWriter());

        inOneTask(channel, Frame.answer(0, "x"), Frame.answer(0, "y"));

        List<ByteBuf> out = outbound(channel);
        assertThat(out).hasSize(1);
        assertThat(remarks(out)).containsExactly("x", "y");
    }

    @Test
    void aLargeBodyFollowsItsHeaderWithoutACopyAndIsReleasedAfterwards() {
        EmbeddedChannel channel = new EmbeddedChannel(new FrameWriter());
        ByteBuffer first = ByteBuffer.allocateDirect(20_000);
        ByteBuffer second = ByteBuffer.allocateDirect(20_000);

        List<ChannelFuture> written = inOneTask(
                channel, Frame.answer(0, "before"), Frame.answer(0, "large").withBody(slices(first, second)));

        List<ByteBuf> out = outbound(channel);
        assertThat(out).hasSize(4);
        first.put(7, (byte) 42);
        assertThat(out.get(2).getByte(7)).as("the same memory").isEqualTo((byte) 42);
        assertThat(written).allMatch(ChannelFuture::isSuccess);
        assertThat(releases).hasValue(1);
        out.forEach(ByteBuf::release);
    }

    @Test
    void aSmallBodyIsCopiedAndReleasedAtOnce() {
        EmbeddedChannel channel = new EmbeddedChannel(new FrameWriter());

        channel.write(Frame.answer(0, "")
                .withBody(slices(ByteBuffer.wrap(new byte[] {1, 2}), ByteBuffer.wrap(new byte[] {3}))));

        assertThat(releases).hasValue(1);
        channel.runPendingTasks();
        Frame arrived = decode(outbound(channel)).get(0);
        assertThat(arrived.body().toByteArray()).containsExactly(1, 2, 3);
    }

    @Test
    void aLargeBodyInManySmallPiecesLeavesAsOneAndIsReleasedAtOnce() {
        EmbeddedChannel channel = new EmbeddedChannel(new FrameWriter());
        ByteBuffer[] pieces = new ByteBuffer[200];
        for (int i = 0; i < pieces.length; i++) {
            pieces[i] = ByteBuffer.allocate(100).put(0, (byte) i);
        }
        channel.writeOneOutbound(Frame.answer(0, "").withBody(slices(pieces)));
        assertThat(releases).hasValue(1);
        channel.flushOutbound();
        channel.runPendingTasks();

        ByteBuf all = channel.readOutbound();
        int bodyAt = all.readableBytes() - pieces.length * 100;
        for (int i = 0; i < pieces.length; i++) {
            assertThat(all.getByte(bodyAt + i * 100)).isEqualTo((byte) i);
        }
        assertThat((ByteBuf) channel.readOutbound()).isNull();
        all.release();
        channel.finishAndReleaseAll();
    }

    @Test
    void aBodyIsReleasedWhenTheConnectionEndsBeforeItWasWritten() {
        EmbeddedChannel channel = new EmbeddedChannel(new FrameWriter());
        channel.eventLoop().execute(() -> {
            channel.pipeline().write(Frame.answer(0, "small"));
            channel.pipeline().write(Frame.answer(0, "").withBody(slices(ByteBuffer.allocate(100_000))));
            channel.pipeline().close();
        });

        channel.runPendingTasks();
        channel.releaseOutbound();

        assertThat(releases).hasValue(1);
    }

    @Test
    void anAnswerThatCannotBeWrittenIsReplacedByOneThatSaysSo() {
        EmbeddedChannel channel = new EmbeddedChannel(new FrameWriter());
        Frame request = Frame.request(1).asking(99, false);

        channel.write(Frame.answer(0, "")
                .withBody(slices(ByteBuffer.allocate(FrameCodec.TOTAL_MAX_BYTES)))
                .answering(request));
        channel.runPendingTasks();

        Frame instead = decode(outbound(channel)).get(0);
        assertThat(instead.code()).isEqualTo(1);
        assertThat(instead.opaque()).isEqualTo(99);
        assertThat(instead.remark()).contains("at most");
        assertThat(releases).hasValue(1);
    }

    @Test
    void aRequestThatCannotBeWrittenFailsItsWriter() {
        EmbeddedChannel channel = new EmbeddedChannel(new FrameWriter());

        ChannelFuture written =
                channel.write(Frame.request(1).withBody(slices(ByteBuffer.allocate(FrameCodec.TOTAL_MAX_BYTES))));

        assertThat(written.cause()).isInstanceOf(FrameException.class);
        assertThat(releases).hasValue(1);
    }

    /** An embedded channel flushes after every write from outside; inside a task it behaves as a real one. */
    private static List<ChannelFuture> inOneTask(EmbeddedChannel channel, Frame... frames) {
        List<ChannelFuture> written = new ArrayList<>();
        channel.eventLoop().execute(() -> {
            for (Frame frame : frames) {
                written.add(channel.pipeline().write(frame));
            }
        });
        channel.runPendingTasks();
        return written;
    }

    private FrameBody slices(ByteBuffer... slices) {
        return FrameBody.slices(List.of(slices), releases::incrementAndGet);
    }

    private static List<ByteBuf> outbound(EmbeddedChannel channel) {
        List<ByteBuf> out = new ArrayList<>();
        for (ByteBuf buffer = channel.readOutbound(); buffer != null; buffer = channel.readOutbound()) {
            out.add(buffer);
        }
        return out;
    }

    private static List<String> remarks(List<ByteBuf> out) {
        return decode(out).stream().map(Frame::remark).toList();
    }

    private static List<Frame> decode(List<ByteBuf> out) {
        EmbeddedChannel decoder = new EmbeddedChannel(new FrameDecoder(true));
        out.forEach(decoder::writeInbound);
        List<Frame> frames = new ArrayList<>();
        for (Frame frame = decoder.readInbound(); frame != null; frame = decoder.readInbound()) {
            frames.add(frame);
        }
        decoder.finishAndReleaseAll();
        return frames;
    }
}
