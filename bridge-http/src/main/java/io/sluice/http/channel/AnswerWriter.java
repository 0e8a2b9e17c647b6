package io.sluice.http.channel;

import io.sluice.http.channel.BodySource.Piece;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.ChannelListener;
import org.xnio.XnioExecutor;
import org.xnio.channels.StreamSinkChannel;

/**
 * Hands one answer to the connection, no faster than the peer takes it. Confined to the connection's I/O thread; pieces are
 * made on worker threads, one at a time. An answer that fits in its first piece has a {@code Content-Length}, a longer one
 * is chunked.
 */
final class AnswerWriter implements ChannelListener<StreamSinkChannel> {
    private static final Logger log = LoggerFactory.getLogger(AnswerWriter.class);

    private final HttpServerExchange exchange;
    private final Connector connector;
    private final long stalledWriteNanos;
    private Answer answer;
    private StreamSinkChannel channel;
    private ByteBuffer piece = ByteBuffer.allocate(0);
    /** Bytes of the present piece as counted at the {@link Gate}. */
    private int reserved;

    private boolean last;
    private boolean shutDown;
    private boolean ended;
    private long progressAtNanos;
    private XnioExecutor.Key stallCheck;
    private long bytes;

    /** What the writer needs of the conversation it belongs to. */
    interface Connector {
        void onWorker(Runnable task);

        /** Runs the task on the I/O thread; when that has ended, the other one here. */
        void onIo(Runnable task, Runnable ifGone);

        Gate gate();

        /** The last byte was handed over and flushed. */
        void written();

        /** Nothing more can be written; the connection is of no use. */
        void broken();
    }

    AnswerWriter(HttpServerExchange exchange, Connector connector, long stalledWriteNanos) {
        this.exchange = exchange;
        this.connector = connector;
        this.stalledWriteNanos = stalledWriteNanos;
    }

    void start(Answer said) {
        answer = said;
        if (said instanceof Answer.Whole whole) {
            take(new Piece(ByteBuffer.wrap(whole.body()), true));
        } else {
            askForPiece();
        }
    }

    private void askForPiece() {
        BodySource source = ((Answer.Flowing) answer).source();
        connector.onWorker(() -> nextOf(source).whenComplete((made, failure) -> arrived(made, failure)));
    }

    private static CompletionStage<Piece> nextOf(BodySource source) {
        try {
            return source.next();
        } catch (RuntimeException | Error failed) {
            return CompletableFuture.failedStage(failed);
        }
    }

    private void arrived(Piece made, Throwable failure) {
        Runnable go = failure == null ? () -> take(made) : () -> fail(failure);
        connector.onIo(go, () -> {});
    }

    private void fail(Throwable failure) {
        if (ended) {
            return;
        }
        Problem problem = Problems.of(failure, "writing the answer");
        if (channel == null) {
            tellSource(false);
            start(Answer.problem(problem));
        } else {
            connector.broken();
        }
    }

    private void take(Piece made) {
        if (ended) {
            return;
        }
        piece = made.bytes();
        last = made.last();
        reserved = piece.remaining();
        bytes += reserved;
        connector.gate().reserve(reserved);
        if (channel == null) {
            begin();
        }
        handleEvent(channel);
    }

    private void begin() {
        exchange.setStatusCode(answer.status());
        answer.headers().forEach((name, value) -> exchange.getResponseHeaders().put(new HttpString(name), value));
        String contentType =
                answer instanceof Answer.Whole whole ? whole.contentType() : ((Answer.Flowing) answer).contentType();
        if (!contentType.isEmpty()) {
            exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, contentType);
        }
        if (last) {
            exchange.setResponseContentLength(piece.remaining());
        }
        channel = exchange.getResponseChannel();
        channel.getWriteSetter().set(this);
        progressAtNanos = System.nanoTime();
    }

    /** Writes what can be written; called again whenever the socket takes more. */
    @Override
    public void handleEvent(StreamSinkChannel writable) {
        if (ended) {
            return;
        }
        try {
            while (piece.hasRemaining()) {
                if (writable.write(piece) == 0) {
                    awaitWritable(writable);
                    return;
                }
                progressAtNanos = System.nanoTime();
            }
            if (last && !shutDown) {
                shutDown = true;
                writable.shutdownWrites();
            }
            if (!writable.flush()) {
                awaitWritable(writable);
                return;
            }
            if (ended) {
                return;
            }
            writable.suspendWrites();
            connector.gate().release(reserved);
            reserved = 0;
            if (last) {
                connector.written();
            } else {
                askForPiece();
            }
        } catch (IOException peerLeft) {
            connector.broken();
        }
    }

    private void awaitWritable(StreamSinkChannel full) {
        if (stallCheck == null) {
            checkStallAfter(stalledWriteNanos);
        }
        full.resumeWrites();
    }

    private void checkStallAfter(long nanos) {
        stallCheck = exchange.getIoThread()
                .executeAfter(this::checkStall, Math.max(1, nanos / 1_000_000), TimeUnit.MILLISECONDS);
    }

    private void checkStall() {
        stallCheck = null;
        if (ended || !channel.isWriteResumed()) {
            return;
        }
        long left = stalledWriteNanos - (System.nanoTime() - progressAtNanos);
        if (left > 0) {
            checkStallAfter(left);
            return;
        }
        log.debug(
                "gave up an answer of which the peer took nothing: peer={} bytes={}",
                exchange.getConnection().getPeerAddress(),
                bytes);
        connector.broken();
    }

    /** The conversation is over, whichever way; tells the source how it ended. Once. */
    void over(boolean connectionOpen) {
        if (ended) {
            return;
        }
        ended = true;
        if (stallCheck != null) {
            stallCheck.remove();
        }
        connector.gate().release(reserved);
        reserved = 0;
        tellSource(connectionOpen && last && !piece.hasRemaining());
    }

    private void tellSource(boolean whole) {
        if (answer instanceof Answer.Flowing flowing) {
            flowing.source().ended(whole);
        }
    }

    int status() {
        return channel == null ? 0 : answer.status();
    }

    /** Of the answer's body, handed to the connection or about to be. */
    long bytes() {
        return bytes - piece.remaining();
    }
}
