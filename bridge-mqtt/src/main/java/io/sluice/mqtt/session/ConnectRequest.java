package io.sluice.mqtt.session;

import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttConnectPayload;
import io.netty.handler.codec.mqtt.MqttConnectVariableHeader;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.sluice.mqtt.message.ProtocolViolation;
import io.sluice.mqtt.message.Publication;
import io.sluice.mqtt.message.PublishPackets;
import io.sluice.mqtt.message.ReasonCode;
import io.sluice.mqtt.topic.IllegalTopicException;
import io.sluice.mqtt.topic.MqttTopic;
import io.sluice.mqtt.topic.TopicMapping;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * What a CONNECT packet asks for, checked (MQTT-3.1.1 §3.1, MQTT-5.0 §3.1).
 *
 * @param clientId            given or made here
 * @param idAssigned          whether it was made here
 * @param cleanStart          whether the client wants no earlier session; there is never one, so nothing depends on it
 * @param keepAliveSeconds    as asked; 0: none
 * @param sessionExpirySet    whether the client wants its session to outlive the connection
 * @param receiveMaximum      messages the client takes unacknowledged, 1..65535
 * @param packetMax           largest packet the client takes, bytes
 * @param reasonsWanted       whether acknowledgements may have Reason Strings
 * @param will                published when the connection ends in bad order
 */
