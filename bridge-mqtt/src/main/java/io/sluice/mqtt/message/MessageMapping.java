package io.sluice.mqtt.message;

import io.sluice.model.Message;
import io.sluice.model.MessageProperties;
import io.sluice.model.PropertyNames;
import io.sluice.mqtt.topic.IllegalTopicException;
import io.sluice.mqtt.topic.MqttTopic;
import io.sluice.mqtt.topic.TopicMapping;
import io.sluice.wire.message.MessageView;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What an application message is in the log, and back. The table is in docs/doors/mqtt.md.
 *
 * <p>User properties become properties of the message. When that loses something (a repeated name, an empty value, a name
 * that belongs to the broker), the exact list travels along in one more property, so that MQTT receivers get what was sent
 * (MQTT-5.0 §3.3.2.3.7: unaltered and in order) while the other doors see the part that they can express.
 */
public final class MessageMapping {
    /**
     * What only MQTT knows of a message: its QoS if that is not 1, {@code u} or {@code b} for a Payload Format Indicator of 1
     * or 0, {@code c} for an empty Content Type. Most messages need none.
     */
    static final String MARKS = "mqttMarks";
    /** The exact list of user properties, when the plain ones do not give it back. */
    static final String USER_PROPERTIES = "mqttUserProperties";
    /** Client id of a publisher that subscribes with No Local. */
    static final String CLIENT_ID = "mqttClientId";
    /** User property under which the index keys travel. */
    static final String KEYS_USER_PROPERTY = "keys";
    /** User property that tells the broker's message id to receivers. */
    static final String MESSAGE_ID_USER_PROPERTY = "messageId";

    /** Properties that have another place in MQTT, or belong to another door: never shown as user properties, never set by one. */
    private static final Set<String> OWNED_BY_DOORS = Set.of(
            PropertyNames.MQTT_TOPIC,
            PropertyNames.CONTENT_TYPE,
            PropertyNames.REPLY_TO,
            PropertyNames.EXPIRES_AT,
            PropertyNames.PROPERTY_TYPES,
            PropertyNames.JMS_DESTINATION,
            PropertyNames.JMS_REPLY_KIND,
            PropertyNames.JMS_BODY,
            PropertyNames.JMS_CONNECTION,
            MARKS,
            USER_PROPERTIES,
            CLIENT_ID);

    /** The log keeps what it has taken and may deliver it twice: QoS 1, unless a publisher asked for less or more. */
    private static final int QOS_OF_THE_LOG = 1;

    private MessageMapping() {}

    /**
     * The message to store.
     *
     * @param markedBy client id to mark the message with, or empty: no mark
     * @throws IllegalTopicException when the first level makes no native topic name
     */
    public static Message toMessage(Publication publication, String markedBy, long nowMs) {
        MqttTopic topic = publication.topic();
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put(PropertyNames.MQTT_TOPIC, topic.name());
        properties.put(PropertyNames.TAGS, topic.rest());
        properties.put(MARKS, marks(publication));
        properties.put(CLIENT_ID, markedBy);
        publication.contentType().ifPresent(type -> properties.put(PropertyNames.CONTENT_TYPE, storable(type)));
        publication.responseTopic().ifPresent(reply -> properties.put(PropertyNames.REPLY_TO, reply));
        publication
                .correlationData()
                .ifPresent(data -> properties.put(PropertyNames.CORRELATION_ID, CorrelationText.of(data)));
        publication
                .expirySeconds()
                .ifPresent(seconds -> properties.put(PropertyNames.EXPIRES_AT, Long.toString(nowMs + seconds * 1000)));
        publication.userProperties().forEach(property -> putUserProperty(properties, property));
        MessageProperties plain = MessageProperties.of(properties);
        MessageProperties all = plainUserProperties(plain).equals(publication.userProperties())
                ? plain
                : plain.with(USER_PROPERTIES, UserPropertyList.encode(publication.userProperties()));
        return new Message(TopicMapping.nativeTopic(topic.firstLevel()), publication.payload(), all, 0, nowMs);
    }

    private static String marks(Publication publication) {
        String qos = publication.qos() == QOS_OF_THE_LOG ? "" : Integer.toString(publication.qos());
        String format =
                publication.payloadIsText().map(text -> text ? "u" : "b").orElse("");
        String type = publication
                .contentType()
                .filter(String::isEmpty)
                .map(empty -> "c")
                .orElse("");
        return qos + format + type;
    }

