package io.sluice.http.channel;

import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.ChannelListener;
import org.xnio.XnioExecutor;
import org.xnio.channels.StreamSourceChannel;

/**
 * Receives the body of one request without blocking. Confined to the connection's I/O thread.
 *
 * <p>Memory follows what has arrived, not what was announced; an announced length over the limit is refused before anything
 * is read.
 */
final class BodyReader implements ChannelListener<StreamSourceChannel> {
    private static final Logger log = LoggerFactory.getLogger(BodyReader.class);
    private static final int FIRST_BYTES = 16 * 1024;

    private final HttpServerExchange exchange;
    private final Gate gate;
    private final int maxBytes;
    private final Outcome outcome;
    private StreamSourceChannel channel;
    private XnioExecutor.Key deadline;
    private byte[] bytes = {};
    private int length;
    private boolean done;

    /** Exactly one of these is called, once, unless the reader is {@linkplain #stop stopped} before. */
    interface Outcome {
        void received(byte[] body);

        /** The rest of the body is unread. */
        void refused(Problem problem);
    }

    BodyReader(HttpServerExchange exchange, Gate gate, int maxBytes, Outcome outcome) {
        this.exchange = exchange;
        this.gate = gate;
        this.maxBytes = maxBytes;
        this.outcome = outcome;
    }

    void start(Duration within) {
        if (exchange.isRequestComplete()) {
            finish(() -> outcome.received(bytes));
            return;
        }
        if (exchange.getRequestContentLength() > maxBytes) {
            refuse(tooLarge("%d bytes".formatted(exchange.getRequestContentLength())));
            return;
        }
        deadline = exchange.getIoThread()
                .executeAfter(() -> refuse(tooSlow(within)), within.toMillis(), TimeUnit.MILLISECONDS);
        channel = exchange.getRequestChannel();
        channel.getReadSetter().set(this);
        handleEvent(channel);
    }

    /** Takes what has arrived; called again whenever more has. */
    @Override
    public void handleEvent(StreamSourceChannel readable) {
        if (done) {
            return;
        }
        try (PooledByteBuffer pooled =
                exchange.getConnection().getByteBufferPool().allocate()) {
            ByteBuffer buffer = pooled.getBuffer();
            while (!done) {
                buffer.clear();
                int read = readable.read(buffer);
                if (read < 0) {
                    finish(() -> outcome.received(length == bytes.length ? bytes : Arrays.copyOf(bytes, length)));
                } else if (read == 0) {
                    readable.resumeReads();
                    return;
                } else {
                    take(buffer.flip());
                }
            }
        } catch (IOException brokenOff) {
            log.debug("a body broke off: peer={} received={}", exchange.getSourceAddress(), length, brokenOff);
            refuse(Problem.of(
                    ProblemType.BAD_BODY,
                    "the body broke off or is not correctly chunked after %d bytes".formatted(length)));
        }
    }

    private void take(ByteBuffer arrived) {
        int more = arrived.remaining();
        if (more > maxBytes - length) {
            refuse(tooLarge("more"));
            return;
        }
        if (more > bytes.length - length && !grow(length + more)) {
            refuse(Problem.of(ProblemType.BUSY, "the bound on buffered bytes is reached; the body was not taken"));
            return;
        }
        arrived.get(bytes, length, more);
        length += more;
    }

    private boolean grow(int needed) {
        long announced = exchange.getRequestContentLength();
        long ceiling = announced >= needed ? announced : maxBytes;
        int size = (int) Math.min(ceiling, Math.max(needed, Math.max(FIRST_BYTES, 2L * bytes.length)));
        if (!gate.tryReserve(size - bytes.length)) {
            return false;
        }
        bytes = Arrays.copyOf(bytes, size);
        return true;
    }

    private Problem tooLarge(String found) {
        if (maxBytes == 0) {
            return Problem.of(ProblemType.BAD_BODY, "the call takes no body, and one came");
        }
        return Problem.of(ProblemType.TOO_LARGE, "the body has %s; the limit is %d bytes".formatted(found, maxBytes))
                .with("maxBytes", maxBytes);
    }

    private Problem tooSlow(Duration within) {
        return Problem.of(
                ProblemType.BODY_TOO_SLOW,
                "%d bytes of the body arrived within %s, not all of it".formatted(length, Times.text(within)));
    }

    private void refuse(Problem problem) {
        finish(() -> outcome.refused(problem));
    }

    private void finish(Runnable tell) {
        if (!done) {
            stop();
            tell.run();
        }
    }

    /** Reads no more and tells nothing more. */
    void stop() {
        done = true;
        if (deadline != null) {
            deadline.remove();
        }
        if (channel != null) {
            channel.suspendReads();
        }
    }

    /** Bytes of memory taken from the {@link Gate} for this body. */
    long reservedBytes() {
        return bytes.length;
    }

    long receivedBytes() {
        return length;
    }

    /** The channel of a body that was not read to its end; asked at most once. */
    StreamSourceChannel leftover() {
        return channel == null ? exchange.getRequestChannel() : channel;
    }
}
