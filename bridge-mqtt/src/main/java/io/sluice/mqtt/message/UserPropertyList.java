package io.sluice.mqtt.message;

import java.util.ArrayList;
import java.util.List;

/**
 * A list of user properties as one text: {@code name=value&name=value}, where {@code %}, {@code &}, {@code =} and control
 * characters are {@code %} and two hex digits. Keeps what a map of properties cannot: repeated names, empty values, order.
 */
final class UserPropertyList {
    private UserPropertyList() {}

    static String encode(List<UserProperty> properties) {
        StringBuilder text = new StringBuilder();
        for (UserProperty property : properties) {
            if (text.length() > 0) {
                text.append('&');
            }
            append(text, property.name());
            text.append('=');
            append(text, property.value());
        }
        return text.toString();
    }

    private static void append(StringBuilder into, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%' || c == '&' || c == '=' || c < 0x20) {
                into.append('%').append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 0xF, 16));
            } else {
                into.append(c);
            }
        }
    }

    /** Reads what {@link #encode} wrote; a pair that another door damaged is left out. */
    static List<UserProperty> decode(String text) {
        List<UserProperty> properties = new ArrayList<>();
        for (String pair : text.split("&")) {
            int equals = pair.indexOf('=');
            if (equals >= 0) {
                properties.add(new UserProperty(plain(pair.substring(0, equals)), plain(pair.substring(equals + 1))));
            }
        }
        return properties;
    }

    private static String plain(String escaped) {
        if (escaped.indexOf('%') < 0) {
            return escaped;
        }
        StringBuilder text = new StringBuilder(escaped.length());
        int at = 0;
        while (at < escaped.length()) {
            char c = escaped.charAt(at);
            int code = c == '%' && at + 2 < escaped.length() ? hex(escaped, at + 1) : -1;
            if (code < 0) {
                text.append(c);
                at++;
            } else {
                text.append((char) code);
                at += 3;
            }
        }
        return text.toString();
    }

    private static int hex(String text, int at) {
        int high = Character.digit(text.charAt(at), 16);
        int low = Character.digit(text.charAt(at + 1), 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }
}
