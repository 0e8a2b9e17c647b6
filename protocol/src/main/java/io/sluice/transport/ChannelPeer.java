package io.sluice.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.sluice.model.SluiceException;
import io.sluice.wire.frame.Fields;
import io.sluice.wire.frame.Frame;
import io.sluice.wire.frame.FrameDecoder;
import io.sluice.wire.frame.FrameException;
import io.sluice.wire.frame.FrameHead;
import io.sluice.wire.frame.FrameWriter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection, last in its pipeline: hands requests to their lanes, answers to those who wait, and writes both.
 * Everything marked so runs on the event loop of the connection; the rest may be called by any thread.
 */
final class ChannelPeer extends ChannelInboundHandlerAdapter implements Peer {
    private static final Logger log = LoggerFactory.getLogger(ChannelPeer.class);

    private static final int SYSTEM_ERROR = 1;
    private static final int SYSTEM_BUSY = 2;
    private static final int NOT_SUPPORTED = 3;
    private static final String BUSY = "[OVERLOAD]system busy, start flow control for a while";

    private final Channel channel;
    private final RequestTable table;
    private final ConnectionLimits limits;
    private final PendingReplies replies;
    private final FrameWriter writer = new FrameWriter();
    private final Map<PeerSlot<?>, Object> slots = new ConcurrentHashMap<>(4);
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    /** Requests of the peer whose answer is still to come; those answered at once are not counted. */
    private final AtomicInteger inFlight = new AtomicInteger();

    private final InPlaceHandler.Answer answerInPlace = this::answerInPlace;
    /** The request being answered in place. Owned by the event loop. */
    private FrameHead inPlace;
    /** Event loop: whether the bytes read last made a frame whole. */
    private boolean frameCame;
    /** Event loop: whether frames of the read in progress are being worked on. */
    private boolean reading;
    /** Event loop: what is to run at the end of the read in progress. */
    private final Deque<Runnable> atEndOfRead = new ArrayDeque<>(0);
    /** Event loop: since when bytes come without making a frame whole, nanoseconds; 0 while they do. */
    private long partSinceNanos;

    private volatile InetSocketAddress remoteAddress;
    private volatile InetSocketAddress localAddress;
    private volatile String closeReason = "the peer closed it";

    /** Where the bodies of requests lie that come in; those of answers always lie on the heap. */
    enum Bodies {
        /** Copied, nobody need release them. */
        ON_HEAP,
        /** Slices of what was received. */
        RETAINED
    }

    private ChannelPeer(Channel channel, RequestTable table, ConnectionLimits limits, PendingReplies replies) {
        this.channel = channel;
        this.table = table;
        this.limits = limits;
        this.replies = replies;
    }

