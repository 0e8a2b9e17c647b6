package io.sluice.jms.message;

import io.sluice.jms.destination.Address;
import io.sluice.jms.destination.Addressed;
import io.sluice.jms.destination.Kind;
import io.sluice.model.Message;
import io.sluice.model.MessageProperties;
import io.sluice.model.PropertyNames;
import jakarta.jms.DeliveryMode;
import jakarta.jms.Destination;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.MessageFormatException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * From a JMS message, whose headers the producer has set, to what the log stores.
 *
 * @param connection identifies the sending connection on messages to topics
 */
public record OutgoingForm(String connection) {

    /**
     * A copy: changing the message afterwards changes nothing that was sent.
     *
     * @throws JMSException when body or properties cannot be carried; the text says which and why
     */
    public Message of(SluiceMessage message, Address to) throws JMSException {
        Map<String, String> stored = message.properties().stored(selectableHeaders(message));
        stored.put(PropertyNames.JMS_DESTINATION, to.kind().word());
        if (to.kind() == Kind.TOPIC) {
            stored.put(PropertyNames.JMS_CONNECTION, connection);
        }
        placeTag(to, stored);
        stored.put(PropertyNames.CORRELATION_ID, message.getJMSCorrelationID());
        if (message.getJMSExpiration() != 0) {
            stored.put(PropertyNames.EXPIRES_AT, Long.toString(message.getJMSExpiration()));
        }
        if (message.getJMSDeliveryMode() == DeliveryMode.NON_PERSISTENT) {
            stored.put(PropertyNames.WAIT, "false");
        }
        putReplyTo(message.getJMSReplyTo(), stored);
        byte[] body = body(message, stored);
        long bornAtMs = message.getJMSTimestamp() == 0 ? System.currentTimeMillis() : message.getJMSTimestamp();
        return new Message(to.topic(), body, properties(stored), 0, bornAtMs);
    }

    /** Headers that selectors may name, where they differ from what a reader assumes of a message without them. */
    private static Map<String, Object> selectableHeaders(SluiceMessage message) {
        Map<String, Object> headers = new LinkedHashMap<>();
        if (message.getJMSType() != null && !message.getJMSType().isEmpty()) {
            headers.put(PropertyNames.JMS_TYPE, message.getJMSType());
        }
        if (message.getJMSPriority() != SluiceMessage.DEFAULT_PRIORITY) {
            headers.put(PropertyNames.JMS_PRIORITY, message.getJMSPriority());
        }
        if (message.getJMSDeliveryMode() == DeliveryMode.NON_PERSISTENT) {
            headers.put(PropertyNames.JMS_DELIVERY_MODE, "NON_PERSISTENT");
        }
        if (message.getJMSTimestamp() == 0) {
            headers.put(PropertyNames.JMS_TIMESTAMP, 0L);
        }
        return headers;
    }

    /** A destination TOPIC/TAG brings its tag; a message that carries another one was meant for elsewhere. */
    private static void placeTag(Address to, Map<String, String> stored) throws JMSException {
        if (to.tag().isEmpty()) {
            return;
        }
        String own = stored.put(PropertyNames.TAGS, to.tag().get());
        if (own != null && !own.equals(to.tag().get())) {
            throw new MessageFormatException(
                    "%s is '%s', but the destination '%s' has another tag; set only one of them"
                            .formatted(JmsPropertyNames.TAG, own, to.name()));
        }
    }

    private static void putReplyTo(Destination replyTo, Map<String, String> stored) throws JMSException {
        if (replyTo == null) {
            return;
        }
        if (!(replyTo instanceof Addressed addressed)) {
            throw new InvalidDestinationException(
                    "JMSReplyTo is a %s of another provider; expected a destination made by this one"
                            .formatted(replyTo.getClass().getName()));
        }
        Address address = addressed.address();
        stored.put(PropertyNames.REPLY_TO, address.nativeText());
        stored.put(PropertyNames.JMS_REPLY_KIND, ReplyKind.wordFor(address));
    }

    /** The body, and in the properties the content type and what the bytes alone do not tell. */
    private static byte[] body(SluiceMessage message, Map<String, String> stored) throws JMSException {
        if (message instanceof SluiceTextMessage text) {
            return textBody(text, stored);
        }
        if (message instanceof SluiceBytesMessage bytes) {
            stored.putIfAbsent(PropertyNames.CONTENT_TYPE, ContentType.BYTES);
            return bytes.content();
        }
        if (message instanceof SluiceMapMessage map) {
            return ownFormat(ContentType.MAP, Items.encode(map.entries()), stored);
        }
        if (message instanceof SluiceStreamMessage stream) {
            return ownFormat(ContentType.STREAM, Items.encode(stream.items()), stored);
        }
        stored.put(PropertyNames.JMS_BODY, "none");
        return new byte[0];
    }

    private static byte[] textBody(SluiceTextMessage message, Map<String, String> stored) throws JMSException {
        String contentType = stored.computeIfAbsent(PropertyNames.CONTENT_TYPE, absent -> ContentType.TEXT);
        if (message.getText() == null) {
            stored.put(PropertyNames.JMS_BODY, "null");
            return new byte[0];
        }
        return ContentType.parse(contentType)
                .encode(message.getText())
                .orElseThrow(() -> new MessageFormatException(
                        "the text has characters that the character set of '%s' does not have; use charset=utf-8"
                                .formatted(contentType)));
    }

    private static byte[] ownFormat(String contentType, byte[] body, Map<String, String> stored) throws JMSException {
        String chosen = stored.put(PropertyNames.CONTENT_TYPE, contentType);
        if (chosen != null && !chosen.equals(contentType)) {
            throw new MessageFormatException("%s is '%s', but this message is stored as %s; leave the property out"
                    .formatted(JmsPropertyNames.CONTENT_TYPE, chosen, contentType));
        }
        return body;
    }

    private static MessageProperties properties(Map<String, String> stored) throws JMSException {
        try {
            return MessageProperties.of(stored);
        } catch (IllegalArgumentException separator) {
            MessageFormatException refused = new MessageFormatException(
                    "%s; these two characters separate properties in the log".formatted(separator.getMessage()));
            refused.setLinkedException(separator);
            throw refused;
        }
    }
}
