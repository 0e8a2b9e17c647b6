package io.sluice.transport;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens on any number of ports and answers requests out of one table per port. Safe for many threads. Bodies of requests
 * are slices of what was received and belong to the transport until the stage of the handler completes.
 */
public final class RemotingServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RemotingServer.class);
    private static final int BACKLOG = 1024;
    private static final long SWEEP_MS = 50;
    private static final long CLOSE_MS = 5_000;

    private final IoThreads threads;
    private final ConnectionLimits limits;
    private final Set<ChannelPeer> peers = ConcurrentHashMap.newKeySet();
    private final List<Channel> listeners = new CopyOnWriteArrayList<>();
    private final ScheduledFuture<?> sweep;
    private volatile boolean closed;

    private RemotingServer(IoThreads threads, ConnectionLimits limits) {
        this.threads = threads;
        this.limits = limits;
        this.sweep = threads.sweep(() -> peers.forEach(peer -> peer.replies().expire()), SWEEP_MS);
    }

    /** @param threads stay with the caller, who closes them after this server */
    public static RemotingServer open(IoThreads threads, ConnectionLimits limits) {
        return new RemotingServer(threads, limits);
    }

    /**
     * Listens on one more port; blocks until it is bound.
     *
     * @param port 0 for a free one
     * @return the address bound
     * @throws IOException when the port is taken or the host is not one of this machine
     */
    public InetSocketAddress listen(String host, int port, RequestTable table) throws IOException {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(threads.group())
                .channel(threads.serverChannel())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        accept(channel, table);
                    }
                });
        ChannelFuture bound = bootstrap.bind(host, port).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    "cannot listen on %s:%d: %s"
                            .formatted(host, port, bound.cause().getMessage()),
                    bound.cause());
        }
        listeners.add(bound.channel());
        return (InetSocketAddress) bound.channel().localAddress();
    }

    /** Stops accepting at one address; connections made there stay. Blocks until the port is free. */
    public void stopListening(InetSocketAddress address) {
        for (Channel listener : listeners) {
            if (address.equals(listener.localAddress())) {
                listeners.remove(listener);
                listener.close().awaitUninterruptibly(CLOSE_MS);
            }
        }
    }

    private void accept(SocketChannel channel, RequestTable table) {
        if (closed || peers.size() >= limits.connectionsMax()) {
            log.warn(
                    "connection refused: peer={} open={} limit={}",
                    channel.remoteAddress(),
                    peers.size(),
                    limits.connectionsMax());
            channel.close();
            return;
        }
        ChannelPeer peer = ChannelPeer.install(
                channel,
                table,
                limits,
                ChannelPeer.Bodies.RETAINED,
                new PendingReplies(limits.pendingMax(), System::nanoTime));
        peers.add(peer);
        peer.onClose(() -> peers.remove(peer));
    }

    /** Connections that are open now. */
    public Set<Peer> peers() {
        return Set.copyOf(peers);
    }

    /** Whether every request that came in is answered. */
    public boolean isIdle() {
        return peers.stream().allMatch(ChannelPeer::isIdle);
    }

    /** Stops accepting, ends all connections and waits for that, up to 5 s; twice is harmless. */
    @Override
    public void close() {
        closed = true;
        sweep.cancel(false);
        listeners.forEach(listener -> listener.close().awaitUninterruptibly(CLOSE_MS));
        listeners.clear();
        for (ChannelPeer peer : peers) {
            peer.close("the server is closing");
        }
        for (ChannelPeer peer : peers) {
            peer.awaitEnd(CLOSE_MS);
        }
    }
}
