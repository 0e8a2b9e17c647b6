package io.sluice.jms.message;

import io.sluice.jms.destination.Addressed;
import io.sluice.jms.destination.Destinations;
import io.sluice.model.Message;
import io.sluice.model.MessageProperties;
import io.sluice.model.PropertyNames;
import jakarta.jms.DeliveryMode;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * From a stored message of any door to a JMS message. The content type decides the class: text types become text messages,
 * this provider's map and stream types their own, everything else bytes. Without a content type, bytes that are valid UTF-8
 * are a text. What claims to be a text, map or stream and is none becomes a bytes message, so that nothing is lost.
 *
 * @param destinations makes the JMSReplyTo object
 */
public record IncomingForm(Destinations destinations) {

    /**
     * @param id      the id as every door shows it
     * @param from    the destination that was read
     * @param attempt 1 for the first delivery
     */
    public SluiceMessage of(Message stored, String id, Addressed from, int attempt, Acknowledger acknowledger) {
        MessageProperties properties = stored.properties();
        SluiceMessage message = withBody(stored.body(), properties);
        message.properties().loadFrom(properties);
        message.properties().put(JmsPropertyNames.DELIVERY_COUNT, attempt);
        message.setJMSMessageID("ID:" + id);
        message.setJMSDestination(from);
        message.setJMSRedelivered(attempt > 1);
        putHeaders(message, stored);
        putReplyTo(message, properties, from);
        message.becomeReceived(acknowledger);
        return message;
    }

    private static SluiceMessage withBody(byte[] body, MessageProperties properties) {
        String mark = properties.get(PropertyNames.JMS_BODY);
        if ("none".equals(mark) && body.length == 0) {
            return new SluiceMessage();
        }
        if ("null".equals(mark) && body.length == 0) {
            return new SluiceTextMessage();
        }
        Optional<ContentType> contentType = properties.contentType().map(ContentType::parse);
        if (contentType.isEmpty()) {
            return textOrBytes(ContentType.strictly(StandardCharsets.UTF_8, body), body);
        }
        if (contentType.get().isText()) {
            return textOrBytes(contentType.get().decode(body), body);
        }
        try {
            return switch (contentType.get().essence()) {
                case ContentType.MAP -> new SluiceMapMessage(Items.decodeMap(body));
                case ContentType.STREAM -> new SluiceStreamMessage(Items.decodeList(body));
                default -> new SluiceBytesMessage(body);
            };
        } catch (Items.MalformedBodyException notOurFormat) {
            return new SluiceBytesMessage(body);
        }
    }

    private static SluiceMessage textOrBytes(Optional<String> text, byte[] body) {
        return text.<SluiceMessage>map(SluiceTextMessage::new).orElseGet(() -> new SluiceBytesMessage(body));
    }

    private static void putHeaders(SluiceMessage message, Message stored) {
        MessageProperties properties = stored.properties();
        message.setJMSTimestamp(properties.has(PropertyNames.JMS_TIMESTAMP) ? 0 : stored.bornAtMs());
        message.setJMSDeliveryTime(number(properties.get(PropertyNames.TIMER_OUT_MS), stored.bornAtMs()));
        message.setJMSCorrelationID(properties.get(PropertyNames.CORRELATION_ID));
        message.setJMSType(properties.get(PropertyNames.JMS_TYPE));
        message.setJMSDeliveryMode(
                "false".equals(properties.get(PropertyNames.WAIT))
                        ? DeliveryMode.NON_PERSISTENT
                        : DeliveryMode.PERSISTENT);
        message.setJMSPriority(
                (int) number(properties.get(PropertyNames.JMS_PRIORITY), SluiceMessage.DEFAULT_PRIORITY));
        message.setJMSExpiration(expiresAtMs(properties));
    }

    private void putReplyTo(SluiceMessage message, MessageProperties properties, Addressed from) {
        String name = properties.get(PropertyNames.REPLY_TO);
        if (name == null) {
            return;
        }
        String word = properties.get(PropertyNames.JMS_REPLY_KIND);
        ReplyKind.addressOf(name, word, from.address().kind())
                .ifPresentOrElse(address -> message.setJMSReplyTo(destinations.at(address)), () -> message.properties()
                        .put(JmsPropertyNames.FOREIGN_REPLY_TO, name));
    }

    /** When nobody needs the message any more, epoch milliseconds; 0 for never. */
    public static long expiresAtMs(MessageProperties properties) {
        return number(properties.get(PropertyNames.EXPIRES_AT), 0);
    }

    /** A number that another door may have written; what is none counts as absent. */
    private static long number(String text, long otherwise) {
        if (text == null) {
            return otherwise;
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException notANumber) {
            return otherwise;
        }
    }
}
