package io.sluice.mqtt.channel;

import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.flow.FlowControlHandler;
import io.sluice.mqtt.session.SessionLimits;
import io.sluice.mqtt.session.Sessions;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What every connection gets: decoder (with the size limit, checked before anything is collected), encoder, a gate that hands
 * packets on one by one while reading pauses, and the packet handler.
 */
final class MqttPipeline extends ChannelInitializer<SocketChannel> {
    private static final Logger log = LoggerFactory.getLogger(MqttPipeline.class);

    private final Sessions sessions;
    private final ListenerSettings settings;
    /** Connections that may be open at once: those with a session, and some that have not said CONNECT yet. */
    private final int connectionsMax;

    private final AtomicInteger connections = new AtomicInteger();

    MqttPipeline(Sessions sessions, ListenerSettings settings) {
        this.sessions = sessions;
        this.settings = settings;
        int sessionsMax = sessions.limits().sessionsMax();
        this.connectionsMax = (int) Math.min(Integer.MAX_VALUE, sessionsMax + sessionsMax / 8L + 64L);
    }

    @Override
    protected void initChannel(SocketChannel channel) {
        channel.closeFuture().addListener(closed -> connections.decrementAndGet());
        if (connections.incrementAndGet() > connectionsMax) {
            sessions.traffic().connectsRefused.increment();
            log.debug("connection closed at once: {} are open", connectionsMax);
            channel.close();
            return;
        }
        SessionLimits limits = sessions.limits();
        channel.pipeline()
                .addLast("decoder", new MqttDecoder(limits.maxPacketBytes(), limits.clientIdMax(), true))
                .addLast("encoder", MqttEncoder.INSTANCE)
                .addLast("flow", new FlowControlHandler())
                .addLast("packets", new PacketHandler(sessions, settings, new ChannelLink(channel)));
    }
}
