package io.sluice.wire.frame;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.sluice.wire.json.JsonBytes;

/** A whole frame to bytes and back, apart from any connection. Any thread. */
public final class FrameCodec {
    /** Largest total (header and body with their lengths) that is accepted or sent, bytes. */
    public static final int TOTAL_MAX_BYTES = 16 * 1024 * 1024;

    /** Largest header that is accepted, bytes: several times what the largest properties need with all of them escaped. */
    public static final int HEADER_MAX_BYTES = 1024 * 1024;

    private static final int HEADER_CAPACITY = 512;

    private FrameCodec() {}

    /** Bytes of one frame; the body of the frame is copied and released, the caller owns the buffer. */
    public static ByteBuf encode(Frame frame, ByteBufAllocator allocator) {
        try {
            JsonBytes head = new JsonBytes(HEADER_CAPACITY);
            encodeHead(frame, head);
            ByteBuf out = allocator.buffer(head.length() + frame.body().length());
            out.writeBytes(head.array(), 0, head.length());
            frame.body().copyTo(out);
            return out;
        } finally {
            frame.release();
        }
    }

    /** A frame from the bytes after its total; its body lies on the heap. */
    static Frame decodeOnHeap(ByteBuf in, int total) {
        return decode(in, total, true);
    }

    /**
     * A frame from the bytes after its total. The body of a request is a retained slice of them; that of an answer lies on
     * the heap, because whoever waits for it need not release it.
     */
    static Frame decodeRetained(ByteBuf in, int total) {
        return decode(in, total, false);
    }

    private static Frame decode(ByteBuf in, int total, boolean onHeap) {
        int meta = in.readInt();
        byte[] header = header(in, meta, total);
        Frame frame = decodeHeader(meta, header);
        int length = total - FrameLayout.META_BYTES - header.length;
        if (length == 0) {
            return frame;
        }
        if (onHeap || frame.isAnswer()) {
            byte[] body = new byte[length];
            in.readBytes(body);
            return frame.withBody(FrameBody.of(body));
        }
        return frame.withBody(FrameBody.of(in.readRetainedSlice(length)));
    }

    private static byte[] header(ByteBuf in, int meta, int total) {
        int length = meta & FrameLayout.HEADER_LENGTH_MASK;
        if (length > total - FrameLayout.META_BYTES) {
            throw new FrameException("header of %d bytes in a frame of %d bytes".formatted(length, total));
        }
        if (length > HEADER_MAX_BYTES) {
            throw new FrameException("header of %d bytes, at most %d are accepted".formatted(length, HEADER_MAX_BYTES));
        }
        byte[] header = new byte[length];
        in.readBytes(header);
        return header;
    }

    private static Frame decodeHeader(int meta, byte[] header) {
        int kind = meta >>> 24;
        return switch (kind) {
            case 0 -> JsonHeader.decode(header);
            case 1 -> BinaryHeader.decode(header);
            default ->
                throw new FrameException("header of unknown kind %d, expected 0 (JSON) or 1 (binary)".formatted(kind));
        };
    }

    /** Everything before the body. */
    static void encodeHead(Frame frame, JsonBytes out) {
        int begin = out.length();
        out.int32(0);
        out.int32(0);
        if (frame.serialization() == Serialization.JSON) {
            JsonHeader.encode(frame, out);
        } else {
            BinaryHeader.encode(frame, out);
        }
        int headerLength = out.length() - begin - FrameLayout.HEADER;
        if (headerLength > HEADER_MAX_BYTES) {
            throw new FrameException(
                    "header of %d bytes, at most %d are sent".formatted(headerLength, HEADER_MAX_BYTES));
        }
        long total = (long) FrameLayout.META_BYTES + headerLength + frame.body().length();
        if (total > TOTAL_MAX_BYTES) {
            throw new FrameException("frame of %d bytes, at most %d are sent".formatted(total, TOTAL_MAX_BYTES));
        }
        out.int32At(begin + FrameLayout.TOTAL, (int) total);
        out.int32At(begin + FrameLayout.META, frame.serialization().code() << 24 | headerLength);
    }
}
