package io.sluice.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.ScheduledFuture;
import io.sluice.wire.frame.Frame;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks servers by address, over one connection each that is made when first needed and again after it was lost. Safe for
 * many threads. Answers, and requests that servers send, have their bodies on the heap: nothing need be released.
 */
public final class RemotingClient implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RemotingClient.class);
    private static final long SWEEP_MS = 50;
    private static final long CLOSE_MS = 5_000;

    private final IoThreads threads;
    private final ConnectionLimits limits;
    private final RequestTable inbound;
    private final ConcurrentMap<String, Line> lines = new ConcurrentHashMap<>();
    private final List<Consumer<String>> closeListeners = new CopyOnWriteArrayList<>();
    private final ScheduledFuture<?> sweep;
    private volatile boolean closed;

    /**
     * A connection being made or made; requests take their ticket before it is there, so that their time runs. What is
     * given before is written in the order given, and before what is given later.
     */
    private static final class Line {
        private final PendingReplies replies;
        private final CompletableFuture<ChannelPeer> made = new CompletableFuture<>();
        /** Steps that wait for the connection; {@code null} once it is made or has failed. Guarded by this object. */
        private List<BiConsumer<ChannelPeer, Throwable>> waiting = new ArrayList<>();

        private Line(PendingReplies replies) {
            this.replies = replies;
        }

        /** Runs the step with the connection, or with the reason why there is none. Steps never block. */
        void whenMade(BiConsumer<ChannelPeer, Throwable> step) {
            synchronized (this) {
                if (waiting != null) {
                    waiting.add(step);
                    return;
                }
            }
            made.whenComplete(step);
        }

        void made(ChannelPeer peer, Throwable failure) {
            if (failure == null) {
                made.complete(peer);
            } else {
                made.completeExceptionally(failure);
            }
            synchronized (this) {
                // By index: a step may lead to another request, which joins the end of the list.
                for (int i = 0; i < waiting.size(); i++) {
                    waiting.get(i).accept(peer, failure);
                }
                waiting = null;
            }
        }

        boolean isOpen() {
            return made.isDone()
                    && !made.isCompletedExceptionally()
                    && made.join().isOpen();
        }

        boolean isOver() {
            return made.isDone() && !isOpen();
        }
    }

    private RemotingClient(IoThreads threads, ConnectionLimits limits, RequestTable inbound) {
        this.threads = threads;
        this.limits = limits;
        this.inbound = inbound;
        this.sweep = threads.sweep(() -> lines.values().forEach(line -> line.replies.expire()), SWEEP_MS);
    }

    /**
     * @param threads stay with the caller, who closes them after this client
     * @param inbound answers requests that servers send over these connections; others are answered with code 3
     */
    public static RemotingClient open(IoThreads threads, ConnectionLimits limits, RequestTable inbound) {
        return new RemotingClient(threads, limits, inbound);
    }

    /**
     * Asks. The stage completes with the answer, whatever its code, on an event loop, which must not be blocked; or fails
     * with {@link RemotingException}. The request belongs to the transport from here on.
     *
     * @param address {@code host:port}
     * @param timeout from now to the answer, making the connection included; kept to within 50 ms
     */
    public CompletionStage<Frame> call(String address, Frame request, Duration timeout) {
        PendingReplies.Ticket ticket;
        Line line;
        try {
            line = lineTo(address);
            ticket = line.replies.open(request.code(), timeout);
        } catch (RemotingException refused) {
            request.release();
            return CompletableFuture.failedFuture(refused);
        }
        Frame asking = request.asking(ticket.opaque(), false);
        line.whenMade((peer, failure) -> {
            if (peer != null) {
                peer.write(asking, ticket);
            } else {
                asking.release();
            }
        });
        return ticket.answer();
    }

    /** Tells; the stage completes when the request was handed to the connection, which is no proof that it arrived. */
    public CompletionStage<Void> oneWay(String address, Frame request) {
        Line line;
        try {
            line = lineTo(address);
        } catch (RemotingException refused) {
            request.release();
            return CompletableFuture.failedFuture(refused);
        }
        CompletableFuture<Void> handedOver = new CompletableFuture<>();
        line.whenMade((peer, failure) -> {
            if (peer == null) {
                request.release();
                handedOver.completeExceptionally(asRemoting(failure));
            } else {
                peer.oneWay(request);
                handedOver.complete(null);
            }
        });
        return handedOver;
    }

    private static RemotingException asRemoting(Throwable failure) {
        return failure instanceof RemotingException known
                ? known
                : new RemotingException(RemotingException.Reason.CONNECT_FAILED, failure.getMessage(), failure);
    }

    /** Runs with the address, on an event loop, whenever a connection that had been made has ended. */
    public void onClose(Consumer<String> listener) {
        closeListeners.add(listener);
    }

    /** Whether there is a connection now; does not make one. */
    public boolean isConnected(String address) {
        Line line = lines.get(address);
        return line != null && line.isOpen();
    }

    /** Ends the connection to an address, if there is one; the next request makes a new one. */
    public void disconnect(String address, String reason) {
        Line line = lines.remove(address);
        if (line != null) {
            line.made.thenAccept(peer -> peer.close(reason));
        }
    }

    private Line lineTo(String address) {
        if (closed || threads.group().isShuttingDown()) {
            throw closedException();
        }
        Line line = lines.get(address);
        if (line != null && !line.isOver()) {
            return line;
        }
        if (line != null) {
            // It has ended, and its listener has not come round to it yet.
            lines.remove(address, line);
        }
        InetSocketAddress target = Addresses.parse(address);
        Line fresh = new Line(new PendingReplies(limits.pendingMax(), System::nanoTime));
        Line raced = lines.putIfAbsent(address, fresh);
        if (raced != null) {
            return raced;
        }
        connect(address, target, fresh);
        return fresh;
    }

    private void connect(String address, InetSocketAddress target, Line line) {
        CompletableFuture<ChannelPeer> installed = new CompletableFuture<>();
        Bootstrap bootstrap = new Bootstrap()
                .group(threads.group())
                .channel(threads.clientChannel())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(
                        ChannelOption.CONNECT_TIMEOUT_MILLIS,
                        Math.toIntExact(limits.connect().toMillis()))
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        installed.complete(ChannelPeer.install(
                                channel, inbound, limits, ChannelPeer.Bodies.ON_HEAP, line.replies));
                    }
                });
        bootstrap.connect(target).addListener(connected -> {
            if (connected.isSuccess()) {
                made(address, line, installed.join());
            } else {
                notMade(address, line, connected.cause());
            }
        });
    }

    private void made(String address, Line line, ChannelPeer peer) {
        peer.onClose(() -> {
            lines.remove(address, line);
            closeListeners.forEach(listener -> listener.accept(address));
        });
        line.made(peer, null);
        if (closed) {
            peer.close("the client is closing");
        }
    }

    private void notMade(String address, Line line, Throwable cause) {
        log.debug("no connection: address={} cause={}", address, cause.toString());
        lines.remove(address, line);
        RemotingException reason = new RemotingException(
                RemotingException.Reason.CONNECT_FAILED,
                "no connection to %s: %s".formatted(address, cause.getMessage()),
                cause);
        line.made(null, reason);
        line.replies.end(reason);
    }

    private static RemotingException closedException() {
        return new RemotingException(RemotingException.Reason.CLOSED, "the remoting client is closed");
    }

    /** Fails what waits, ends all connections and waits for that, up to 5 s; twice is harmless. */
    @Override
    public void close() {
        closed = true;
        sweep.cancel(false);
        List<Line> open = List.copyOf(lines.values());
        for (Line line : open) {
            line.replies.end(closedException());
            line.made.thenAccept(peer -> peer.close("the client is closing"));
        }
        for (Line line : open) {
            if (line.made.isDone() && !line.made.isCompletedExceptionally()) {
                line.made.join().awaitEnd(CLOSE_MS);
            }
        }
    }
}