    /** Puts codec and peer into the pipeline of a new connection. */
    static ChannelPeer install(
            Channel channel, RequestTable table, ConnectionLimits limits, Bodies bodies, PendingReplies replies) {
        ChannelPeer peer = new ChannelPeer(channel, table, limits, replies);
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(limits.outboundLow(), limits.outboundHigh()));
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.addLast(new IdleStateHandler(0, 0, limits.idle().toMillis(), TimeUnit.MILLISECONDS));
        pipeline.addLast(peer.writer);
        pipeline.addLast(new FrameDecoder(bodies == Bodies.ON_HEAP, peer::take));
        pipeline.addLast(peer);
        channel.closeFuture().addListener(closed -> peer.end());
        return peer;
    }

    PendingReplies replies() {
        return replies;
    }

    // Event loop: the life of the connection.

    @Override
    public void channelActive(ChannelHandlerContext context) {
        remoteAddress = (InetSocketAddress) channel.remoteAddress();
        localAddress = (InetSocketAddress) channel.localAddress();
        context.fireChannelActive();
    }

    /** Fails what waits and tells the listeners. A connection that was never made is told about by whoever made it. */
    private void end() {
        endRead();
        log.debug("connection ended: peer={} reason={}", remoteAddress, closeReason);
        if (remoteAddress != null) {
            replies.end(new RemotingException(
                    RemotingException.Reason.CONNECTION_LOST,
                    "connection to %s ended: %s".formatted(remoteAddress, closeReason)));
        }
        ended.complete(null);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        // A peer that does not read its answers may not ask for more of them.
        channel.config().setAutoRead(channel.isWritable());
        context.fireChannelWritabilityChanged();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof IdleStateEvent) {
            close("idle for %d ms".formatted(limits.idle().toMillis()));
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
        if (failure instanceof DecoderException && failure.getCause() instanceof SluiceException damaged) {
            log.info("connection closed after a damaged frame: peer={} cause={}", remoteAddress, damaged.getMessage());
            close("damaged frame");
        } else if (failure instanceof IOException) {
            log.debug("connection failed: peer={} cause={}", remoteAddress, failure.toString());
            close(failure.toString());
        } else {
            log.warn("connection closed after an unexpected failure: peer={}", remoteAddress, failure);
            close("unexpected failure");
        }
    }

    // Event loop: what came in.

    private boolean take(FrameHead head, ByteBuffer body) {
        frameCame = true;
        reading = true;
        InPlaceHandler handler = head.isAnswer() ? null : table.findInPlace(head.code());
        if (handler == null || inFlight.get() >= limits.inFlightMax()) {
            return false;
        }
        inPlace = head;
        try {
            return handler.handle(head, body, this, answerInPlace);
        } catch (RuntimeException failed) {
            answerFailure(head.toFrame(), failed);
            return true;
        }
    }

    private void answerInPlace(int code, Fields fields) {
        if (!inPlace.isOneWay() && mayWrite()) {
            writer.writeAnswer(inPlace, code, fields);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        frameCame = true;
        Frame frame = (Frame) message;
        if (!frame.isAnswer()) {
            dispatch(frame);
        } else if (!replies.complete(frame)) {
            log.debug(
                    "answer to a request nobody waits for any more: peer={} opaque={}", remoteAddress, frame.opaque());
            frame.release();
        }
    }

    /** A peer that sends a frame byte by byte is never idle, and holds what it sent for as long as it likes. */
    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        endRead();
        if (frameCame) {
            partSinceNanos = 0;
        } else if (partSinceNanos == 0) {
            partSinceNanos = System.nanoTime() | 1;
        } else if (System.nanoTime() - partSinceNanos > limits.idle().toNanos()) {
            close("no whole frame for %d ms".formatted(limits.idle().toMillis()));
        }
        frameCame = false;
        context.fireChannelReadComplete();
    }

    private void endRead() {
        reading = false;
        for (Runnable step = atEndOfRead.poll(); step != null; step = atEndOfRead.poll()) {
            try {
                step.run();
            } catch (RuntimeException failed) {
                log.warn("a step at the end of a read failed: peer={}", remoteAddress, failed);
            }
        }
    }

    private void dispatch(Frame request) {
        Optional<RequestTable.Row> row = table.find(request.code());
        if (row.isEmpty()) {
            refuse(request, NOT_SUPPORTED, " request type %d not supported".formatted(request.code()));
        } else if (inFlight.get() >= limits.inFlightMax()) {
            refuse(request, SYSTEM_BUSY, BUSY);
        } else if (row.get().lane() == RequestTable.EVENT_LOOP) {
            run(request, row.get().handler());
        } else {
            handOver(request, row.get());
        }
    }

    private void handOver(Frame request, RequestTable.Row row) {
        inFlight.incrementAndGet();
        try {
            row.lane().execute(() -> {
                try {
                    run(request, row.handler());
                } finally {
                    inFlight.decrementAndGet();
                }
            });
        } catch (RejectedExecutionException full) {
            inFlight.decrementAndGet();
            log.debug(
                    "lane refused a request: code={} peer={} cause={}", request.code(), remoteAddress, full.toString());
            refuse(request, SYSTEM_BUSY, BUSY);
        }
    }

    // On the lane of the request.

    private void run(Frame request, RequestHandler handler) {
        CompletionStage<Frame> stage;
        try {
            stage = handler.handle(request, this);
        } catch (RuntimeException | Error failed) {
            answerFailure(request, failed);
            return;
        }
        if (isAnswered(stage)) {
            answer(request, stage.toCompletableFuture().join());
            return;
        }
        inFlight.incrementAndGet();
        stage.whenComplete((answer, failure) -> {
            inFlight.decrementAndGet();
            if (failure != null) {
                answerFailure(request, failure);
            } else {
                answer(request, answer);
            }
        });
    }

    /** Only of plain futures: a minimal stage is a CompletableFuture too, and refuses to be asked. */
    private static boolean isAnswered(CompletionStage<Frame> stage) {
        return stage.getClass() == CompletableFuture.class
                && stage.toCompletableFuture().isDone()
                && !stage.toCompletableFuture().isCompletedExceptionally();
    }

    private void answerFailure(Frame request, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof SluiceException) {
            log.debug("request failed: code={} peer={} cause={}", request.code(), remoteAddress, cause.getMessage());
        } else {
            log.warn("request failed unexpectedly: code={} peer={}", request.code(), remoteAddress, cause);
        }
        refuse(request, SYSTEM_ERROR, cause.getClass().getSimpleName() + ": " + cause.getMessage());
    }

    private void refuse(Frame request, int code, String remark) {
        answer(request, Frame.answer(code, remark));
    }

    private void answer(Frame request, Frame answer) {
        if (answer == null) {
            answerFailure(request, new IllegalStateException("the handler gave no answer"));
            return;
        }
        if (request.isOneWay()) {
            answer.release();
        } else {
            send(answer.answering(request));
        }
        request.release();
    }

    // Any thread: what goes out.

    @Override
    public CompletionStage<Frame> call(Frame request, Duration timeout) {
        try {
            PendingReplies.Ticket ticket = replies.open(request.code(), timeout);
            write(request.asking(ticket.opaque(), false), ticket);
            return ticket.answer();
        } catch (RemotingException refused) {
            request.release();
            return CompletableFuture.failedFuture(refused);
        }
    }

    /** Writes a request whose ticket was taken before; a failure to write fails the ticket. */
    void write(Frame request, PendingReplies.Ticket ticket) {
        if (channel.eventLoop().inEventLoop()) {
            writeNow(request, ticket);
        } else if (!onLoop(request, () -> writeNow(request, ticket))) {
            replies.fail(
                    ticket.opaque(),
                    new RemotingException(
                            RemotingException.Reason.CLOSED,
                            "request %d to %s was not sent: the event loops have ended"
                                    .formatted(request.code(), remoteAddress)));
        }
    }

    private void writeNow(Frame request, PendingReplies.Ticket ticket) {
        if (!mayWrite(request)) {
            return;
        }
        channel.write(request).addListener(done -> {
            if (!done.isSuccess()) {
                replies.fail(ticket.opaque(), notWritten(request, done.cause()));
            }
        });
    }

    /** Only a frame that was refused before its first byte has certainly had no effect. */
    private RemotingException notWritten(Frame request, Throwable cause) {
        RemotingException.Reason reason = cause instanceof FrameException
                ? RemotingException.Reason.NOT_SENT
                : RemotingException.Reason.CONNECTION_LOST;
        return new RemotingException(
                reason,
                "request %d to %s was not sent: %s".formatted(request.code(), remoteAddress, cause.getMessage()),
                cause);
    }

    @Override
    public void oneWay(Frame request) {
        send(request.asking(replies.nextOpaque(), true));
    }

    private void send(Frame frame) {
        if (channel.eventLoop().inEventLoop()) {
            writeNow(frame);
        } else {
            onLoop(frame, () -> writeNow(frame));
        }
    }

    private void writeNow(Frame frame) {
        if (!mayWrite(frame)) {
            return;
        }
        if (frame.isAnswer()) {
            // Nobody waits to hear that it has left; a lost connection comes to exceptionCaught.
            channel.write(frame, channel.voidPromise());
        } else {
            channel.write(frame).addListener(done -> {
                if (!done.isSuccess()) {
                    log.debug(
                            "not written: {} peer={} cause={}",
                            frame,
                            remoteAddress,
                            done.cause().toString());
                }
            });
        }
    }

    @Override
    public void soon(Runnable step) {
        if (reading && channel.eventLoop().inEventLoop()) {
            atEndOfRead.add(step);
        } else {
            channel.eventLoop().execute(step);
        }
    }

    private boolean onLoop(Frame frame, Runnable step) {
        try {
            channel.eventLoop().execute(step);
            return true;
        } catch (RejectedExecutionException stopped) {
            log.debug("frame dropped, the event loop has ended: {} cause={}", frame, stopped.toString());
            frame.release();
            return false;
        }
    }

    private boolean mayWrite(Frame frame) {
        boolean may = mayWrite();
        if (!may) {
            frame.release();
        }
        return may;
    }

    private boolean mayWrite() {
        if (ended.isDone() || !channel.isActive()) {
            return false;
        }
        if (channel.bytesBeforeWritable() > limits.outboundMax() - limits.outboundLow()) {
            log.warn(
                    "connection cut, the peer does not read: peer={} limit={} bytes",
                    remoteAddress,
                    limits.outboundMax());
            close("more than %d bytes wait to be read by the peer".formatted(limits.outboundMax()));
            return false;
        }
        return true;
    }

    @Override
    public void close(String reason) {
        if (channel.isOpen()) {
            closeReason = reason;
        }
        channel.close();
    }

    /** Whether no answer of this side is still to come. */
    boolean isIdle() {
        return inFlight.get() == 0;
    }

    void awaitEnd(long timeoutMs) {
        channel.closeFuture().awaitUninterruptibly(timeoutMs);
    }

    @Override
    public void onClose(Runnable listener) {
        ended.whenComplete((nothing, never) -> {
            try {
                listener.run();
            } catch (RuntimeException failed) {
                log.warn("a listener failed when a connection ended: peer={}", remoteAddress, failed);
            }
        });
    }

    @Override
    public boolean isOpen() {
        return channel.isActive() && !ended.isDone();
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return remoteAddress;
    }

    @Override
    public InetSocketAddress localAddress() {
        return localAddress;
    }

    @Override
    @SuppressWarnings("unchecked") // put() takes only values of the slot's type
    public <T> Optional<T> get(PeerSlot<T> slot) {
        return Optional.ofNullable((T) slots.get(slot));
    }

    @Override
    public <T> void put(PeerSlot<T> slot, T value) {
        slots.put(slot, value);
    }

    @Override
    public String toString() {
        return "peer " + remoteAddress;
    }
}
