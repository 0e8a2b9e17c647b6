package io.sluice.transport;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A few event loops that servers and clients share; uses epoll where the system has it. Whoever starts it closes it, after
 * the servers and clients that use it.
 */
public final class IoThreads implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(IoThreads.class);
    private static final long STOP_MS = 10_000;

    private final String role;
    private final boolean epoll;
    private final EventLoopGroup group;

    private IoThreads(String role, int threads) {
        this.role = role;
        this.epoll = Epoll.isAvailable();
        IoHandlerFactory handlers = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        this.group = new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory(role, true), handlers);
    }

    /** @param role names the threads, for example {@code native-io} */
    public static IoThreads start(String role, int threads) {
        return new IoThreads(role, threads);
    }

    EventLoopGroup group() {
        return group;
    }

    Class<? extends ServerSocketChannel> serverChannel() {
        return epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    Class<? extends SocketChannel> clientChannel() {
        return epoll ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    /** One of the loops, as a place where an owner keeps its state. */
    public LoopSteps steps() {
        return new LoopSteps(group.next());
    }

    /** Runs a short step on one of the loops again and again until the future is cancelled. */
    ScheduledFuture<?> sweep(Runnable step, long everyMs) {
        return group.next().scheduleWithFixedDelay(step, everyMs, everyMs, TimeUnit.MILLISECONDS);
    }

    /** Whether the calling thread is one of the loops, and so must not wait for an answer. */
    public boolean isCurrentThread() {
        for (EventExecutor loop : group) {
            if (loop.inEventLoop()) {
                return true;
            }
        }
        return false;
    }

    /** Ends the loops and waits for them, up to 10 s; twice is harmless. Not to be called on one of them. */
    @Override
    public void close() {
        boolean ended = group.shutdownGracefully(0, STOP_MS, TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(STOP_MS, TimeUnit.MILLISECONDS);
        if (!ended) {
            log.warn("event loops did not end within {} ms: role={}", STOP_MS, role);
        }
    }
}
