package io.sluice.model;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;

/**
 * How a name with characters that a native topic may not have is written as one, alike at every door, so that one name meets
 * itself across doors: {@code orders.new} is {@code %MQTT%orders%2Enew}.
 *
 * <p>The mark {@code %MQTT%} is followed by the name's UTF-8 bytes, where letters, digits, {@code -} and {@code _} stand for
 * themselves and any other byte is {@code %} and two upper-case hex digits. No two names are written alike. Which names are
 * written so, and how long they may become, is the door's to say. Stateless.
 */
public final class EscapedName {
    private static final String MARK = "%MQTT%";
    private static final HexFormat HEX = HexFormat.of().withUpperCase();
    private static final char ESCAPE = '%';

    private EscapedName() {}

    /** The mark and the escaped name; may be longer than {@link TopicName#LENGTH_MAX}. */
    public static String encode(String name) {
        return MARK + escape(name);
    }

    /** The name that {@link #encode} wrote so; empty for any other text, one that only looks alike included. */
    public static Optional<String> decode(String text) {
        return text.startsWith(MARK)
                ? unescape(text.substring(MARK.length()))
                        .filter(name -> encode(name).equals(text))
                : Optional.empty();
    }

    /** The escaped text without the mark. */
    public static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) b;
            if (standsForItself(c)) {
                escaped.append(c);
            } else {
                escaped.append(ESCAPE).append(HEX.toHexDigits(b));
            }
        }
        return escaped.toString();
    }

    private static boolean standsForItself(char c) {
        return c < 0x80 && TopicName.isLegalCharacter(c) && c != ESCAPE && c != '|';
    }

    private static Optional<String> unescape(String text) {
        ByteBuffer bytes = ByteBuffer.allocate(text.length());
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (standsForItself(c)) {
                bytes.put((byte) c);
                at++;
            } else if (c == ESCAPE
                    && at + 2 < text.length()
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
