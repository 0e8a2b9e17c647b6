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
        Map<String, String> stored = new LinkedHashMap<>();
        stored.put(JmsPropertyNames.DESTINATION, to.kind().word());
        message.properties().storeInto(stored);
        placeTag(message, to, stored);
        putHeaders(message, to, stored);
        byte[] body = body(message, stored);
        long bornAtMs = message.getJMSTimestamp() == 0 ? System.currentTimeMillis() : message.getJMSTimestamp();
        return new Message(to.topic(), body, properties(stored), 0, bornAtMs);
    }

    /** A destination TOPIC/TAG brings its tag; a message that carries another one was meant for elsewhere. */
    private static void placeTag(SluiceMessage message, Address to, Map<String, String> stored) throws JMSException {
        if (to.tag().isEmpty()) {
            return;
        }
        String own = message.properties().getText(JmsPropertyNames.TAG);
        if (own != null && !own.equals(to.tag().get())) {
            throw new MessageFormatException("%s is '%s', but the destination '%s' has another tag; set only one of them"
                    .formatted(JmsPropertyNames.TAG, own, to.name()));
        }
        stored.put(PropertyNames.TAGS, to.tag().get());
    }

    private void putHeaders(SluiceMessage message, Address to, Map<String, String> stored) throws JMSException {
        boolean persistent = message.getJMSDeliveryMode() != DeliveryMode.NON_PERSISTENT;
        stored.put(JmsPropertyNames.DELIVERY_MODE, persistent ? "PERSISTENT" : "NON_PERSISTENT");
        stored.put(JmsPropertyNames.PRIORITY, Integer.toString(message.getJMSPriority()));
        if (!persistent) {
            stored.put(PropertyNames.WAIT, "false");
        }
        if (message.getJMSTimestamp() != 0) {
            stored.put(JmsPropertyNames.TIMESTAMP, Long.toString(message.getJMSTimestamp()));
        }
        if (message.getJMSExpiration() != 0) {
            stored.put(PropertyNames.EXPIRES_AT, Long.toString(message.getJMSExpiration()));
        }
        if (to.kind() == Kind.TOPIC) {
            stored.put(JmsPropertyNames.CONNECTION, connection);
        }
        stored.put(JmsPropertyNames.TYPE, message.getJMSType());
        stored.put(PropertyNames.CORRELATION_ID, message.getJMSCorrelationID());
        putReplyTo(message.getJMSReplyTo(), stored);
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
        stored.put(JmsPropertyNames.REPLY_KIND, ReplyKind.wordFor(address));
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
        stored.put(JmsPropertyNames.BODY, "none");
        return new byte[0];
    }

    private static byte[] textBody(SluiceTextMessage message, Map<String, String> stored) throws JMSException {
        String contentType = stored.computeIfAbsent(PropertyNames.CONTENT_TYPE, absent -> ContentType.TEXT);
        if (message.getText() == null) {
            stored.put(JmsPropertyNames.BODY, "null");
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
