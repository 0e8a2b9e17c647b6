package io.sluice.jms.message;

import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageEOFException;
import jakarta.jms.MessageFormatException;
import jakarta.jms.ObjectMessage;
import jakarta.jms.StreamMessage;
import jakarta.jms.TextMessage;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;

/** Takes over messages that were made by another provider, which a producer must accept (Jakarta Messaging 3.1 §3.12). */
public final class OtherProviders {
    private static final int COPY_BYTES = 8192;

    private OtherProviders() {}

    /**
     * The message itself when it is ours, else a copy of what its sender may set.
     *
     * @throws MessageFormatException when there is no message, or it carries a serialised object
     */
    public static SluiceMessage taken(Message message) throws JMSException {
        if (message == null) {
            throw new MessageFormatException("there is no message to send: it is null");
        }
        if (message instanceof SluiceMessage ours) {
            return ours;
        }
        SluiceMessage copy = withBodyOf(message);
        copy.setJMSCorrelationID(message.getJMSCorrelationID());
        copy.setJMSType(message.getJMSType());
        copy.setJMSReplyTo(message.getJMSReplyTo());
        for (String name : names(message.getPropertyNames())) {
            copy.setObjectProperty(name, message.getObjectProperty(name));
        }
        return copy;
    }

    private static SluiceMessage withBodyOf(Message message) throws JMSException {
        if (message instanceof TextMessage text) {
            return new SluiceTextMessage(text.getText());
        }
        if (message instanceof BytesMessage bytes) {
            return copyOf(bytes);
        }
        if (message instanceof MapMessage map) {
            SluiceMapMessage copy = new SluiceMapMessage();
            for (String name : names(map.getMapNames())) {
                copy.setObject(name, map.getObject(name));
            }
            return copy;
        }
        if (message instanceof StreamMessage stream) {
            return copyOf(stream);
        }
        if (message instanceof ObjectMessage) {
            throw objectsRefused();
        }
        return new SluiceMessage();
    }

    /** The interfaces have raw enumerations. */
    private static List<String> names(Enumeration<?> raw) {
        List<String> names = new ArrayList<>();
        while (raw.hasMoreElements()) {
            names.add((String) raw.nextElement());
        }
        return names;
    }

    private static SluiceMessage copyOf(BytesMessage bytes) throws JMSException {
        bytes.reset();
        SluiceBytesMessage copy = new SluiceBytesMessage();
        byte[] chunk = new byte[COPY_BYTES];
        int count;
        while ((count = bytes.readBytes(chunk)) > 0) {
            copy.writeBytes(chunk, 0, count);
        }
        return copy;
    }

    private static SluiceMessage copyOf(StreamMessage stream) throws JMSException {
        stream.reset();
        SluiceStreamMessage copy = new SluiceStreamMessage();
        while (true) {
            try {
                copy.writeObject(stream.readObject());
            } catch (MessageEOFException end) {
                return copy;
            }
        }
    }

    /** Why there are no object messages. */
    public static MessageFormatException objectsRefused() {
        return new MessageFormatException(
                "object messages are not supported: reading Java objects from a broker lets a sender"
                        + " run code in the receiver; send the object's data as text, bytes or a map message");
    }
}
