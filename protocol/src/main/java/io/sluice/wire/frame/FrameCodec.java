package io.sluice.wire.frame;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.sluice.wire.json.JsonBytes;

/** A whole frame to bytes, apart from any connection, and the limits of frames. Any thread. */
public final class FrameCodec {
    /** Largest total (header and body with their lengths) that is accepted or sent, bytes. */
    public static final int TOTAL_MAX_BYTES = 16 * 1024 * 1024;

    /** Largest header that is accepted, bytes: several times what the largest properties need with all of them escaped. */
    public static final int HEADER_MAX_BYTES = 1024 * 1024;

    private FrameCodec() {}

    /** Bytes of one frame; the body of the frame is copied and released, the caller owns the buffer. */
    public static ByteBuf encode(Frame frame, ByteBufAllocator allocator) {
        try {
            JsonBytes head = new HeadWriter().write(frame).bytes();
            ByteBuf out = allocator.buffer(head.length() + frame.body().length());
            out.writeBytes(head.array(), 0, head.length());
            frame.body().copyTo(out);
            return out;
        } finally {
            frame.release();
        }
    }
}
