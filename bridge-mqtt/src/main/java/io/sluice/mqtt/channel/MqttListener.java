package io.sluice.mqtt.channel;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.sluice.model.SluiceException;
import io.sluice.mqtt.session.Sessions;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The listening port and the event loops of its connections. Started and closed by one thread. */
public final class MqttListener implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(MqttListener.class);
    private static final int BACKLOG = 1024;
    private static final int WRITE_LOW_BYTES = 32 * 1024;
    private static final int WRITE_HIGH_BYTES = 256 * 1024;
    private static final long LOOPS_END_MS = 5000;

    private final ListenerSettings settings;
    private final Sessions sessions;
    private final EventLoopGroup loops;
    private Channel server;

    public MqttListener(ListenerSettings settings, Sessions sessions) {
        this.settings = settings;
        this.sessions = sessions;
        this.loops = new MultiThreadIoEventLoopGroup(
                settings.ioThreads(), new DefaultThreadFactory("mqtt-io", true), NioIoHandler.newFactory());
    }

    /** @throws SluiceException when the address cannot be listened on */
    public void start() {
        ChannelFuture bound = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(WRITE_LOW_BYTES, WRITE_HIGH_BYTES))
                .childHandler(new MqttPipeline(sessions, settings))
                .bind(settings.bindAddress(), settings.port())
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new SluiceException(
                    "the MQTT door cannot listen on %s:%d (%s); choose another address or port"
                            .formatted(
                                    settings.bindAddress(),
                                    settings.port(),
                                    bound.cause().getMessage()),
                    bound.cause());
        }
        server = bound.channel();
        log.info("MQTT door listens on {}:{}", settings.bindAddress(), localPort());
    }

    /** The port that is listened on; the listener has been started. */
    public int localPort() {
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    /** Takes no further connections; those that are open stay. */
    public void stopAccepting() {
        if (server != null) {
            server.close().awaitUninterruptibly();
        }
    }

    /** Closes what is still open and ends the event loops. Twice is harmless. */
    @Override
    public void close() {
        stopAccepting();
        if (!loops.shutdownGracefully(0, LOOPS_END_MS / 2, TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(LOOPS_END_MS)) {
            log.warn("the event loops of the MQTT door did not end within {} ms", LOOPS_END_MS);
        }
    }
}