record ConnectRequest(
        ProtocolVersion version,
        String clientId,
        boolean idAssigned,
        boolean cleanStart,
        int keepAliveSeconds,
        boolean sessionExpirySet,
        int receiveMaximum,
        long packetMax,
        boolean reasonsWanted,
        Optional<Publication> will) {
    private static final int LEVEL_3_1_1 = 4;
    private static final int LEVEL_5 = 5;
    private static final int UINT16_MAX = 65_535;
    /** What a packet can be at most, when the client sets no limit (MQTT-5.0 §2.1.4). */
    private static final long PACKET_MAX = 268_435_460L;

    private static final Set<Integer> ALLOWED = Set.of(
            MqttProperties.SESSION_EXPIRY_INTERVAL,
            MqttProperties.RECEIVE_MAXIMUM,
            MqttProperties.MAXIMUM_PACKET_SIZE,
            MqttProperties.TOPIC_ALIAS_MAXIMUM,
            MqttProperties.REQUEST_RESPONSE_INFORMATION,
            MqttProperties.REQUEST_PROBLEM_INFORMATION,
            MqttProperties.USER_PROPERTY,
            MqttProperties.AUTHENTICATION_METHOD,
            MqttProperties.AUTHENTICATION_DATA);

    static ProtocolVersion versionOf(MqttConnectMessage packet) {
        return packet.variableHeader().version() == LEVEL_5 ? ProtocolVersion.V5 : ProtocolVersion.V3;
    }

    /** @throws ProtocolViolation with the reason code for the CONNACK */
    static ConnectRequest read(MqttConnectMessage packet, SessionLimits limits) {
        MqttConnectVariableHeader header = packet.variableHeader();
        if (header.version() < LEVEL_3_1_1) {
            throw new ProtocolViolation(
                    ReasonCode.UNSUPPORTED_PROTOCOL_VERSION, "MQTT 3.1 is not served; use 3.1.1 or 5.0");
        }
        ProtocolVersion version = versionOf(packet);
        MqttProperties properties = header.properties();
        PublishPackets.requireOnly(properties, ALLOWED, "CONNECT");
        requireNoAuthentication(properties);
        flag(properties, MqttProperties.REQUEST_RESPONSE_INFORMATION, false);
        if (version == ProtocolVersion.V3 && header.hasPassword() && !header.hasUserName()) {
            throw new ProtocolViolation(ReasonCode.MALFORMED_PACKET, "a password needs a user name in MQTT 3.1.1");
        }
        String given = packet.payload().clientIdentifier();
        checkClientId(version, given, header.isCleanSession(), limits);
        return new ConnectRequest(
                version,
                given.isEmpty() ? "sluice-" + UUID.randomUUID() : given,
                given.isEmpty(),
                header.isCleanSession(),
                header.keepAliveTimeSeconds(),
                PublishPackets.integer(properties, MqttProperties.SESSION_EXPIRY_INTERVAL)
                        .filter(seconds -> seconds != 0)
                        .isPresent(),
                atLeastOne(properties, MqttProperties.RECEIVE_MAXIMUM, "Receive Maximum", UINT16_MAX)
                        .intValue(),
                atLeastOne(properties, MqttProperties.MAXIMUM_PACKET_SIZE, "Maximum Packet Size", PACKET_MAX),
                flag(properties, MqttProperties.REQUEST_PROBLEM_INFORMATION, true),
                will(version, header, packet.payload()));
    }

    private static void requireNoAuthentication(MqttProperties properties) {
        boolean method = properties.getProperty(MqttProperties.AUTHENTICATION_METHOD) != null;
        if (method) {
            throw new ProtocolViolation(
                    ReasonCode.BAD_AUTHENTICATION_METHOD, "no enhanced authentication is served; connect without");
        }
        if (properties.getProperty(MqttProperties.AUTHENTICATION_DATA) != null) {
            throw new ProtocolViolation(ReasonCode.PROTOCOL_ERROR, "Authentication Data without Authentication Method");
        }
    }

    private static void checkClientId(ProtocolVersion version, String id, boolean clean, SessionLimits limits) {
        if (id.isEmpty() && version == ProtocolVersion.V3 && !clean) {
            throw new ProtocolViolation(
                    ReasonCode.CLIENT_IDENTIFIER_NOT_VALID, "an empty client identifier needs a clean session");
        }
        if (id.length() > limits.clientIdMax()) {
            throw new ProtocolViolation(
                    ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                    "client identifier of %d characters; at most %d are allowed"
                            .formatted(id.length(), limits.clientIdMax()));
        }
        if (id.chars().anyMatch(Character::isISOControl)) {
            throw new ProtocolViolation(
                    ReasonCode.CLIENT_IDENTIFIER_NOT_VALID, "the client identifier has a control character");
        }
    }

    private static Long atLeastOne(MqttProperties properties, int id, String name, long absent) {
        long value = PublishPackets.integer(properties, id)
                .map(Integer::toUnsignedLong)
                .orElse(absent);
        if (value == 0) {
            throw new ProtocolViolation(ReasonCode.PROTOCOL_ERROR, name + " is 0; at least 1 is required");
        }
        return value;
    }

    private static boolean flag(MqttProperties properties, int id, boolean absent) {
        int value = PublishPackets.integer(properties, id).orElse(absent ? 1 : 0);
        if (value != 0 && value != 1) {
            throw new ProtocolViolation(
                    ReasonCode.PROTOCOL_ERROR, "property 0x%02X is %d; expected 0 or 1".formatted(id, value));
        }
        return value == 1;
    }

    private static Optional<Publication> will(
            ProtocolVersion version, MqttConnectVariableHeader header, MqttConnectPayload payload) {
        int qos = header.willQos();
        if (!header.isWillFlag()) {
            if (qos != 0 || header.isWillRetain()) {
                throw new ProtocolViolation(ReasonCode.MALFORMED_PACKET, "will QoS or will retain without a will");
            }
            return Optional.empty();
        }
        if (qos > 2) {
            throw new ProtocolViolation(ReasonCode.MALFORMED_PACKET, "will QoS 3 does not exist");
        }
        if (header.isWillRetain() && (version == ProtocolVersion.V5 || qos > 0)) {
            throw new ProtocolViolation(ReasonCode.RETAIN_NOT_SUPPORTED, "messages are not retained, nor are wills");
        }
        try {
            MqttTopic topic = new MqttTopic(payload.willTopic());
            requireOrdinary(topic);
            return Optional.of(
                    PublishPackets.readWill(payload.willProperties(), topic, payload.willMessageInBytes(), qos));
        } catch (IllegalTopicException illegal) {
            throw new ProtocolViolation(ReasonCode.TOPIC_NAME_INVALID, "will: " + illegal.getMessage());
        }
    }

    /** @throws IllegalTopicException when nobody may publish under the name */
    static void requireOrdinary(MqttTopic topic) {
        if (topic.isServerOwned()) {
            throw new IllegalTopicException(
                    "topic names that begin with '$' are not for applications (MQTT §4.7.2); choose another first level");
        }
        TopicMapping.nativeTopic(topic.firstLevel());
    }
}
