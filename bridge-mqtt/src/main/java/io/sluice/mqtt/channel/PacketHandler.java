package io.sluice.mqtt.channel;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.mqtt.MqttConnAckMessage;
import io.netty.handler.codec.mqtt.MqttConnAckVariableHeader;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttFixedHeader;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttUnacceptableProtocolVersionException;
import io.sluice.mqtt.message.ReasonCode;
import io.sluice.mqtt.session.ClientLink.Hold;
import io.sluice.mqtt.session.Session;
import io.sluice.mqtt.session.Sessions;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last handler of a connection: waits for CONNECT, then hands every packet to the session. Also watches that the client
 * says CONNECT in time and reads what it is sent.
 */
final class PacketHandler extends SimpleChannelInboundHandler<MqttMessage> {
    private static final Logger log = LoggerFactory.getLogger(PacketHandler.class);
    private static final int WHY_MAX = 120;

    private final Sessions sessions;
    private final ListenerSettings settings;
    private final ChannelLink link;

    /** Absent until CONNECT has come. */
    private Optional<Session> session = Optional.empty();

    private Future<?> connectWatch = CompletableFuture.completedFuture(null);
    private Future<?> stallWatch = CompletableFuture.completedFuture(null);

    PacketHandler(Sessions sessions, ListenerSettings settings, ChannelLink link) {
        this.sessions = sessions;
        this.settings = settings;
        this.link = link;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        connectWatch = link.later(settings.connectTimeoutMs(), this::connectTimeIsOver);
        ctx.fireChannelActive();
    }

    private void connectTimeIsOver() {
        if (session.isPresent()) {
            session.get().giveUpOpening();
        } else if (!link.isClosing()) {
            refuse("no CONNECT within %d ms".formatted(settings.connectTimeoutMs()), Optional.empty());
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, MqttMessage packet) {
        if (link.isClosing()) {
            return;
        }
        if (packet.decoderResult().isFailure()) {
            malformed(packet.decoderResult().cause());
        } else if (session.isPresent()) {
            session.get().heard();
            PacketTable.OF_SESSIONS.dispatch(session.get(), packet);
        } else if (packet instanceof MqttConnectMessage connect) {
            session = sessions.connect(connect, link);
        } else {
            refuse("%s before CONNECT".formatted(packet.fixedHeader().messageType()), Optional.empty());
        }
    }

    /** Bytes that are no packet end the connection (MQTT-5.0 §4.13.1); nothing that follows them can be read. */
    private void malformed(Throwable cause) {
        boolean tooLarge = cause instanceof TooLongFrameException;
        String why = tooLarge
                ? "packet is larger than %d bytes".formatted(sessions.limits().maxPacketBytes())
                : "malformed packet: " + printable(String.valueOf(cause.getMessage()));
        if (session.isPresent()) {
            session.get().end(tooLarge ? ReasonCode.PACKET_TOO_LARGE : ReasonCode.MALFORMED_PACKET, why, true);
        } else if (cause instanceof MqttUnacceptableProtocolVersionException) {
            refuse(why, Optional.of(unacceptableVersion()));
        } else {
            refuse(why, Optional.empty());
        }
    }

    /** In the form of MQTT 3.1.1 (§3.2.2.3), which a client of an unknown version is most likely to understand. */
    private static MqttMessage unacceptableVersion() {
        return new MqttConnAckMessage(
                new MqttFixedHeader(MqttMessageType.CONNACK, false, MqttQoS.AT_MOST_ONCE, false, 0),
                new MqttConnAckVariableHeader(
                        MqttConnectReturnCode.CONNECTION_REFUSED_UNACCEPTABLE_PROTOCOL_VERSION,
                        false,
                        MqttProperties.NO_PROPERTIES));
    }

    private void refuse(String why, Optional<MqttMessage> last) {
        sessions.traffic().connectsRefused.increment();
        log.debug("connection refused: address={}: {}", link.remoteAddress(), why);
        link.close(last);
    }

    /** What a decoder says may quote the client: short, and free of control characters. */
    private static String printable(String text) {
        String head = text.length() > WHY_MAX ? text.substring(0, WHY_MAX) : text;
        return head.replaceAll("\\p{Cntrl}", "?");
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        stallWatch.cancel(false);
        if (ctx.channel().isWritable()) {
            link.release(Hold.NOT_WRITABLE);
            session.ifPresent(Session::readable);
        } else if (!link.isClosing()) {
            link.hold(Hold.NOT_WRITABLE);
            stallWatch = link.later(settings.writeStallMs(), this::stalled);
        }
        ctx.fireChannelWritabilityChanged();
    }

    private void stalled() {
        session.ifPresent(stalled -> {
            sessions.traffic().slowConsumers.increment();
            stalled.end(
                    ReasonCode.QUOTA_EXCEEDED,
                    "sent bytes were not read for %d ms".formatted(settings.writeStallMs()),
                    true);
        });
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        connectWatch.cancel(false);
        stallWatch.cancel(false);
        session.ifPresent(Session::connectionLost);
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            log.debug("connection broke: address={}: {}", link.remoteAddress(), cause.toString());
            ctx.close();
            return;
        }
        log.error("a packet could not be handled, the connection is closed: address={}", link.remoteAddress(), cause);
        if (session.isPresent()) {
            session.get().end(ReasonCode.UNSPECIFIED_ERROR, "internal error", true);
        } else {
            link.close(Optional.empty());
        }
    }
}
