package io.sluice.mqtt.message;

import io.sluice.mqtt.topic.MqttTopic;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One application message as a publisher gives it (MQTT-5.0 §3.3).
 *
 * @param payload         shared, not copied: nobody changes it
 * @param qos             0..2
 * @param payloadIsText   the Payload Format Indicator: true for UTF-8 text, false for unspecified bytes
 * @param expirySeconds   0..4294967295, counted from when the server received the message
 * @param responseTopic   a legal topic name
 */
public record Publication(
        MqttTopic topic,
        byte[] payload,
        int qos,
        Optional<Boolean> payloadIsText,
        OptionalLong expirySeconds,
        Optional<String> contentType,
        Optional<String> responseTopic,
        Optional<byte[]> correlationData,
        List<UserProperty> userProperties) {

    public Publication {
        Objects.requireNonNull(topic, "topic");
        Objects.requireNonNull(payload, "payload");
        userProperties = List.copyOf(userProperties);
    }

    /** A message without any of the properties that MQTT 5 added. */
    public static Publication plain(MqttTopic topic, byte[] payload, int qos) {
        return new Publication(
                topic,
                payload,
                qos,
                Optional.empty(),
                OptionalLong.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Publication that
                && topic.equals(that.topic)
                && Arrays.equals(payload, that.payload)
                && qos == that.qos
                && payloadIsText.equals(that.payloadIsText)
                && expirySeconds.equals(that.expirySeconds)
                && contentType.equals(that.contentType)
                && responseTopic.equals(that.responseTopic)
                && Arrays.equals(correlationData.orElse(null), that.correlationData.orElse(null))
                && userProperties.equals(that.userProperties);
    }

    @Override
    public int hashCode() {
        return Objects.hash(topic, Arrays.hashCode(payload), qos, userProperties);
    }

    /** Never shows the payload: payloads do not belong in logs. */
    @Override
    public String toString() {
        return "Publication[topic=%s, payload=%d bytes, qos=%d]".formatted(topic, payload.length, qos);
    }
}
