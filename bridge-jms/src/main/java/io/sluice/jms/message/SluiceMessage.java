package io.sluice.jms.message;

import jakarta.jms.DeliveryMode;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageFormatException;
import jakarta.jms.MessageNotReadableException;
import jakarta.jms.MessageNotWriteableException;
import java.util.Collections;
import java.util.Enumeration;

/**
 * Headers and properties, which all message types share; by itself the message without a body (Jakarta Messaging 3.1 §3).
 * As the specification says, used by one thread at a time.
 */
public class SluiceMessage implements Message {
    private final TypedProperties properties = new TypedProperties();
    private boolean bodyReadOnly;
    private Acknowledger acknowledger = Acknowledger.NOBODY;

    private String messageId;
    private long timestamp;
    private String correlationId;
    private Destination replyTo;
    private Destination destination;
    private int deliveryMode = DeliveryMode.PERSISTENT;
    private boolean redelivered;
    private String type;
    private long expiration;
    private long deliveryTime;
    private int priority = DEFAULT_PRIORITY;

    TypedProperties properties() {
        return properties;
    }

    /** Properties and body are read only from now on; whoever received the message acknowledges it with this. */
    void becomeReceived(Acknowledger settledBy) {
        properties.becomeReadOnly();
        bodyReadOnly = true;
        acknowledger = settledBy;
    }

    boolean isBodyReadOnly() {
        return bodyReadOnly;
    }

    void bodyReadOnly(boolean readOnly) {
        bodyReadOnly = readOnly;
    }

    void requireWritableBody() throws MessageNotWriteableException {
        if (bodyReadOnly) {
            throw new MessageNotWriteableException(
                    "the body is read only because the message was received or reset; call clearBody first");
        }
    }

    void requireReadableBody() throws MessageNotReadableException {
        if (!bodyReadOnly) {
            throw new MessageNotReadableException("the body is being written; call reset first");
        }
    }

    // ---- headers, §3.4 ----

    @Override
    public String getJMSMessageID() {
        return messageId;
    }

    @Override
    public void setJMSMessageID(String id) {
        messageId = id;
    }

    @Override
    public long getJMSTimestamp() {
        return timestamp;
    }

    @Override
    public void setJMSTimestamp(long epochMs) {
        timestamp = epochMs;
    }

    /** Refused, as §3.4.5 allows: correlation ids are text here. */
    @Override
    public byte[] getJMSCorrelationIDAsBytes() {
        throw bytesRefused();
    }

    /** Refused, as §3.4.5 allows: correlation ids are text here. */
    @Override
    public void setJMSCorrelationIDAsBytes(byte[] bytes) {
        throw bytesRefused();
    }

    private static UnsupportedOperationException bytesRefused() {
        return new UnsupportedOperationException(
                "correlation ids are text in this provider; use getJMSCorrelationID and setJMSCorrelationID");
    }

    @Override
    public String getJMSCorrelationID() {
        return correlationId;
    }

    @Override
    public void setJMSCorrelationID(String id) {
        correlationId = id;
    }

    @Override
    public Destination getJMSReplyTo() {
        return replyTo;
    }

    @Override
    public void setJMSReplyTo(Destination to) {
        replyTo = to;
    }

    @Override
    public Destination getJMSDestination() {
        return destination;
    }

    @Override
    public void setJMSDestination(Destination to) {
        destination = to;
    }

    @Override
    public int getJMSDeliveryMode() {
        return deliveryMode;
    }

    @Override
    public void setJMSDeliveryMode(int mode) {
        deliveryMode = mode;
    }

    @Override
    public boolean getJMSRedelivered() {
        return redelivered;
    }

    @Override
    public void setJMSRedelivered(boolean again) {
        redelivered = again;
    }

    @Override
    public String getJMSType() {
        return type;
    }

    @Override
    public void setJMSType(String name) {
        type = name;
    }

    @Override
    public long getJMSExpiration() {
        return expiration;
    }

    @Override
    public void setJMSExpiration(long epochMs) {
        expiration = epochMs;
    }

