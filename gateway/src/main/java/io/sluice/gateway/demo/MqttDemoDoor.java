package io.sluice.gateway.demo;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.mqtt.MqttConnAckMessage;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageBuilders;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttProperties.StringPair;
import io.netty.handler.codec.mqtt.MqttProperties.StringProperty;
import io.netty.handler.codec.mqtt.MqttProperties.UserProperties;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttVersion;
import io.sluice.model.SluiceException;
import io.sluice.runtime.Threads;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** The MQTT door: a small MQTT 5 client with QoS 1. */
final class MqttDemoDoor implements DemoDoor {
    private static final int TIMEOUT_SECONDS = 30;
    private static final String KEYS = "keys";

    private final EventLoopGroup loop =
            new MultiThreadIoEventLoopGroup(1, Threads.daemons("demo-mqtt"), NioIoHandler.newFactory());
    private final CompletableFuture<Void> connected = new CompletableFuture<>();
    private final Map<Integer, CompletableFuture<Void>> unanswered = new ConcurrentHashMap<>();
    private final AtomicInteger packetIds = new AtomicInteger();
    private final String topic;
    private final Channel channel;
    private volatile Consumer<Parcel> told = parcel -> {};

    MqttDemoDoor(String host, int port, String topic) throws Exception {
        this.topic = topic;
        this.channel = new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel socket) {
                        socket.pipeline().addLast(MqttEncoder.INSTANCE, new MqttDecoder(1 << 20), new Packets());
                    }
                })
                .connect(host, port)
                .sync()
                .channel();
        channel.writeAndFlush(MqttMessageBuilders.connect()
                .protocolVersion(MqttVersion.MQTT_5)
                .clientId("sluice-demo-" + ProcessHandle.current().pid())
                .cleanSession(true)
                .keepAlive(60)
                .build());
        connected.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public String name() {
        return "MQTT";
    }

    @Override
    public void receive(Consumer<Parcel> told, Consumer<String> lacking) throws Exception {
        this.told = told;
        int packetId = packetIds.incrementAndGet();
        CompletableFuture<Void> granted = expect(packetId);
        channel.writeAndFlush(MqttMessageBuilders.subscribe()
                .messageId(packetId)
                .addSubscription(MqttQoS.AT_LEAST_ONCE, topic + "/#")
                .build());
        granted.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void send(Parcel parcel) throws Exception {
        MqttProperties properties = new MqttProperties();
        properties.add(new StringProperty(MqttProperties.CONTENT_TYPE, parcel.contentType()));
        properties.add(new UserProperties(
                List.of(new StringPair(KEYS, parcel.key()), new StringPair(Parcel.NOTE, parcel.note()))));
        int packetId = packetIds.incrementAndGet();
        CompletableFuture<Void> stored = expect(packetId);
        channel.writeAndFlush(MqttMessageBuilders.publish()
                .topicName(topic + "/" + parcel.tag())
                .qos(MqttQoS.AT_LEAST_ONCE)
                .messageId(packetId)
                .properties(properties)
                .payload(Unpooled.copiedBuffer(parcel.body(), StandardCharsets.UTF_8))
                .build());
        stored.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    private CompletableFuture<Void> expect(int packetId) {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        unanswered.put(packetId, answer);
        return answer;
    }

    /** What the node says. */
    private final class Packets extends SimpleChannelInboundHandler<MqttMessage> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, MqttMessage packet) {
            switch (packet.fixedHeader().messageType()) {
                case CONNACK -> onConnected((MqttConnAckMessage) packet);
                case SUBACK, PUBACK -> {
                    int packetId = ((MqttMessageIdVariableHeader) packet.variableHeader()).messageId();
                    CompletableFuture<Void> answer = unanswered.remove(packetId);
                    if (answer != null) {
                        answer.complete(null);
                    }
                }
                case PUBLISH -> onPublish(context, (MqttPublishMessage) packet);
                default -> {
                    // Nothing else concerns a client that only publishes and subscribes.
                }
            }
        }

        private void onConnected(MqttConnAckMessage packet) {
            MqttConnectReturnCode code = packet.variableHeader().connectReturnCode();
            if (code == MqttConnectReturnCode.CONNECTION_ACCEPTED) {
                connected.complete(null);
            } else {
                connected.completeExceptionally(new SluiceException("the MQTT door refused the demo: " + code));
            }
        }

        private void onPublish(ChannelHandlerContext context, MqttPublishMessage packet) {
            MqttProperties properties = packet.variableHeader().properties();
            String name = packet.variableHeader().topicName();
            told.accept(new Parcel(
                    packet.payload().toString(StandardCharsets.UTF_8),
                    contentType(properties),
                    name.substring(name.indexOf('/') + 1),
                    userProperty(properties, KEYS),
                    userProperty(properties, Parcel.NOTE)));
            if (packet.fixedHeader().qosLevel() == MqttQoS.AT_LEAST_ONCE) {
                context.writeAndFlush(MqttMessageBuilders.pubAck()
                        .packetId(packet.variableHeader().packetId())
                        .build());
            }
        }

        private String contentType(MqttProperties properties) {
            StringProperty property = (StringProperty) properties.getProperty(MqttProperties.CONTENT_TYPE);
            return property == null ? "" : property.value();
        }

        private String userProperty(MqttProperties properties, String name) {
            UserProperties pairs = (UserProperties) properties.getProperty(MqttProperties.USER_PROPERTY);
            return pairs == null
                    ? ""
                    : pairs.value().stream()
                            .filter(pair -> pair.key.equals(name))
                            .map(pair -> pair.value)
                            .findFirst()
                            .orElse("");
        }
    }

    @Override
    public void close() {
        channel.close().syncUninterruptibly();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
