package io.sluice.http.channel;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Percent-encoded UTF-8 (RFC 3986 §2.1) back to text, strictly: a broken escape or broken UTF-8 is no text. Characters
 * that should have been escaped and were not, such as {@code |} or raw UTF-8 bytes, are taken as they are.
 */
final class UrlText {
    private UrlText() {}

    /** @param raw one character per byte on the wire */
    static Optional<String> decode(String raw, boolean plusIsBlank) {
        byte[] bytes = new byte[raw.length()];
        int length = 0;
        for (int at = 0; at < raw.length(); at++) {
            char c = raw.charAt(at);
            if (c == '%') {
                int high = at + 2 < raw.length() ? Character.digit(raw.charAt(at + 1), 16) : -1;
                int low = high >= 0 ? Character.digit(raw.charAt(at + 2), 16) : -1;
                if (low < 0) {
                    return Optional.empty();
                }
                bytes[length++] = (byte) (high << 4 | low);
                at += 2;
            } else {
                bytes[length++] = (byte) (c == '+' && plusIsBlank ? ' ' : c);
            }
        }
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes, 0, length))
                    .toString());
        } catch (CharacterCodingException notUtf8) {
            return Optional.empty();
        }
    }
}