    private static void putUserProperty(Map<String, String> properties, UserProperty property) {
        String name = property.name();
        if (name.isEmpty() || !isStorable(name) || !isStorable(property.value())) {
            return;
        }
        if (name.equals(KEYS_USER_PROPERTY)) {
            properties.put(PropertyNames.KEYS, property.value());
        } else if (!name.equals(MESSAGE_ID_USER_PROPERTY) && !isOwned(name)) {
            properties.put(name, property.value());
        }
    }

    private static boolean isOwned(String name) {
        return MessageProperties.isReserved(name) || OWNED_BY_DOORS.contains(name);
    }

    private static boolean isStorable(String text) {
        return text.indexOf('\u0001') < 0 && text.indexOf('\u0002') < 0;
    }

    private static String storable(String text) {
        return isStorable(text) ? text : text.replace("\u0001", "").replace("\u0002", "");
    }

    /**
     * The name under which a stored message is published to MQTT subscribers: its own topic name if that lies in the native
     * topic that holds it, else the native topic and the tag, else the native topic. A name that points elsewhere does not
     * count, because the subscribers of that name do not follow this native topic.
     */
    public static MqttTopic topicOf(MessageView view) {
        String nativeTopic = view.topic();
        String firstLevel = TopicMapping.firstLevel(nativeTopic);
        Optional<MqttTopic> given = Optional.ofNullable(view.property(PropertyNames.MQTT_TOPIC))
                .flatMap(MqttTopic::of)
                .filter(topic -> topic.firstLevel().equals(firstLevel));
        return given.or(() -> Optional.ofNullable(view.tag()).flatMap(tag -> MqttTopic.of(firstLevel + "/" + tag)))
                .or(() -> MqttTopic.of(firstLevel))
                .orElseGet(() -> new MqttTopic(nativeTopic));
    }

    /**
     * What subscribers get.
     *
     * @param topic what {@link #topicOf} said of the same message
     * @throws io.sluice.wire.message.BodyCodec.CompressionException when a compressed body does not inflate
     */
    public static Delivery toDelivery(MessageView view, MqttTopic topic) {
        MessageProperties properties = view.properties();
        String marks = properties.find(MARKS).orElse("");
        Publication publication = new Publication(
                topic,
                view.body(),
                qos(marks),
                payloadIsText(marks),
                OptionalLong.empty(),
                marks.indexOf('c') >= 0
                        ? Optional.of("")
                        : properties.contentType().filter(MessageMapping::isSendable),
                properties.find(PropertyNames.REPLY_TO).filter(reply -> MqttTopic.of(reply)
                        .isPresent()),
                properties.find(PropertyNames.CORRELATION_ID).map(CorrelationText::bytes),
                properties
                        .find(USER_PROPERTIES)
                        .map(UserPropertyList::decode)
                        .orElseGet(() -> plainUserProperties(properties)));
        return new Delivery(
                publication, view.messageId().toString(), expiresAt(properties), properties.find(CLIENT_ID));
    }

    private static int qos(String marks) {
        char digit = marks.isEmpty() ? ' ' : marks.charAt(0);
        return digit >= '0' && digit <= '2' ? digit - '0' : QOS_OF_THE_LOG;
    }

    private static Optional<Boolean> payloadIsText(String marks) {
        if (marks.indexOf('u') >= 0) {
            return Optional.of(true);
        }
        return marks.indexOf('b') >= 0 ? Optional.of(false) : Optional.empty();
    }

    /** Whatever another door wrote there that is no number means: does not expire. */
    private static OptionalLong expiresAt(MessageProperties properties) {
        String text = properties.get(PropertyNames.EXPIRES_AT);
        if (text == null) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Long.parseLong(text));
        } catch (NumberFormatException notAnInstant) {
            return OptionalLong.empty();
        }
    }

    /** What an application set itself, and its keys; nothing of the broker's or this door's own. */
    private static List<UserProperty> plainUserProperties(MessageProperties properties) {
        List<UserProperty> list = new ArrayList<>();
        properties.forEach((name, value) -> {
            if (name.equals(PropertyNames.KEYS)) {
                list.add(new UserProperty(KEYS_USER_PROPERTY, value));
            } else if (!isOwned(name) && isSendable(name) && isSendable(value)) {
                list.add(new UserProperty(name, value));
            }
        });
        return list;
    }

    /** U+0000 may stand in a property of the log, but in no string of MQTT (MQTT-5.0 §1.5.4). */
    private static boolean isSendable(String text) {
        return text.indexOf('\u0000') < 0;
    }
}
