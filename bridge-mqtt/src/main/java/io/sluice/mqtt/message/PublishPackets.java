package io.sluice.mqtt.message;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.mqtt.MqttFixedHeader;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttProperties.BinaryProperty;
import io.netty.handler.codec.mqtt.MqttProperties.IntegerProperty;
import io.netty.handler.codec.mqtt.MqttProperties.MqttProperty;
import io.netty.handler.codec.mqtt.MqttProperties.StringProperty;
import io.netty.handler.codec.mqtt.MqttProperties.UserProperties;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttPublishVariableHeader;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.sluice.mqtt.topic.MqttTopic;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Reads and writes PUBLISH packets, and the will of a CONNECT packet, which has the same properties (MQTT-5.0 §3.3, §3.1.3.2). */
public final class PublishPackets {
    /** Properties that a client's PUBLISH may have (MQTT-5.0 §3.3.2.3); only the server sends Subscription Identifiers. */
    private static final Set<Integer> ALLOWED_IN_PUBLISH = Set.of(
            MqttProperties.PAYLOAD_FORMAT_INDICATOR,
            MqttProperties.PUBLICATION_EXPIRY_INTERVAL,
            MqttProperties.TOPIC_ALIAS,
            MqttProperties.RESPONSE_TOPIC,
            MqttProperties.CORRELATION_DATA,
            MqttProperties.USER_PROPERTY,
            MqttProperties.CONTENT_TYPE);

    private static final Set<Integer> ALLOWED_IN_WILL = Set.of(
            MqttProperties.WILL_DELAY_INTERVAL,
            MqttProperties.PAYLOAD_FORMAT_INDICATOR,
            MqttProperties.PUBLICATION_EXPIRY_INTERVAL,
            MqttProperties.RESPONSE_TOPIC,
            MqttProperties.CORRELATION_DATA,
            MqttProperties.USER_PROPERTY,
            MqttProperties.CONTENT_TYPE);

    private PublishPackets() {}

    /**
     * The message of a PUBLISH packet. Copies the payload; the packet is released by whoever owns it.
     *
     * @param topic the packet's topic, with its alias resolved
     * @throws ProtocolViolation for a property that does not belong here or has an impossible value
     */
    public static Publication read(MqttPublishMessage packet, MqttTopic topic) {
        MqttProperties properties = packet.variableHeader().properties();
        requireOnly(properties, ALLOWED_IN_PUBLISH, "PUBLISH");
        ByteBuf payload = packet.payload();
        byte[] bytes = ByteBufUtil.getBytes(payload, payload.readerIndex(), payload.readableBytes(), true);
        return read(properties, topic, bytes, packet.fixedHeader().qosLevel().value());
    }

    /**
     * The message of a will.
     *
     * @throws ProtocolViolation for a property that does not belong here or has an impossible value
     */
    public static Publication readWill(MqttProperties properties, MqttTopic topic, byte[] payload, int qos) {
        requireOnly(properties, ALLOWED_IN_WILL, "will");
        return read(properties, topic, payload, qos);
    }

    /** @throws ProtocolViolation when a property is there that is not among those allowed (MQTT-5.0 §2.2.2.2) */
    public static void requireOnly(MqttProperties properties, Set<Integer> allowed, String packet) {
        for (MqttProperty<?> property : listOf(properties)) {
            if (!allowed.contains(property.propertyId())) {
                throw new ProtocolViolation(
                        ReasonCode.MALFORMED_PACKET,
                        "property 0x%02X does not belong into a %s packet".formatted(property.propertyId(), packet));
            }
        }
    }

    private static List<MqttProperty<?>> listOf(MqttProperties properties) {
        List<MqttProperty<?>> list = new ArrayList<>();
        properties.listAll().forEach(list::add);
        return list;
    }

    private static Publication read(MqttProperties properties, MqttTopic topic, byte[] payload, int qos) {
        if (properties.isEmpty()) {
            return Publication.plain(topic, payload, qos);
        }
        Optional<String> responseTopic = string(properties, MqttProperties.RESPONSE_TOPIC);
        responseTopic.filter(name -> MqttTopic.of(name).isEmpty()).ifPresent(illegal -> {
            throw new ProtocolViolation(ReasonCode.PROTOCOL_ERROR, "the Response Topic is no legal topic name");
        });
        return new Publication(
                topic,
                payload,
                qos,
                integer(properties, MqttProperties.PAYLOAD_FORMAT_INDICATOR).map(PublishPackets::isText),
                integer(properties, MqttProperties.PUBLICATION_EXPIRY_INTERVAL)
                        .map(seconds -> OptionalLong.of(Integer.toUnsignedLong(seconds)))
                        .orElse(OptionalLong.empty()),
                string(properties, MqttProperties.CONTENT_TYPE),
                responseTopic,
                binary(properties, MqttProperties.CORRELATION_DATA),
                userProperties(properties));
    }

    private static boolean isText(int indicator) {
        if (indicator != 0 && indicator != 1) {
            throw new ProtocolViolation(
                    ReasonCode.PROTOCOL_ERROR, "Payload Format Indicator %d is neither 0 nor 1".formatted(indicator));
        }
        return indicator == 1;
    }

    public static Optional<Integer> integer(MqttProperties properties, int id) {
        return properties.getProperty(id) instanceof IntegerProperty property
                ? Optional.of(property.value())
                : Optional.empty();
    }

