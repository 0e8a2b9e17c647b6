package io.sluice.wire.frame;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.Future;
import io.sluice.wire.json.JsonBytes;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns frames into bytes and decides when they are flushed.
 *
 * <p>Small frames are collected in one pooled buffer and go out together: at the end of the read that caused them, or, for
 * frames written at other times, in a task behind the writes already waiting. Large bodies follow their header as buffers
 * of their own, without a copy. A request that is written while much has been read leaves at once, so that the other side
 * works on it while the rest is read. The body of a frame is released when its bytes have left or when writing failed.
 * Confined to the event loop of its connection. Stands before the decoder in the pipeline, so that what a frame causes while
 * it is decoded is part of the read.
 */
public final class FrameWriter extends ChannelDuplexHandler {
    private static final Logger log = LoggerFactory.getLogger(FrameWriter.class);

    private static final int SYSTEM_ERROR = 1;
    /** Bodies up to this size are copied behind their header: cheaper than further entries in the outbound queue. */
    private static final int COPY_MAX_BYTES = 16 * 1024;

    /** Bodies in many small pieces are copied up to this size. */
    private static final int SCATTERED_MAX_BYTES = 1024 * 1024;

    /** A read of so much takes longer than a system call. */
    private static final int MUCH_BYTES = 64 * 1024;

    private static final int BATCH_MIN_BYTES = 1024;
    private static final int BATCH_MAX_BYTES = 64 * 1024;

    private final HeadWriter writer = new HeadWriter();
    /** Memory of the writer: the header written last. */
    private final JsonBytes head = writer.bytes();

    private ChannelHandlerContext place;
    /** Collected bytes not yet written; {@code null} when there are none. */
    private ByteBuf batch;
    /** Those who want to know when the batch has left. */
    private List<ChannelPromise> batchPromises = new ArrayList<>(0);

    private int nextBatchBytes = BATCH_MIN_BYTES;
    private boolean reading;
    /** What has come in this read since the last flush. */
    private int readBytes;

    private boolean unflushed;
    private boolean flushScheduled;

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (!(message instanceof Frame asked)) {
            context.write(message, promise);
            return;
        }
        Frame frame = encodable(asked, promise);
        if (frame == null) {
            return;
        }
        if (frame.body().length() <= COPY_MAX_BYTES) {
            collect(context, frame, promise);
        } else if (frame.body().isScattered() && frame.body().length() <= SCATTERED_MAX_BYTES) {
            copyThrough(context, frame, promise);
        } else {
            writeThrough(context, frame, promise);
        }
        unflushed = true;
        if (reading && readBytes >= MUCH_BYTES && !frame.isAnswer()) {
            flush(context);
        } else {
            flushSoon(context);
        }
    }

    /**
     * Writes an answer without a body as if it came as a frame; on the event loop.
     *
     * @throws FrameException when the header is larger than may be sent; nothing is written then
     */
    public void writeAnswer(FrameHead request, int code, Fields fields) {
        writer.writeAnswer(request, code, fields);
        roomFor(place, head.length());
        batch.writeBytes(head.array(), 0, head.length());
        flushSoon(place);
    }

    private void flushSoon(ChannelHandlerContext context) {
        unflushed = true;
        if (!reading && !flushScheduled) {
            flushScheduled = true;
            context.executor().execute(() -> flushLate(context));
        }
    }

    /**
     * The frame whose header now lies in {@link #head}. An answer that cannot be written is replaced by one that says so,
     * because its asker waits; of a request the writer is told, and {@code null} answered.
     */
    private Frame encodable(Frame frame, ChannelPromise promise) {
        try {
            writer.write(frame);
            return frame;
        } catch (RuntimeException refused) {
            frame.release();
            if (!frame.isAnswer()) {
                promise.tryFailure(refused);
                return null;
            }
            log.warn("answer cannot be written: {} cause={}", frame, refused.toString());
            Frame instead = Frame.answer(SYSTEM_ERROR, "the answer cannot be written: " + refused.getMessage())
                    .answering(frame);
            writer.write(instead);
            return instead;
        }
    }

    private void collect(ChannelHandlerContext context, Frame frame, ChannelPromise promise) {
        roomFor(context, head.length() + frame.body().length());
        try {
            batch.writeBytes(head.array(), 0, head.length());
            frame.body().copyTo(batch);
        } finally {
            frame.release();
        }
        if (!promise.isVoid()) {
            batchPromises.add(promise);
        }
    }

    private void roomFor(ChannelHandlerContext context, int bytes) {
        if (batch != null && batch.readableBytes() + bytes > BATCH_MAX_BYTES) {
            writeBatch(context);
        }
        if (batch == null) {
            batch = context.alloc().ioBuffer(Math.max(bytes, nextBatchBytes));
        }
    }

    private void writeBatch(ChannelHandlerContext context) {
        if (batch == null) {
            return;
        }
        ByteBuf full = batch;
        batch = null;
        // The next batch is probably about as large as this one.
        nextBatchBytes = Math.max(BATCH_MIN_BYTES, Math.min(BATCH_MAX_BYTES, full.readableBytes()));
        if (batchPromises.isEmpty()) {
            context.write(full, context.voidPromise());
            return;
        }
        List<ChannelPromise> promises = batchPromises;
        batchPromises = new ArrayList<>(promises.size());
        context.write(full).addListener(written -> promises.forEach(promise -> complete(promise, written)));
    }

    private void copyThrough(ChannelHandlerContext context, Frame frame, ChannelPromise promise) {
        writeBatch(context);
        ByteBuf all = context.alloc().ioBuffer(head.length() + frame.body().length());
        try {
            all.writeBytes(head.array(), 0, head.length());
            frame.body().copyTo(all);
        } finally {
            frame.release();
        }
        context.write(all, promise);
    }

    private void writeThrough(ChannelHandlerContext context, Frame frame, ChannelPromise promise) {
        writeBatch(context);
        ByteBuf header = context.alloc().ioBuffer(head.length());
        header.writeBytes(head.array(), 0, head.length());
        context.write(header, context.voidPromise());
        List<ByteBuf> buffers = frame.body().buffers();
        for (ByteBuf buffer : buffers.subList(0, buffers.size() - 1)) {
            context.write(buffer, context.voidPromise());
        }
        context.write(buffers.get(buffers.size() - 1)).addListener(written -> {
            frame.release();
            complete(promise, written);
        });
    }

    private static void complete(ChannelPromise promise, Future<?> written) {
        if (promise.isVoid()) {
            return;
        }
        if (written.isSuccess()) {
            promise.trySuccess();
        } else {
            promise.tryFailure(written.cause());
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        reading = true;
        if (message instanceof ByteBuf bytes) {
            readBytes += bytes.readableBytes();
        }
        context.fireChannelRead(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.fireChannelReadComplete();
        reading = false;
        readBytes = 0;
        flush(context);
    }

    private void flushLate(ChannelHandlerContext context) {
        flushScheduled = false;
        if (!reading) {
            flush(context);
        }
    }

    @Override
    public void flush(ChannelHandlerContext context) {
        if (unflushed) {
            unflushed = false;
            readBytes = 0;
            writeBatch(context);
            context.flush();
        }
    }

    /** What was written before a close still goes out. */
    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        flush(context);
        context.close(promise);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        place = context;
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (batch != null) {
            batch.release();
            batch = null;
        }
        batchPromises.forEach(promise -> promise.tryFailure(new ClosedChannelException()));
        batchPromises.clear();
    }
}
