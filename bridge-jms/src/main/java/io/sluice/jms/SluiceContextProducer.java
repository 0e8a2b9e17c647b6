package io.sluice.jms;

import io.sluice.jms.message.SluiceMessage;
import io.sluice.jms.message.TypedProperties;
import jakarta.jms.CompletionListener;
import jakarta.jms.Destination;
import jakarta.jms.JMSProducer;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageFormatRuntimeException;
import java.io.Serializable;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A producer of the simplified API: properties and headers set here go onto every message sent, over what the message has
 * itself (Jakarta Messaging 3.1 §7.5, §7.6).
 */
final class SluiceContextProducer implements JMSProducer {
    private final SluiceSession session;
    private final SluiceProducer producer;
    private final TypedProperties properties = new TypedProperties();
    private Optional<CompletionListener> async = Optional.empty();
    private String correlationId;
    private String type;
    private Destination replyTo;

    SluiceContextProducer(SluiceSession session, SluiceProducer producer) {
        this.session = session;
        this.producer = producer;
    }

    // ---- send ----

    @Override
    public JMSProducer send(Destination destination, Message message) {
        return done(() -> {
            if (message == null) {
                throw new MessageFormatRuntimeException("there is no message to send: it is null");
            }
            for (String name : properties.names()) {
                message.setObjectProperty(name, properties.get(name));
            }
            if (correlationId != null) {
                message.setJMSCorrelationID(correlationId);
            }
            if (type != null) {
                message.setJMSType(type);
            }
            if (replyTo != null) {
                message.setJMSReplyTo(replyTo);
            }
            if (async.isPresent()) {
                producer.send(destination, message, async.get());
            } else {
                producer.send(destination, message);
            }
        });
    }

    @Override
    public JMSProducer send(Destination destination, String body) {
        return send(destination, Unchecked.<Message>get(() -> session.createTextMessage(body)));
    }

    @Override
    public JMSProducer send(Destination destination, Map<String, Object> body) {
        return send(destination, Unchecked.<Message>get(() -> {
            MapMessage message = session.createMapMessage();
            if (body != null) {
                for (Map.Entry<String, Object> entry : body.entrySet()) {
                    message.setObject(entry.getKey(), entry.getValue());
                }
            }
            return message;
        }));
    }

    @Override
    public JMSProducer send(Destination destination, byte[] body) {
        return send(destination, Unchecked.<Message>get(() -> {
            var message = session.createBytesMessage();
            if (body != null) {
                message.writeBytes(body);
            }
            return message;
        }));
    }

    /** Refused: object messages are not supported. */
    @Override
    public JMSProducer send(Destination destination, Serializable body) {
        return send(destination, Unchecked.<Message>get(() -> session.createObjectMessage(body)));
    }

    private JMSProducer done(Unchecked.Action action) {
        Unchecked.run(action);
        return this;
    }

    // ---- settings ----

    @Override
    public JMSProducer setDisableMessageID(boolean value) {
        return done(() -> producer.setDisableMessageID(value));
    }

    @Override
    public boolean getDisableMessageID() {
        return Unchecked.get(producer::getDisableMessageID);
    }

    @Override
    public JMSProducer setDisableMessageTimestamp(boolean value) {
        return done(() -> producer.setDisableMessageTimestamp(value));
    }

    @Override
    public boolean getDisableMessageTimestamp() {
        return Unchecked.get(producer::getDisableMessageTimestamp);
    }

    @Override
    public JMSProducer setDeliveryMode(int mode) {
        return done(() -> producer.setDeliveryMode(mode));
    }

    @Override
    public int getDeliveryMode() {
        return Unchecked.get(producer::getDeliveryMode);
    }

    @Override
    public JMSProducer setPriority(int level) {
        return done(() -> producer.setPriority(level));
    }

    @Override
    public int getPriority() {
        return Unchecked.get(producer::getPriority);
    }

    @Override
    public JMSProducer setTimeToLive(long ms) {
        return done(() -> producer.setTimeToLive(ms));
    }