    @Override
    public long getJMSDeliveryTime() {
        return deliveryTime;
    }

    @Override
    public void setJMSDeliveryTime(long epochMs) {
        deliveryTime = epochMs;
    }

    @Override
    public int getJMSPriority() {
        return priority;
    }

    @Override
    public void setJMSPriority(int level) {
        priority = level;
    }

    // ---- properties, §3.5 ----

    @Override
    public void clearProperties() {
        properties.clear();
    }

    @Override
    public boolean propertyExists(String name) {
        return properties.has(name);
    }

    @Override
    public boolean getBooleanProperty(String name) throws JMSException {
        return properties.getBoolean(name);
    }

    @Override
    public byte getByteProperty(String name) throws JMSException {
        return properties.getByte(name);
    }

    @Override
    public short getShortProperty(String name) throws JMSException {
        return properties.getShort(name);
    }

    @Override
    public int getIntProperty(String name) throws JMSException {
        return properties.getInt(name);
    }

    @Override
    public long getLongProperty(String name) throws JMSException {
        return properties.getLong(name);
    }

    @Override
    public float getFloatProperty(String name) throws JMSException {
        return properties.getFloat(name);
    }

    @Override
    public double getDoubleProperty(String name) throws JMSException {
        return properties.getDouble(name);
    }

    @Override
    public String getStringProperty(String name) throws JMSException {
        return properties.getText(name);
    }

    @Override
    public Object getObjectProperty(String name) {
        return properties.get(name);
    }

    @Override
    public Enumeration<String> getPropertyNames() {
        return Collections.enumeration(properties.names());
    }

    @Override
    public void setBooleanProperty(String name, boolean value) throws JMSException {
        properties.set(name, value);
    }

    @Override
    public void setByteProperty(String name, byte value) throws JMSException {
        properties.set(name, value);
    }

    @Override
    public void setShortProperty(String name, short value) throws JMSException {
        properties.set(name, value);
    }

    @Override
    public void setIntProperty(String name, int value) throws JMSException {
        properties.set(name, value);
    }

    @Override
    public void setLongProperty(String name, long value) throws JMSException {
        properties.set(name, value);
    }

    @Override
    public void setFloatProperty(String name, float value) throws JMSException {
        properties.set(name, value);
    }

    @Override
    public void setDoubleProperty(String name, double value) throws JMSException {
        properties.set(name, value);
    }

    @Override
    public void setStringProperty(String name, String value) throws JMSException {
        properties.set(name, value);
    }

    @Override
    public void setObjectProperty(String name, Object value) throws JMSException {
        properties.set(name, value);
    }

    // ---- body, §3.11 ----

    @Override
    public void acknowledge() throws JMSException {
        acknowledger.acknowledge();
    }

    @Override
    public void clearBody() throws JMSException {
        bodyReadOnly = false;
    }

    /** The body in the form that {@link #getBody} hands out; {@code null} when there is none. */
    Object bodyValue() {
        return null;
    }

    @Override
    public <T> T getBody(Class<T> wanted) throws JMSException {
        Object body = bodyValue();
        if (body == null) {
            return null;
        }
        if (!wanted.isInstance(body)) {
            throw new MessageFormatException("the body of this %s cannot be assigned to %s"
                    .formatted(getClass().getSimpleName(), wanted.getName()));
        }
        return wanted.cast(body);
    }

    /** Whether {@link #getBody} would hand out a body of this type; a message without one has none of any type. */
    public boolean hasBodyOf(Class<?> wanted) {
        Object body = bodyValue();
        return body != null && wanted.isInstance(body);
    }

    /** The parameter is raw because the interface has it so. */
    @Override
    @SuppressWarnings("rawtypes")
    public boolean isBodyAssignableTo(Class wanted) {
        Object body = bodyValue();
        return body == null || wanted.isInstance(body);
    }

    /** Never shows body or property values: payloads do not belong in logs. */
    @Override
    public String toString() {
        return "%s[%s, destination=%s, properties=%d]"
                .formatted(
                        getClass().getSimpleName(),
                        messageId,
                        destination,
                        properties.names().size());
    }
}
