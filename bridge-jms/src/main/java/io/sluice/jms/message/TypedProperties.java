package io.sluice.jms.message;

import io.sluice.model.MessageProperties;
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
 * <p>Stored properties are text, so that other doors read them; the types travel in one more property,
 * {@link JmsPropertyNames#TYPES}: {@code name:code} pairs joined by commas, one for each property that is not plain text.
 * Codes: {@code z} boolean, {@code b} byte, {@code s} short, {@code i} int, {@code l} long, {@code f} float, {@code d}
 * double, {@code e} empty text, {@code n} null. The last two have no stored property beside the code.
 */
public final class TypedProperties {
    private static final Map<Class<?>, Character> CODES = Map.of(
            Boolean.class, 'z', Byte.class, 'b', Short.class, 's', Integer.class, 'i', Long.class, 'l', Float.class, 'f',
            Double.class, 'd');
    /** What every receipt sets anew, so that a value set by the sender would never be seen. */
    private static final Set<String> SET_ON_RECEIPT =
            Set.of(JmsPropertyNames.DELIVERY_COUNT, JmsPropertyNames.FOREIGN_REPLY_TO);

    private static final char EMPTY = 'e';
    private static final char NULL = 'n';

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
        if (value != null && !(value instanceof String) && !CODES.containsKey(value.getClass())) {
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

    /** Writes every property and the table of their types. */
    void storeInto(Map<String, String> stored) {
        StringBuilder types = new StringBuilder();
        values.forEach((name, value) -> {
            if (SET_ON_RECEIPT.contains(name)) {
                return;
            }
            Character code = codeOf(value);
            if (code != null) {
                types.append(types.length() == 0 ? "" : ",").append(name).append(':').append((char) code);
            }
            if (value != null) {
                stored.put(JmsPropertyNames.SHARED.getOrDefault(name, name), value.toString());
            }
        });
        stored.put(JmsPropertyNames.TYPES, types.toString());
    }

    private static Character codeOf(Object value) {
        if (value == null) {
            return NULL;
        }
        if (value instanceof String text) {
            return text.isEmpty() ? EMPTY : null;
        }
        return CODES.get(value.getClass());
    }

    /** Reads what {@link #storeInto} wrote, or the plain text properties of another door. */
    void loadFrom(MessageProperties stored) {
        stored.userProperties().forEach((name, value) -> {
            if (!JmsPropertyNames.HIDDEN.contains(name)) {
                values.put(name, value);
            }
        });
        JmsPropertyNames.SHARED.forEach(
                (name, storedName) -> stored.find(storedName).ifPresent(value -> values.put(name, value)));
        String types = stored.get(JmsPropertyNames.TYPES);
        if (types != null) {
            for (String pair : types.split(",")) {
                int colon = pair.lastIndexOf(':');
                if (colon > 0 && colon == pair.length() - 2) {
                    retype(pair.substring(0, colon), pair.charAt(colon + 1));
                }
            }
        }
    }

    private void retype(String name, char code) {
        if (code == NULL || code == EMPTY) {
            values.put(name, code == NULL ? null : "");
            return;
        }
        if (values.get(name) instanceof String text) {
            values.put(name, typed(code, text));
        }
    }

    /** The value of the type; the text itself when somebody on the way changed it so that it no longer spells one. */
    private static Object typed(char code, String text) {
        try {
            return switch (code) {
                case 'z' -> Boolean.valueOf(text);
                case 'b' -> Byte.valueOf(text);
                case 's' -> Short.valueOf(text);
                case 'i' -> Integer.valueOf(text);
                case 'l' -> Long.valueOf(text);
                case 'f' -> Float.valueOf(text);
                case 'd' -> Double.valueOf(text);
                default -> text;
            };
        } catch (NumberFormatException changed) {
            return text;
        }
    }
}
