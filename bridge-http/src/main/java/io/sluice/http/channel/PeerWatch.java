package io.sluice.http.channel;

import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpServerConnection;
import java.io.IOException;
import org.xnio.conduits.ConduitStreamSourceChannel;
import org.xnio.conduits.StreamSourceConduit;

/**
 * Notices that a peer closes its connection while it waits for an answer: the listener does not read a connection whose
 * request is at work, so nobody else would. Confined to the connection's I/O thread.
 *
 * <p>A peer that shuts down only its sending side while waiting counts as gone. A peer that sends its next request already
 * (pipelining) is watched no longer.
 */
final class PeerWatch {
    private final HttpServerConnection connection;
    private final StreamSourceConduit source;
    private final Runnable onGone;
    private boolean watching;

    private PeerWatch(HttpServerConnection connection, Runnable onGone) {
        this.connection = connection;
        this.source = connection.getOriginalSourceConduit();
        this.onGone = onGone;
    }

    /** Watches from now on; the request has been read completely. */
    static PeerWatch start(HttpServerExchange exchange, Runnable onGone) {
        PeerWatch watch = new PeerWatch((HttpServerConnection) exchange.getConnection(), onGone);
        if (watch.connection.getExtraBytes() == null) {
            watch.watching = true;
            ConduitStreamSourceChannel channel = watch.connection.getChannel().getSourceChannel();
            channel.setReadListener(readable -> watch.readable());
            watch.source.resumeReads();
        }
        return watch;
    }

    private void readable() {
        if (!watching) {
            source.suspendReads();
            return;
        }
        PooledByteBuffer pooled = connection.getByteBufferPool().allocate();
        boolean kept = false;
        try {
            int read = source.read(pooled.getBuffer());
            if (read > 0) {
                stop();
                pooled.getBuffer().flip();
                connection.ungetRequestBytes(pooled);
                kept = true;
            } else if (read < 0) {
                gone();
            }
        } catch (IOException reset) {
            gone();
        } finally {
            if (!kept) {
                pooled.close();
            }
        }
    }

    private void gone() {
        stop();
        onGone.run();
    }

    /** Leaves the connection as the listener expects it at the end of a request. */
    void stop() {
        if (watching) {
            watching = false;
            source.suspendReads();
            connection.getChannel().getSourceChannel().setReadListener(null);
        }
    }
}
