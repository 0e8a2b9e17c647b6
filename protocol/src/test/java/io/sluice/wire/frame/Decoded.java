package io.sluice.wire.frame;

import io.netty.buffer.ByteBuf;

/** A frame read without a connection. */
final class Decoded {
    private Decoded() {}

    /** From the bytes after its total; the body lies on the heap. */
    static Frame frame(ByteBuf in, int total) {
        FrameHead head = new FrameHead();
        head.read(in, in.readInt(), total);
        byte[] body = new byte[in.readableBytes()];
        in.readBytes(body);
        return head.toFrame(FrameBody.of(body));
    }
}
