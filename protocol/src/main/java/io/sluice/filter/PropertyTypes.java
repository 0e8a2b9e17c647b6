package io.sluice.filter;

import io.sluice.model.PropertyNames;
import java.util.Map;

/**
 * The property {@link PropertyNames#PROPERTY_TYPES}: which properties of a message are more than text, for senders whose
 * properties have types. Written {@code name:letter}, separated by commas; a property that is not listed is a text.
 *
 * <p>Letters: {@code z} boolean, {@code b} byte, {@code s} short, {@code i} int, {@code l} long, {@code f} float,
 * {@code d} double; {@code e} empty text and {@code n} null, which have no stored value. Values are written as Java's {@code toString} does.
 */
public final class PropertyTypes {
    private PropertyTypes() {}

    /**
     * The list for these values, to be stored beside their texts; also for a message that has none but texts, since it
     * says that they are texts. Order follows the map. An empty map, or one of texts only, gives {@code ","}.
     *
     * @throws IllegalArgumentException for a value that is none of the types, or a name with a comma or colon
     */
    public static String describe(Map<String, Object> values) {
        StringBuilder list = new StringBuilder();
        values.forEach((name, value) -> {
            if (!(value instanceof String)) {
                if (name.indexOf(',') >= 0 || name.indexOf(':') >= 0) {
                    throw new IllegalArgumentException(
                            "property name '%s' has a comma or colon; a typed property may not".formatted(name));
                }
                list.append(list.isEmpty() ? "" : ",").append(name).append(':').append(letterOf(name, value));
            }
        });
        return list.isEmpty() ? "," : list.toString();
    }

    private static char letterOf(String name, Object value) {
        if (value instanceof Boolean) {
            return 'z';
        } else if (value instanceof Byte) {
            return 'b';
        } else if (value instanceof Short) {
            return 's';
        } else if (value instanceof Integer) {
            return 'i';
        } else if (value instanceof Long) {
            return 'l';
        } else if (value instanceof Float) {
            return 'f';
        } else if (value instanceof Double) {
            return 'd';
        }
        throw new IllegalArgumentException(
                "property '%s' is a %s; expected a String, Boolean, Byte, Short, Integer, Long, Float or Double"
                        .formatted(
                                name, value == null ? "null" : value.getClass().getName()));
    }

    /**
     * The value of a property in its type; the text itself when it is listed as none or does not fit its type.
     *
     * @param text {@code null} when the message has no such property
     * @return {@code null} when the property is absent or null
     */
    public static Object read(String types, String name, String text) {
        char letter = letterOf(types, name);
        if (text == null) {
            return letter == 'e' ? "" : null;
        }
        try {
            return switch (letter) {
                case 'z' -> text.equals("true") ? Boolean.TRUE : text.equals("false") ? (Object) Boolean.FALSE : text;
                case 'b' -> Byte.valueOf(text);
                case 's' -> Short.valueOf(text);
                case 'i' -> Integer.valueOf(text);
                case 'l' -> Long.valueOf(text);
                case 'f' -> Float.valueOf(text);
                case 'd' -> Double.valueOf(text);
                default -> text;
            };
        } catch (NumberFormatException altered) {
            return text;
        }
    }

    /** The letter behind the name, 0 when it is not listed. */
    private static char letterOf(String types, String name) {
        int end = name.length();
        for (int at = types.indexOf(name); at >= 0; at = types.indexOf(name, at + 1)) {
            boolean whole = (at == 0 || types.charAt(at - 1) == ',')
                    && at + end + 1 < types.length()
                    && types.charAt(at + end) == ':';
            if (whole) {
                return types.charAt(at + end + 1);
            }
        }
        return 0;
    }
}
