package io.sluice.wire.frame;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * Cuts the bytes of one connection into frames. Lengths are checked before anything is allocated, and beyond 1 MiB memory
 * grows only with bytes that really came. A damaged frame fails with {@link FrameException}, after which the connection is of
 * no use: later bytes are dropped. Confined to the event loop of its connection.
 *
 * <p>A body that is to lie on the heap and comes in several pieces is put there piece by piece; collecting it in the buffer
 * of the connection first would copy it twice more.
 */
public final class FrameDecoder extends ByteToMessageDecoder {
    private static final int NONE = -1;
    /** A body is given memory for so much before it has come. */
    private static final int TRUSTED_BYTES = 1024 * 1024;

    private final boolean bodiesOnHeap;
    private final FrameTaker taker;
    private final FrameHead head = new FrameHead();
    /** Total of the frame whose bytes are still coming. */
    private int total = NONE;

    /** The body that is coming in pieces, its header being in {@link #head}; {@code null} when none is. */
    private byte[] body;
    /** How much of it has come. */
    private int filled;
    /** What it will have. */
    private int bodyBytes;

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
        if (body != null) {
            fill(in, out);
            return;
        }
        if (in.readableBytes() < total) {
            if (bodiesOnHeap) {
                beginBody(in);
            }
            return;
        }
        int length = total;
        total = NONE;
        int next = in.readerIndex() + length;
        try {
            head.read(in, in.readInt(), length);
            int whole = next - in.readerIndex();
            if (!taker.take(head, in.internalNioBuffer(in.readerIndex(), whole))) {
                out.add(head.toFrame(body(in, whole)));
            }
            in.readerIndex(next);
        } catch (RuntimeException damaged) {
            broken = true;
            in.readerIndex(next);
            throw damaged;
        }
    }

    /** Reads the header once it has come, and as much of the body as there is. */
    private void beginBody(ByteBuf in) {
        if (in.readableBytes() < FrameLayout.META_BYTES) {
            return;
        }
        int meta = in.getInt(in.readerIndex());
        int announced = meta & FrameLayout.HEADER_LENGTH_MASK;
        if (in.readableBytes() - FrameLayout.META_BYTES < announced) {
            return;
        }
        in.skipBytes(FrameLayout.META_BYTES);
        try {
            head.read(in, meta, total);
        } catch (RuntimeException damaged) {
            broken = true;
            throw damaged;
        }
        bodyBytes = total - FrameLayout.META_BYTES - announced;
        body = new byte[Math.min(bodyBytes, TRUSTED_BYTES)];
        filled = 0;
        take(in);
    }

    private void fill(ByteBuf in, List<Object> out) {
        if (filled == body.length) {
            body = Arrays.copyOf(body, (int) Math.min(bodyBytes, body.length * 2L));
        }
        take(in);
        if (filled < bodyBytes) {
            return;
        }
        byte[] whole = body;
        body = null;
        total = NONE;
        try {
            if (!taker.take(head, ByteBuffer.wrap(whole))) {
                out.add(head.toFrame(FrameBody.of(whole)));
            }
        } catch (RuntimeException damaged) {
            broken = true;
            throw damaged;
        }
    }

    private void take(ByteBuf in) {
        int bytes = Math.min(in.readableBytes(), body.length - filled);
        in.readBytes(body, filled, bytes);
        filled += bytes;
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
