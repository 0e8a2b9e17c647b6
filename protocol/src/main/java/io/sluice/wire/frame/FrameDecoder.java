package io.sluice.wire.frame;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;

/**
 * Cuts the bytes of one connection into frames. Lengths are checked before anything is allocated, and memory grows only
 * with bytes that really came. A damaged frame fails with {@link FrameException}, after which the connection is of no use:
 * later bytes are dropped. Confined to the event loop of its connection.
 */
public final class FrameDecoder extends ByteToMessageDecoder {
    private static final int NONE = -1;

    private final boolean bodiesOnHeap;
    private final FrameTaker taker;
    private final FrameHead head = new FrameHead();
    /** Total of the frame whose bytes are still coming. */
    private int total = NONE;

    private boolean broken;

    /**
     * @param bodiesOnHeap whether bodies of requests are copied to the heap, where nobody need release them, or are slices
     *                     of what was received; bodies of answers always lie on the heap
     */
    public FrameDecoder(boolean bodiesOnHeap) {
        this(bodiesOnHeap, FrameTaker.NONE);
    }

    /** @param taker is shown each frame first */
    public FrameDecoder(boolean bodiesOnHeap, FrameTaker taker) {
        this.bodiesOnHeap = bodiesOnHeap;
        this.taker = taker;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (broken) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (total == NONE) {
            if (in.readableBytes() < FrameLayout.TOTAL_BYTES) {
                return;
            }
            total = checked(in.readInt());
        }
        if (in.readableBytes() < total) {
            return;
        }
        int length = total;
        total = NONE;
        int next = in.readerIndex() + length;
        try {
            head.read(in, in.readInt(), length);
            int bodyBytes = next - in.readerIndex();
            if (!taker.take(head, in.internalNioBuffer(in.readerIndex(), bodyBytes))) {
                out.add(head.toFrame(body(in, bodyBytes)));
            }
            in.readerIndex(next);
        } catch (RuntimeException damaged) {
            broken = true;
            in.readerIndex(next);
            throw damaged;
        }
    }

    private FrameBody body(ByteBuf in, int bytes) {
        if (bytes == 0) {
            return FrameBody.NONE;
        }
        if (bodiesOnHeap || head.isAnswer()) {
            byte[] body = new byte[bytes];
            in.readBytes(body);
            return FrameBody.of(body);
        }
        return FrameBody.of(in.readRetainedSlice(bytes));
    }

    private int checked(int announced) {
        if (announced >= FrameLayout.META_BYTES && announced <= FrameCodec.TOTAL_MAX_BYTES) {
            return announced;
        }
        broken = true;
        if (announced >>> 24 == FrameLayout.TLS_HANDSHAKE) {
            throw new FrameException("the peer starts a TLS handshake, but TLS is not configured on this port");
        }
        throw new FrameException("frame of %d bytes announced, expected %d to %d"
                .formatted(announced, FrameLayout.META_BYTES, FrameCodec.TOTAL_MAX_BYTES));
    }
}
