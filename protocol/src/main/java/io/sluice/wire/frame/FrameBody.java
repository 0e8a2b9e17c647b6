package io.sluice.wire.frame;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The bytes after the header.
 *
 * <p><b>Ownership.</b> A body that holds memory from elsewhere (a pooled buffer, mapped slices) is released exactly once by
 * whoever has the frame last:
 * <ul>
 *   <li>a request that came in belongs to the transport, which releases it when the stage of its handler completes; a
 *       handler that needs the bytes longer copies them with {@link #toByteArray};
 *   <li>a reply or request given to the transport belongs to it from that moment: it is released after the last byte was
 *       written, or when it cannot be written;
 *   <li>a reply that the transport hands to a caller lies on the heap: releasing it is harmless and not needed.
 * </ul>
 * Releasing twice is harmless; reading after a release is an error.
 */
public abstract sealed class FrameBody {
    public static final FrameBody NONE = new Heap(new byte[0]);

    private FrameBody() {}

    /** Bytes on the heap, not to be changed afterwards. */
    public static FrameBody of(byte[] bytes) {
        return bytes.length == 0 ? NONE : new Heap(bytes);
    }

    /** Takes over the buffer: it is released with the body. */
    public static FrameBody of(ByteBuf buffer) {
        return new Buffer(buffer);
    }

    /**
     * Slices written one after the other without being copied (small ones are copied, which is cheaper).
     *
     * @param slices     between position and limit of each; not to be touched by others before {@code onReleased} ran
     * @param onReleased runs exactly once, on any thread, when the slices are no longer needed
     */
    public static FrameBody slices(List<ByteBuffer> slices, Runnable onReleased) {
        return new Slices(List.copyOf(slices), onReleased);
    }

    public abstract int length();

    /** Appends all bytes; the body stays as it is. */
    abstract void copyTo(ByteBuf out);

    /** The bytes as buffers that may be written once without copying; releasing those buffers does not release the body. */
    abstract List<ByteBuf> buffers();

    /** Whether it is so many small pieces that copying them is cheaper than writing each. */
    boolean isScattered() {
        return false;
    }

    /** A copy on the heap. */
    public abstract byte[] toByteArray();

    /** A view between position 0 and {@link #length}, valid until the release; copies if there are several slices. */
    public abstract ByteBuffer nioBuffer();

    public abstract void release();

    /** The length only: bodies are never logged. */
    @Override
    public String toString() {
        return length() + " bytes";
    }

    private static final class Heap extends FrameBody {
        private final byte[] bytes;

        Heap(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public int length() {
            return bytes.length;
        }

        @Override
        void copyTo(ByteBuf out) {
            out.writeBytes(bytes);
        }

        @Override
        List<ByteBuf> buffers() {
            return List.of(Unpooled.wrappedBuffer(bytes));
        }

        @Override
        public byte[] toByteArray() {
            return bytes.clone();
        }

        @Override
        public ByteBuffer nioBuffer() {
            return ByteBuffer.wrap(bytes);
        }

        @Override
        public void release() {}
    }

    private static final class Buffer extends FrameBody {
        private final ByteBuf buffer;
        private final int length;
        private final AtomicBoolean released = new AtomicBoolean();

        Buffer(ByteBuf buffer) {
            this.buffer = buffer;
            this.length = buffer.readableBytes();
        }

        @Override
        public int length() {
            return length;
        }

        @Override
        void copyTo(ByteBuf out) {
            out.writeBytes(buffer, buffer.readerIndex(), length);
        }

        @Override
        List<ByteBuf> buffers() {
            return List.of(buffer.retainedDuplicate());
        }

        @Override
        public byte[] toByteArray() {
            byte[] copy = new byte[length];
            buffer.getBytes(buffer.readerIndex(), copy);
            return copy;
        }

        @Override
        public ByteBuffer nioBuffer() {
            return buffer.nioBuffer(buffer.readerIndex(), length).slice();
        }

        @Override
        public void release() {
            if (released.compareAndSet(false, true)) {
                buffer.release();
            }
        }
    }

    private static final class Slices extends FrameBody {
        /** A smaller piece costs more as an entry of the outbound queue than as a copy. */
        private static final int PIECE_MIN_BYTES = 4096;

        private final List<ByteBuffer> slices;
        private final Runnable onReleased;
        private final int length;
        private final AtomicBoolean released = new AtomicBoolean();

        Slices(List<ByteBuffer> slices, Runnable onReleased) {
            this.slices = slices;
            this.onReleased = onReleased;
            long sum = 0;
            for (ByteBuffer slice : slices) {
                sum += slice.remaining();
            }
            this.length = Math.toIntExact(sum);
        }

        @Override
        boolean isScattered() {
            return slices.size() > 1 && length / slices.size() < PIECE_MIN_BYTES;
        }

        @Override
        public int length() {
            return length;
        }

        @Override
        void copyTo(ByteBuf out) {
            for (ByteBuffer slice : slices) {
                int begin = slice.position();
                out.writeBytes(slice);
                slice.position(begin);
            }
        }

        @Override
        List<ByteBuf> buffers() {
            List<ByteBuf> buffers = new ArrayList<>(slices.size());
            for (ByteBuffer slice : slices) {
                buffers.add(Unpooled.wrappedBuffer(slice.duplicate()));
            }
            return buffers;
        }

        @Override
        public byte[] toByteArray() {
            byte[] copy = new byte[length];
            int at = 0;
            for (ByteBuffer slice : slices) {
                int bytes = slice.remaining();
                slice.duplicate().get(copy, at, bytes);
                at += bytes;
            }
            return copy;
        }

        @Override
        public ByteBuffer nioBuffer() {
            return slices.size() == 1 ? slices.get(0).slice() : ByteBuffer.wrap(toByteArray());
        }

        @Override
        public void release() {
            if (released.compareAndSet(false, true)) {
                onReleased.run();
            }
        }
    }
}
