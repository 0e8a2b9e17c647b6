package io.sluice.jms.message;

import io.sluice.filter.PropertyTypes;
import io.sluice.model.MessageProperties;
import io.sluice.model.PropertyNames;
import jakarta.jms.JMSException;
import jakarta.jms.MessageFormatException;
import jakarta.jms.MessageNotWriteableException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Properties of one message, each with the type it was set with. Confined to whoever holds the message.
 *
 * <p>Stored properties are text, so that other doors read them; the types travel beside them in the form of
 * {@link PropertyTypes}, with two more letters: {@code e} for empty text and {@code n} for null, which have no stored
 * property beside the letter.
 */
public final class TypedProperties {
    private static final Set<Class<?>> TYPES = Set.of(
            String.class, Boolean.class, Byte.class, Short.class, Integer.class, Long.class, Float.class, Double.class);
    /** What every receipt sets anew, so that a value set by the sender would never be seen. */
    private static final Set<String> SET_ON_RECEIPT =
            Set.of(JmsPropertyNames.DELIVERY_COUNT, JmsPropertyNames.FOREIGN_REPLY_TO);

    private static final String EMPTY = ":e";
    private static final String NULL = ":n";

    private final Map<String, Object> values = new LinkedHashMap<>();
    private boolean readOnly;

    /** From now on only {@link #clear} changes anything. */
    void becomeReadOnly() {
        readOnly = true;
    }

    /** Removes all; what is left is writable. */
    public void clear() {
        values.clear();
        readOnly = false;
    }

    public Set<String> names() {
        return Collections.unmodifiableSet(values.keySet());
    }

    public boolean has(String name) {
        return values.containsKey(name);
    }

    /**
     * @param value a boxed primitive other than char, a text, or null
     * @throws IllegalArgumentException when the name is null or empty
     * @throws JMSException when the properties are read only, the name is not allowed or the value of another type
     */
    public void set(String name, Object value) throws JMSException {
        PropertyNameRules.check(name);
        if (readOnly) {
            throw new MessageNotWriteableException(
                    "property '%s': properties of a received message are read only; call clearProperties first"
                            .formatted(name));
        }
        if (value != null && !TYPES.contains(value.getClass())) {
            throw new MessageFormatException("property '%s' is a %s; expected a boxed primitive or a String"
                    .formatted(name, value.getClass().getName()));
        }
        values.put(name, value);
    }

    /** Sets what this provider sets on receipt, past the rules for applications. */
    void put(String name, Object value) {
        values.put(name, value);
    }

    public Object get(String name) {
        return values.get(name);
    }

    public boolean getBoolean(String name) throws JMSException {
        return Conversion.toBoolean(get(name));
    }

    public byte getByte(String name) throws JMSException {
        return Conversion.toByte(get(name));
    }

    public short getShort(String name) throws JMSException {
        return Conversion.toShort(get(name));
    }

    public int getInt(String name) throws JMSException {
        return Conversion.toInt(get(name));
    }

    public long getLong(String name) throws JMSException {
        return Conversion.toLong(get(name));
    }

    public float getFloat(String name) throws JMSException {
        return Conversion.toFloat(get(name));
    }

    public double getDouble(String name) throws JMSException {
        return Conversion.toDouble(get(name));
    }

    public String getText(String name) throws JMSException {
        return Conversion.toText(get(name));
    }

    /** What is to be stored: the properties, then the headers that travel as properties, in their types. */
    Map<String, String> stored(Map<String, Object> headers) {
        Map<String, Object> typed = new LinkedHashMap<>();
        Map<String, String> texts = new LinkedHashMap<>();
        StringBuilder without = new StringBuilder();
        values.forEach((name, value) -> {
            if (SET_ON_RECEIPT.contains(name)) {
                return;
            }
            String sharedName = JmsPropertyNames.SHARED.get(name);
            if (sharedName != null) {
                texts.put(sharedName, value == null ? "" : value.toString());
            } else if (value == null || "".equals(value)) {
                without.append(',').append(name).append(value == null ? NULL : EMPTY);
            } else {
                typed.put(name, value);
            }
        });
        typed.putAll(headers);
        typed.forEach((name, value) -> texts.put(name, value.toString()));
        String described = PropertyTypes.describe(typed) + without;
        texts.put(PropertyNames.PROPERTY_TYPES, described.startsWith(",,") ? described.substring(1) : described);
        return texts;
    }

    /** Reads what {@link #stored} wrote, or the plain text properties of another door. */
    void loadFrom(MessageProperties stored) {
        String types = stored.find(PropertyNames.PROPERTY_TYPES).orElse("");
        stored.userProperties().forEach((name, value) -> {
            if (!JmsPropertyNames.HEADERS.contains(name)) {
                values.put(name, PropertyTypes.read(types, name, value));
            }
        });
        for (String entry : types.split(",")) {
            if (entry.endsWith(NULL) || entry.endsWith(EMPTY)) {
                values.put(entry.substring(0, entry.length() - 2), entry.endsWith(NULL) ? null : "");
            }
        }
        JmsPropertyNames.SHARED.forEach(
                (name, storedName) -> stored.find(storedName).ifPresent(value -> values.put(name, value)));
    }
}
