package io.sluice.filter;

import io.sluice.model.PropertyNames;

/**
 * Reads the property {@link PropertyNames#JMS_TYPES}: which properties of a message are more than text. Written
 * {@code name:letter}, separated by commas; a property that is not listed is a text.
 *
 * <p>Letters: {@code z} boolean, {@code b} byte, {@code s} short, {@code i} int, {@code l} long, {@code f} float,
 * {@code d} double, {@code e} empty text, {@code n} null; the last two have no stored value. Values are written as Java's
 * {@code toString} does.
 */
final class PropertyTypes {
    private PropertyTypes() {}

    /**
     * The value of a property in its type; the text itself when it is not listed or does not fit its type.
     *
     * @param text {@code null} when the message has no such property
     * @return {@code null} when the property is absent or null
     */
    static Object read(String types, String name, String text) {
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
        int length = name.length();
        for (int at = types.indexOf(name); at >= 0; at = types.indexOf(name, at + 1)) {
            boolean whole = (at == 0 || types.charAt(at - 1) == ',')
                    && at + length + 1 < types.length()
                    && types.charAt(at + length) == ':';
            if (whole) {
                return types.charAt(at + length + 1);
            }
        }
        return 0;
    }
}
