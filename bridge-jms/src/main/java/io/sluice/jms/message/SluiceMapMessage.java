package io.sluice.jms.message;

import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Named values of the types that {@link Items} carries, in the order set. */
public final class SluiceMapMessage extends SluiceMessage implements MapMessage {
    private final Map<String, Object> entries = new LinkedHashMap<>();

    public SluiceMapMessage() {}

    /** A received body. */
    SluiceMapMessage(Map<String, Object> received) {
        entries.putAll(received);
    }

    Map<String, Object> entries() {
        return entries;
    }

    @Override
    public void clearBody() throws JMSException {
        super.clearBody();
        entries.clear();
    }

    @Override
    Object bodyValue() {
        return entries.isEmpty() ? null : Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    }

    @Override
    public boolean itemExists(String name) {
        return entries.containsKey(name);
    }

    @Override
    public Enumeration<String> getMapNames() {
        return Collections.enumeration(entries.keySet());
    }

    @Override
    public boolean getBoolean(String name) throws JMSException {
        return Conversion.toBoolean(entries.get(name));
    }

    @Override
    public byte getByte(String name) throws JMSException {
        return Conversion.toByte(entries.get(name));
    }

    @Override
    public short getShort(String name) throws JMSException {
        return Conversion.toShort(entries.get(name));
    }

    @Override
    public char getChar(String name) throws JMSException {
        return Conversion.toChar(entries.get(name));
    }

    @Override
    public int getInt(String name) throws JMSException {
        return Conversion.toInt(entries.get(name));
    }

    @Override
    public long getLong(String name) throws JMSException {
        return Conversion.toLong(entries.get(name));
    }

    @Override
    public float getFloat(String name) throws JMSException {
        return Conversion.toFloat(entries.get(name));
    }

    @Override
    public double getDouble(String name) throws JMSException {
        return Conversion.toDouble(entries.get(name));
    }

    @Override
    public String getString(String name) throws JMSException {
        return Conversion.toText(entries.get(name));
    }

    @Override
    public byte[] getBytes(String name) throws JMSException {
        byte[] bytes = Conversion.toBytes(entries.get(name));
        return bytes == null ? null : bytes.clone();
    }

    @Override
    public Object getObject(String name) throws JMSException {
        return Items.checked(entries.get(name));
    }

    private void put(String name, Object value) throws JMSException {
        if (name == null || name.isEmpty()) {
            throw new IllegalArgumentException("a map entry's name is null or empty");
        }
        requireWritableBody();
        entries.put(name, Items.checked(value));
    }

    @Override
    public void setBoolean(String name, boolean value) throws JMSException {
        put(name, value);
    }

    @Override
    public void setByte(String name, byte value) throws JMSException {
        put(name, value);
    }

    @Override
    public void setShort(String name, short value) throws JMSException {
        put(name, value);
    }

    @Override
    public void setChar(String name, char value) throws JMSException {
        put(name, value);
    }

    @Override
    public void setInt(String name, int value) throws JMSException {
        put(name, value);
    }

    @Override
    public void setLong(String name, long value) throws JMSException {
        put(name, value);
    }

    @Override
    public void setFloat(String name, float value) throws JMSException {
        put(name, value);
    }

    @Override
    public void setDouble(String name, double value) throws JMSException {
        put(name, value);
    }

    @Override
    public void setString(String name, String value) throws JMSException {
        put(name, value);
    }

    @Override
    public void setBytes(String name, byte[] value) throws JMSException {
        put(name, value);
    }

    @Override
    public void setBytes(String name, byte[] value, int offset, int length) throws JMSException {
        put(name, Items.part(value, offset, length));
    }

    @Override
    public void setObject(String name, Object value) throws JMSException {
        put(name, value);
    }
}
