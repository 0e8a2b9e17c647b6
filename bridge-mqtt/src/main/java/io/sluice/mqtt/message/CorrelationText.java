package io.sluice.mqtt.message;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Correlation Data is bytes, the log's correlation id is text: UTF-8 text without control characters stays as it is,
 * everything else is {@code base64:} and its Base64 form. Text that starts so itself is written in Base64 too, which makes
 * the way back exact.
 */
final class CorrelationText {
    private static final String BASE64_PREFIX = "base64:";

    private CorrelationText() {}

    static String of(byte[] data) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(data))
                    .toString();
            if (!text.isEmpty()
                    && !text.startsWith(BASE64_PREFIX)
                    && text.chars().noneMatch(Character::isISOControl)) {
                return text;
            }
        } catch (CharacterCodingException binary) {
            return BASE64_PREFIX + Base64.getEncoder().encodeToString(data);
        }
        return BASE64_PREFIX + Base64.getEncoder().encodeToString(data);
    }

    /** Text of another door that only looks like Base64 is taken as text. */
    static byte[] bytes(String text) {
        if (text.startsWith(BASE64_PREFIX)) {
            try {
                return Base64.getDecoder().decode(text.substring(BASE64_PREFIX.length()));
            } catch (IllegalArgumentException notOurs) {
                return text.getBytes(StandardCharsets.UTF_8);
            }
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
