package io.sluice.mqtt.message;

/** Why a packet is accepted or refused (MQTT-5.0 §2.4): those that this door sends or understands. */
public enum ReasonCode {
    /** Done; in a DISCONNECT: ended in good order; in a SUBACK: granted with QoS 0. */
    SUCCESS(0x00),
    /** In a client's DISCONNECT: end, and publish my will. */
    DISCONNECT_WITH_WILL(0x04),
    /** In an UNSUBACK: there was no such subscription. */
    NO_SUBSCRIPTION_EXISTED(0x11),
    UNSPECIFIED_ERROR(0x80),
    /** The bytes are no packet. */
    MALFORMED_PACKET(0x81),
    /** The packet may not come now, or not with these contents. */
    PROTOCOL_ERROR(0x82),
    /** Correct, but this server does not do it. */
    IMPLEMENTATION_SPECIFIC_ERROR(0x83),
    UNSUPPORTED_PROTOCOL_VERSION(0x84),
    CLIENT_IDENTIFIER_NOT_VALID(0x85),
    BAD_USER_NAME_OR_PASSWORD(0x86),
    NOT_AUTHORIZED(0x87),
    SERVER_UNAVAILABLE(0x88),
    SERVER_SHUTTING_DOWN(0x8B),
    BAD_AUTHENTICATION_METHOD(0x8C),
    KEEP_ALIVE_TIMEOUT(0x8D),
    SESSION_TAKEN_OVER(0x8E),
    /** Correct, but not allowed here. */
    TOPIC_FILTER_INVALID(0x8F),
    /** Correct, but not accepted here. */
    TOPIC_NAME_INVALID(0x90),
    PACKET_IDENTIFIER_NOT_FOUND(0x92),
    RECEIVE_MAXIMUM_EXCEEDED(0x93),
    TOPIC_ALIAS_INVALID(0x94),
    PACKET_TOO_LARGE(0x95),
    /** A limit of this server is reached. */
    QUOTA_EXCEEDED(0x97),
    RETAIN_NOT_SUPPORTED(0x9A),
    /** By the cluster behind this server. */
    SHARED_SUBSCRIPTIONS_NOT_SUPPORTED(0x9E);

    private final int code;

    ReasonCode(int code) {
        this.code = code;
    }

    /** As it stands in packets. */
    public byte code() {
        return (byte) code;
    }

    /** 0x80 and above. */
    public boolean isFailure() {
        return code >= 0x80;
    }
}
