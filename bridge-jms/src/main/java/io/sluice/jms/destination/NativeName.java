package io.sluice.jms.destination;

import io.sluice.model.TopicName;
import java.util.Locale;

/**
 * Writes names with characters that a native topic may not have, and reads them back: such a character becomes {@code %}
 * and two hex digits, so {@code orders.new} is stored as {@code orders%2Enew}. Legal names stay as they are.
 *
 * <p>Only printable ASCII is escaped; anything else is left alone and refused by {@link TopicName}. Decoding what was
 * encoded, and encoding what was decoded, both give the first text again.
 */
final class NativeName {
    private static final char FIRST_PRINTABLE = ' ';
    private static final char LAST_PRINTABLE = '~';

    private NativeName() {}

    static String encode(String name) {
        StringBuilder encoded = new StringBuilder(name.length() + 8);
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (isEscaped(c)) {
                encoded.append('%').append(String.format(Locale.ROOT, "%02X", (int) c));
            } else {
                encoded.append(c);
            }
        }
        return encoded.toString();
    }

    static String decode(String nativeName) {
        StringBuilder decoded = new StringBuilder(nativeName.length());
        int at = 0;
        while (at < nativeName.length()) {
            int escaped = escapeAt(nativeName, at);
            if (escaped >= 0) {
                decoded.append((char) escaped);
                at += 3;
            } else {
                decoded.append(nativeName.charAt(at));
                at++;
            }
        }
        return decoded.toString();
    }

    /** The character that an escape at this position stands for, or -1: only what {@link #encode} writes is an escape. */
    private static int escapeAt(String text, int at) {
        if (text.charAt(at) != '%' || at + 2 >= text.length()) {
            return -1;
        }
        int high = upperHex(text.charAt(at + 1));
        int low = upperHex(text.charAt(at + 2));
        int value = high * 16 + low;
        return high >= 0 && low >= 0 && isEscaped((char) value) ? value : -1;
    }

    private static int upperHex(char digit) {
        return "0123456789ABCDEF".indexOf(digit);
    }

    private static boolean isEscaped(char c) {
        return c >= FIRST_PRINTABLE && c <= LAST_PRINTABLE && !TopicName.isLegalCharacter(c);
    }
}
