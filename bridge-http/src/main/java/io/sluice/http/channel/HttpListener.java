package io.sluice.http.channel;

import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.handlers.HttpContinueReadHandler;
import java.net.InetSocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.Options;

/**
 * The listening socket and its threads, HTTP/1.1 with keep-alive. {@link #start} binds, {@link #close} lets calls under way
 * finish and unbinds; both once, any thread.
 *
 * <p>Bytes that are no HTTP request, and heads over the bounds, are answered by the HTTP library itself with a bare
 * {@code 400} and the end of the connection.
 */
public final class HttpListener implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HttpListener.class);
    private static final int SOCKET_BUFFER_BYTES = 16 * 1024;
    private static final int PARAMETERS_MAX = 256;

    private final ListenerConfig config;
    private final Reception reception;
    private final Undertow server;
    private boolean started;
    private boolean closed;
    private volatile InetSocketAddress localAddress;

    public HttpListener(ListenerConfig config, PathTable paths, Gate gate, CallListener listener) {
        this.config = config;
        this.reception = new Reception(config, paths, gate, listener);
        this.server = build(config, reception);
    }

    private static Undertow build(ListenerConfig config, Reception reception) {
        Bounds bounds = config.bounds();
        Patience patience = config.patience();
        return Undertow.builder()
                .addHttpListener(config.port(), config.bindAddress())
                .setHandler(new HttpContinueReadHandler(reception))
                .setIoThreads(config.ioThreads())
                .setWorkerThreads(config.workerThreads())
                .setBufferSize(SOCKET_BUFFER_BYTES)
                .setDirectBuffers(true)
                .setWorkerOption(Options.WORKER_NAME, "http")
                .setSocketOption(Options.CONNECTION_HIGH_WATER, bounds.connections())
                .setSocketOption(Options.CONNECTION_LOW_WATER, bounds.connections())
                .setServerOption(UndertowOptions.MAX_HEADER_SIZE, bounds.headBytes())
                .setServerOption(UndertowOptions.MAX_HEADERS, bounds.headers())
                .setServerOption(UndertowOptions.MAX_PARAMETERS, PARAMETERS_MAX)
                .setServerOption(UndertowOptions.NO_REQUEST_TIMEOUT, (int)
                        patience.idle().toMillis())
                .setServerOption(UndertowOptions.REQUEST_PARSE_TIMEOUT, (int)
                        patience.head().toMillis())
                .setServerOption(UndertowOptions.SHUTDOWN_TIMEOUT, (int)
                        patience.closing().toMillis())
                // Each route has its own bound, which BodyReader keeps.
                .setServerOption(UndertowOptions.MAX_ENTITY_SIZE, -1L)
                // Paths and queries are decoded by UrlText, which tells the caller what is wrong with them.
                .setServerOption(UndertowOptions.DECODE_URL, false)
                .setServerOption(UndertowOptions.ALLOW_UNESCAPED_CHARACTERS_IN_URL, true)
                // An answer must not wait in a buffer for the answer to the next pipelined request.
                .setServerOption(UndertowOptions.BUFFER_PIPELINED_DATA, false)
                .setServerOption(UndertowOptions.ALWAYS_SET_KEEP_ALIVE, false)
                .build();
    }

    /** Binds and accepts connections. Fails when the address is taken. */
    public synchronized void start() {
        if (closed || started) {
            throw new IllegalStateException("this HTTP listener was " + (closed ? "closed" : "started") + " before");
        }
        try {
            server.start();
        } catch (RuntimeException notBound) {
            closed = true;
            throw new HttpListenerException(
                    "cannot listen for HTTP on %s:%d (%s); choose another httpPort or bindAddress, or stop what listens there"
                            .formatted(config.bindAddress(), config.port(), rootMessage(notBound)),
                    notBound);
        }
        started = true;
        localAddress = (InetSocketAddress) server.getListenerInfo().get(0).getAddress();
        log.info("HTTP listens on {}:{}", localAddress.getHostString(), localAddress.getPort());
    }

    private static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage();
    }

    /** Where it listens; throws before {@link #start}. */
    public InetSocketAddress localAddress() {
        InetSocketAddress bound = localAddress;
        if (bound == null) {
            throw new IllegalStateException("the HTTP listener is not started");
        }
        return bound;
    }

    /** From now on new calls are answered 503, health says not ready, and calls that wait are answered. */
    public void beginClosing() {
        reception.beginClosing();
    }

    /** {@link #beginClosing}, then waits for calls under way within its patience, then ends every connection. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (!started) {
            return;
        }
        beginClosing();
        awaitCalls();
        server.stop();
        log.info("HTTP on port {} is closed", localAddress.getPort());
    }

    private void awaitCalls() {
        try {
            if (!reception.awaitEmpty(config.patience().closing())) {
                log.warn(
                        "{} HTTP calls did not end within {} ms and are cut off",
                        reception.openConversations(),
                        config.patience().closing().toMillis());
            }
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
            log.warn("interrupted while {} HTTP calls were under way; they are cut off", reception.openConversations());
        }
    }
}
