package io.sluice.jms.message;

import jakarta.jms.MessageFormatException;

/**
 * The conversion table of the specification for properties, map entries and stream items (Jakarta Messaging 3.1 §3.5.4,
 * §3.11.3). What was written as one type may be read as the types that lose nothing, and as text; text may be read as
 * anything that it spells.
 *
 * <p>Reading {@code null} is what the primitive's {@code valueOf} makes of a null text: false for boolean,
 * {@link NumberFormatException} for whole numbers, {@link NullPointerException} for the others.
 */
final class Conversion {
    private Conversion() {}

    static boolean toBoolean(Object value) throws MessageFormatException {
        if (value instanceof Boolean flag) {
            return flag;
        }
        if (value == null || value instanceof String) {
            return Boolean.parseBoolean((String) value);
        }
        throw cannot(value, "boolean");
    }

    static byte toByte(Object value) throws MessageFormatException {
        if (value instanceof Byte number) {
            return number;
        }
        if (value == null || value instanceof String) {
            return Byte.parseByte((String) value);
        }
        throw cannot(value, "byte");
    }

    static short toShort(Object value) throws MessageFormatException {
        if (value instanceof Short || value instanceof Byte) {
            return ((Number) value).shortValue();
        }
        if (value == null || value instanceof String) {
            return Short.parseShort((String) value);
        }
        throw cannot(value, "short");
    }

    static char toChar(Object value) throws MessageFormatException {
        if (value instanceof Character character) {
            return character;
        }
        if (value == null) {
            throw new NullPointerException("a null value cannot be read as char");
        }
        throw cannot(value, "char");
    }

    static int toInt(Object value) throws MessageFormatException {
        if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return ((Number) value).intValue();
        }
        if (value == null || value instanceof String) {
            return Integer.parseInt((String) value);
        }
        throw cannot(value, "int");
    }

    static long toLong(Object value) throws MessageFormatException {
        if (value instanceof Long || value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return ((Number) value).longValue();
        }
        if (value == null || value instanceof String) {
            return Long.parseLong((String) value);
        }
        throw cannot(value, "long");
    }

    static float toFloat(Object value) throws MessageFormatException {
        if (value instanceof Float number) {
            return number;
        }
        if (value == null || value instanceof String) {
            return Float.parseFloat((String) value);
        }
        throw cannot(value, "float");
    }

    static double toDouble(Object value) throws MessageFormatException {
        if (value instanceof Double || value instanceof Float) {
            return ((Number) value).doubleValue();
        }
        if (value == null || value instanceof String) {
            return Double.parseDouble((String) value);
        }
        throw cannot(value, "double");
    }

    static String toText(Object value) throws MessageFormatException {
        if (value instanceof byte[]) {
            throw cannot(value, "String");
        }
        return value == null ? null : value.toString();
    }

    static byte[] toBytes(Object value) throws MessageFormatException {
        if (value == null) {
            return null;
        }
        if (value instanceof byte[] bytes) {
            return bytes;
        }
        throw cannot(value, "byte[]");
    }

    private static MessageFormatException cannot(Object value, String wanted) {
        String has = value instanceof byte[] ? "byte[]" : value.getClass().getSimpleName();
        return new MessageFormatException("a value written as %s cannot be read as %s".formatted(has, wanted));
    }
}
