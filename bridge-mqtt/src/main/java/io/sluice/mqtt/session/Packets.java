package io.sluice.mqtt.session;

import io.netty.handler.codec.mqtt.MqttConnAckMessage;
import io.netty.handler.codec.mqtt.MqttConnAckVariableHeader;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttFixedHeader;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageIdAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttProperties.StringProperty;
import io.netty.handler.codec.mqtt.MqttPubReplyMessageVariableHeader;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttReasonCodeAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttSubAckMessage;
import io.netty.handler.codec.mqtt.MqttSubAckPayload;
import io.netty.handler.codec.mqtt.MqttUnsubAckMessage;
import io.netty.handler.codec.mqtt.MqttUnsubAckPayload;
import io.sluice.mqtt.message.ReasonCode;
import java.util.List;
import java.util.Optional;

/** Packets that the server answers with. What MQTT 3.1.1 cannot carry is left out here, so nobody else has to ask. */
final class Packets {
    private static final int V3_FAILURE = 0x80;
    /** Longest Reason String in characters; keeps answers far below any sensible Maximum Packet Size. */
    private static final int REASON_MAX = 200;

    private final ProtocolVersion version;
    private final boolean reasonsWanted;

    /** @param reasonsWanted whether acknowledgements may have Reason Strings (MQTT-5.0 §3.1.2.11.7) */
    Packets(ProtocolVersion version, boolean reasonsWanted) {
        this.version = version;
        this.reasonsWanted = reasonsWanted;
    }

    MqttMessage connAck(MqttProperties properties) {
        return connAck(MqttConnectReturnCode.CONNECTION_ACCEPTED, properties);
    }

    /** Nothing when the version has no code for the reason: then the connection just closes (MQTT-3.1.1 §3.2.2.3). */
    Optional<MqttMessage> connAckRefused(ReasonCode reason, String why) {
        if (version == ProtocolVersion.V5) {
            MqttProperties properties = new MqttProperties();
            properties.add(new StringProperty(MqttProperties.REASON_STRING, shortened(why)));
            return Optional.of(connAck(MqttConnectReturnCode.valueOf(reason.code()), properties));
        }
        return v3ReturnCode(reason).map(code -> connAck(code, MqttProperties.NO_PROPERTIES));
    }

    private static Optional<MqttConnectReturnCode> v3ReturnCode(ReasonCode reason) {
        return switch (reason) {
            case UNSUPPORTED_PROTOCOL_VERSION ->
                Optional.of(MqttConnectReturnCode.CONNECTION_REFUSED_UNACCEPTABLE_PROTOCOL_VERSION);
            case CLIENT_IDENTIFIER_NOT_VALID ->
                Optional.of(MqttConnectReturnCode.CONNECTION_REFUSED_IDENTIFIER_REJECTED);
            case QUOTA_EXCEEDED, SERVER_UNAVAILABLE ->
                Optional.of(MqttConnectReturnCode.CONNECTION_REFUSED_SERVER_UNAVAILABLE);
            case BAD_USER_NAME_OR_PASSWORD ->
                Optional.of(MqttConnectReturnCode.CONNECTION_REFUSED_BAD_USER_NAME_OR_PASSWORD);
            case NOT_AUTHORIZED -> Optional.of(MqttConnectReturnCode.CONNECTION_REFUSED_NOT_AUTHORIZED);
            default -> Optional.empty();
        };
    }

    private static MqttMessage connAck(MqttConnectReturnCode code, MqttProperties properties) {
        return new MqttConnAckMessage(
                header(MqttMessageType.CONNACK, MqttQoS.AT_MOST_ONCE),
                new MqttConnAckVariableHeader(code, false, properties));
    }

    MqttMessage pubAck(int packetId, ReasonCode reason, String why) {
        return reply(MqttMessageType.PUBACK, MqttQoS.AT_MOST_ONCE, packetId, reason, why);
    }

    MqttMessage pubRec(int packetId, ReasonCode reason, String why) {
        return reply(MqttMessageType.PUBREC, MqttQoS.AT_MOST_ONCE, packetId, reason, why);
    }

    MqttMessage pubRel(int packetId, ReasonCode reason) {
        return reply(MqttMessageType.PUBREL, MqttQoS.AT_LEAST_ONCE, packetId, reason, "");
    }

    MqttMessage pubComp(int packetId, ReasonCode reason) {
        return reply(MqttMessageType.PUBCOMP, MqttQoS.AT_MOST_ONCE, packetId, reason, "");
    }

    private MqttMessage reply(MqttMessageType type, MqttQoS headerQos, int packetId, ReasonCode reason, String why) {
        return new MqttMessage(
                header(type, headerQos), new MqttPubReplyMessageVariableHeader(packetId, reason.code(), reasonOf(why)));
    }

    /** @param codes one for each filter asked for: the QoS granted, or a reason code of 0x80 and above */
    MqttMessage subAck(int packetId, List<Integer> codes, String why) {
        List<Integer> said = version == ProtocolVersion.V5
                ? codes
                : codes.stream().map(code -> Math.min(code, V3_FAILURE)).toList();
        return new MqttSubAckMessage(
                header(MqttMessageType.SUBACK, MqttQoS.AT_MOST_ONCE),
                new MqttMessageIdAndPropertiesVariableHeader(packetId, reasonOf(why)),
                new MqttSubAckPayload(said));
    }

    MqttMessage unsubAck(int packetId, List<ReasonCode> codes) {
        List<Short> said =
                codes.stream().map(code -> (short) (code.code() & 0xFF)).toList();
        return new MqttUnsubAckMessage(
                header(MqttMessageType.UNSUBACK, MqttQoS.AT_MOST_ONCE),
                new MqttMessageIdAndPropertiesVariableHeader(packetId, MqttProperties.NO_PROPERTIES),
                version == ProtocolVersion.V5 ? new MqttUnsubAckPayload(said) : null);
    }

    MqttMessage pingResp() {
        return MqttMessage.PINGRESP;
    }

    /** Nothing for MQTT 3.1.1, where only clients send DISCONNECT. */
    Optional<MqttMessage> disconnect(ReasonCode reason, String why) {
        if (version == ProtocolVersion.V3) {
            return Optional.empty();
        }
        MqttProperties properties = new MqttProperties();
        if (!why.isEmpty()) {
            properties.add(new StringProperty(MqttProperties.REASON_STRING, shortened(why)));
        }
        return Optional.of(new MqttMessage(
                header(MqttMessageType.DISCONNECT, MqttQoS.AT_MOST_ONCE),
                new MqttReasonCodeAndPropertiesVariableHeader(reason.code(), properties)));
    }

    private MqttProperties reasonOf(String why) {
        if (why.isEmpty() || !reasonsWanted || version == ProtocolVersion.V3) {
            return MqttProperties.NO_PROPERTIES;
        }
        MqttProperties properties = new MqttProperties();
        properties.add(new StringProperty(MqttProperties.REASON_STRING, shortened(why)));
        return properties;
    }

    private static String shortened(String why) {
        String text = why.length() > REASON_MAX ? why.substring(0, REASON_MAX) : why;
        return text.indexOf('\u0000') < 0 ? text : text.replace('\u0000', '?');
    }

    private static MqttFixedHeader header(MqttMessageType type, MqttQoS qos) {
        return new MqttFixedHeader(type, false, qos, false, 0);
    }
}
