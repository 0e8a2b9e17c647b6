package io.sluice.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameCodec;
import io.sluice.wire.frame.FrameDecoder;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;

/** A plain socket that may behave as badly as it likes. */
final class RawConnection implements AutoCloseable {
    private static final int PATIENCE_MS = 60_000;

    private final Socket socket = new Socket();

    RawConnection(String address) throws IOException {
        socket.setSoTimeout(PATIENCE_MS);
        InetSocketAddress target = Addresses.parse(address);
        socket.connect(target, PATIENCE_MS);
    }

    /** In one piece. */
    void send(Frame... frames) throws IOException {
        ByteBuf bytes = UnpooledByteBufAllocator.DEFAULT.buffer();
        try {
            for (Frame frame : frames) {
                ByteBuf encoded = FrameCodec.encode(frame, UnpooledByteBufAllocator.DEFAULT);
                bytes.writeBytes(encoded);
                encoded.release();
            }
            OutputStream out = socket.getOutputStream();
            bytes.readBytes(out, bytes.readableBytes());
            out.flush();
        } finally {
            bytes.release();
        }
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    Frame receive() throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        int total = in.readInt();
        byte[] rest = in.readNBytes(total);
        EmbeddedChannel decoder = new EmbeddedChannel(new FrameDecoder(true));
        decoder.writeInbound(decoder.alloc().buffer().writeInt(total).writeBytes(rest));
        Frame frame = decoder.readInbound();
        decoder.finishAndReleaseAll();
        return frame;
    }

    /** Waits for the other side to end the connection, which may show as its end or as a reset. */
    boolean isEnded() throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (java.net.SocketException reset) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