    @Override
    public long getTimeToLive() {
        return Unchecked.get(producer::getTimeToLive);
    }

    @Override
    public JMSProducer setDeliveryDelay(long ms) {
        return done(() -> producer.setDeliveryDelay(ms));
    }

    @Override
    public long getDeliveryDelay() {
        return Unchecked.get(producer::getDeliveryDelay);
    }

    @Override
    public JMSProducer setAsync(CompletionListener listener) {
        async = Optional.ofNullable(listener);
        return this;
    }

    @Override
    public CompletionListener getAsync() {
        return async.orElse(null);
    }

    // ---- properties ----

    private JMSProducer with(String name, Object value) {
        return done(() -> properties.set(name, value));
    }

    @Override
    public JMSProducer setProperty(String name, boolean value) {
        return with(name, value);
    }

    @Override
    public JMSProducer setProperty(String name, byte value) {
        return with(name, value);
    }

    @Override
    public JMSProducer setProperty(String name, short value) {
        return with(name, value);
    }

    @Override
    public JMSProducer setProperty(String name, int value) {
        return with(name, value);
    }

    @Override
    public JMSProducer setProperty(String name, long value) {
        return with(name, value);
    }

    @Override
    public JMSProducer setProperty(String name, float value) {
        return with(name, value);
    }

    @Override
    public JMSProducer setProperty(String name, double value) {
        return with(name, value);
    }

    @Override
    public JMSProducer setProperty(String name, String value) {
        return with(name, value);
    }

    @Override
    public JMSProducer setProperty(String name, Object value) {
        return with(name, value);
    }

    @Override
    public JMSProducer clearProperties() {
        properties.clear();
        return this;
    }

    @Override
    public boolean propertyExists(String name) {
        return properties.has(name);
    }

    @Override
    public boolean getBooleanProperty(String name) {
        return Unchecked.get(() -> properties.getBoolean(name));
    }

    @Override
    public byte getByteProperty(String name) {
        return Unchecked.get(() -> properties.getByte(name));
    }

    @Override
    public short getShortProperty(String name) {
        return Unchecked.get(() -> properties.getShort(name));
    }

    @Override
    public int getIntProperty(String name) {
        return Unchecked.get(() -> properties.getInt(name));
    }

    @Override
    public long getLongProperty(String name) {
        return Unchecked.get(() -> properties.getLong(name));
    }

    @Override
    public float getFloatProperty(String name) {
        return Unchecked.get(() -> properties.getFloat(name));
    }

    @Override
    public double getDoubleProperty(String name) {
        return Unchecked.get(() -> properties.getDouble(name));
    }

    @Override
    public String getStringProperty(String name) {
        return Unchecked.get(() -> properties.getText(name));
    }

    @Override
    public Object getObjectProperty(String name) {
        return properties.get(name);
    }

    /** A snapshot that is not backed by the producer (§7.5). */
    @Override
    public Set<String> getPropertyNames() {
        return Set.copyOf(properties.names());
    }

    // ---- headers ----

    /** Refused, as {@link SluiceMessage#setJMSCorrelationIDAsBytes} is. */
    @Override
    public JMSProducer setJMSCorrelationIDAsBytes(byte[] id) {
        new SluiceMessage().setJMSCorrelationIDAsBytes(id);
        return this;
    }

    /** Refused, as {@link SluiceMessage#getJMSCorrelationIDAsBytes} is. */
    @Override
    public byte[] getJMSCorrelationIDAsBytes() {
        return new SluiceMessage().getJMSCorrelationIDAsBytes();
    }

    @Override
    public JMSProducer setJMSCorrelationID(String id) {
        correlationId = id;
        return this;
    }

    @Override
    public String getJMSCorrelationID() {
        return correlationId;
    }

    @Override
    public JMSProducer setJMSType(String name) {
        type = name;
        return this;
    }

    @Override
    public String getJMSType() {
        return type;
    }

    @Override
    public JMSProducer setJMSReplyTo(Destination to) {
        replyTo = to;
        return this;
    }

    @Override
    public Destination getJMSReplyTo() {
        return replyTo;
    }
}