    public static Optional<String> string(MqttProperties properties, int id) {
        return properties.getProperty(id) instanceof StringProperty property
                ? Optional.of(property.value())
                : Optional.empty();
    }

    private static Optional<byte[]> binary(MqttProperties properties, int id) {
        return properties.getProperty(id) instanceof BinaryProperty property
                ? Optional.of(property.value())
                : Optional.empty();
    }

    private static List<UserProperty> userProperties(MqttProperties properties) {
        return properties.getProperty(MqttProperties.USER_PROPERTY) instanceof UserProperties all
                ? all.value().stream()
                        .map(pair -> new UserProperty(pair.key, pair.value))
                        .toList()
                : List.of();
    }

    /**
     * The packet for one subscriber.
     *
     * @param qos             what the subscription lowered the publisher's QoS to
     * @param packetId        1..65535, or 0 for QoS 0
     * @param subscriptionIds identifiers of the subscriptions that matched (MQTT-5.0 §3.3.4)
     * @param withProperties  false for MQTT 3.1.1, which has none
     */
    public static MqttPublishMessage write(
            Delivery delivery,
            int qos,
            int packetId,
            List<Integer> subscriptionIds,
            boolean withProperties,
            long nowMs) {
        Publication publication = delivery.publication();
        MqttFixedHeader header = new MqttFixedHeader(MqttMessageType.PUBLISH, false, MqttQoS.valueOf(qos), false, 0);
        MqttProperties properties =
                withProperties ? properties(delivery, subscriptionIds, nowMs) : MqttProperties.NO_PROPERTIES;
        return new MqttPublishMessage(
                header,
                new MqttPublishVariableHeader(publication.topic().name(), packetId, properties),
                Unpooled.wrappedBuffer(publication.payload()));
    }

    private static MqttProperties properties(Delivery delivery, List<Integer> subscriptionIds, long nowMs) {
        Publication publication = delivery.publication();
        MqttProperties properties = new MqttProperties();
        publication
                .payloadIsText()
                .ifPresent(text ->
                        properties.add(new IntegerProperty(MqttProperties.PAYLOAD_FORMAT_INDICATOR, text ? 1 : 0)));
        delivery.expiresAtMs()
                .ifPresent(expiresAt -> properties.add(new IntegerProperty(
                        MqttProperties.PUBLICATION_EXPIRY_INTERVAL, remainingSeconds(expiresAt, nowMs))));
        publication
                .contentType()
                .ifPresent(type -> properties.add(new StringProperty(MqttProperties.CONTENT_TYPE, type)));
        publication
                .responseTopic()
                .ifPresent(reply -> properties.add(new StringProperty(MqttProperties.RESPONSE_TOPIC, reply)));
        publication
                .correlationData()
                .ifPresent(data -> properties.add(new BinaryProperty(MqttProperties.CORRELATION_DATA, data)));
        subscriptionIds.forEach(id -> properties.add(new IntegerProperty(MqttProperties.SUBSCRIPTION_IDENTIFIER, id)));
        UserProperties user = new UserProperties();
        publication.userProperties().forEach(property -> user.add(property.name(), property.value()));
        user.add(MessageMapping.MESSAGE_ID_USER_PROPERTY, delivery.messageId());
        properties.add(user);
        return properties;
    }

    /** Rounded up, so that a message that is still alive never says 0; as the unsigned value that the packet has. */
    private static int remainingSeconds(long expiresAtMs, long nowMs) {
        long seconds = Math.max(1, (expiresAtMs - nowMs + 999) / 1000);
        return (int) Math.min(seconds, 0xFFFF_FFFFL);
    }

    /** The packet's size on the wire, in bytes: what a client's Maximum Packet Size bounds (MQTT-5.0 §3.1.2.11.4). */
    public static long encodedBytes(MqttPublishMessage packet) {
        long properties = 0;
        for (MqttProperty<?> property : listOf(packet.variableHeader().properties())) {
            properties += encodedBytes(property);
        }
        long packetId = packet.fixedHeader().qosLevel() == MqttQoS.AT_MOST_ONCE ? 0 : 2;
        long remaining = 2L
                + ByteBufUtil.utf8Bytes(packet.variableHeader().topicName())
                + packetId
                + variableLengthBytes(properties)
                + properties
                + packet.payload().readableBytes();
        return 1 + variableLengthBytes(remaining) + remaining;
    }

    private static long encodedBytes(MqttProperty<?> property) {
        if (property instanceof StringProperty text) {
            return 3L + ByteBufUtil.utf8Bytes(text.value());
        }
        if (property instanceof BinaryProperty binary) {
            return 3L + binary.value().length;
        }
        if (property instanceof UserProperties user) {
            return user.value().stream()
                    .mapToLong(pair -> 5L + ByteBufUtil.utf8Bytes(pair.key) + ByteBufUtil.utf8Bytes(pair.value))
                    .sum();
        }
        return switch (property.propertyId()) {
            case MqttProperties.PAYLOAD_FORMAT_INDICATOR -> 2;
            case MqttProperties.SUBSCRIPTION_IDENTIFIER ->
                1 + variableLengthBytes(((IntegerProperty) property).value());
            default -> 5;
        };
    }

    private static int variableLengthBytes(long value) {
        if (value < 1 << 7) {
            return 1;
        }
        if (value < 1 << 14) {
            return 2;
        }
        return value < 1 << 21 ? 3 : 4;
    }
}
