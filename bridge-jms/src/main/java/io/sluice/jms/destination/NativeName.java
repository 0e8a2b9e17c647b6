package io.sluice.jms.destination;

import io.sluice.model.TopicName;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Writes names with characters that a native topic may not have, and reads them back, in the same form as the MQTT door, so
 * that one name meets itself across doors: {@code orders.new} is {@code %MQTT%orders%2Enew}. A legal name stays as it is.
 */
final class NativeName {
    private static final String ESCAPED_PREFIX = "%MQTT%";
    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    private static final char ESCAPE = '%';

    private NativeName() {}

    /** A legal name; too long or empty, if so, for {@link TopicName} to refuse. */
    static String encode(String name) {
        return isLegal(name) ? name : ESCAPED_PREFIX + escape(name);
    }

    /** The name that {@link #encode} wrote so; any other text is its own name. */
    static String decode(String nativeName) {
        if (!nativeName.startsWith(ESCAPED_PREFIX)) {
            return nativeName;
        }
        return unescape(nativeName.substring(ESCAPED_PREFIX.length()))
                .filter(name -> encode(name).equals(nativeName))
                .orElse(nativeName);
    }

    private static boolean isLegal(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (!TopicName.isLegalCharacter(name.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** Letters, digits, {@code -} and {@code _} stand for themselves; any other byte of UTF-8 is {@code %} and two digits. */
    static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) b;
            if (c < 0x80 && TopicName.isLegalCharacter(c) && c != ESCAPE && c != '|') {
                escaped.append(c);
            } else {
                escaped.append(ESCAPE).append(HEX.toHexDigits(b));
            }
        }
        return escaped.toString();
    }

    private static Optional<String> unescape(String text) {
        ByteBuffer bytes = ByteBuffer.allocate(text.length());
        int at = 0;
        while (at < text.length()) {
            if (text.charAt(at) != ESCAPE) {
                bytes.put((byte) text.charAt(at));
                at++;
            } else if (at + 2 < text.length()
                    && HexFormat.isHexDigit(text.charAt(at + 1))
                    && HexFormat.isHexDigit(text.charAt(at + 2))) {
                bytes.put((byte) HexFormat.fromHexDigits(text, at + 1, at + 3));
                at += 3;
            } else {
                return Optional.empty();
            }
        }
        try {
            return Optional.of(
                    StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString());
        } catch (CharacterCodingException notOurs) {
            return Optional.empty();
        }
    }
}
