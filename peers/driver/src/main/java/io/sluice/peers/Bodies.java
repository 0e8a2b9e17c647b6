package io.sluice.peers;

import java.nio.charset.StandardCharsets;

/** Bodies of numbered messages: {@code PREFIX-0}, {@code PREFIX-1}, padded where size matters. */
final class Bodies {
    private Bodies() {}

    static byte[] numbered(String prefix, int number) {
        return numbered(prefix, number, 0);
    }

    static byte[] numbered(String prefix, int number, int bytes) {
        StringBuilder text = new StringBuilder(prefix + "-" + number);
        if (text.length() < bytes) {
            text.append(' ');
        }
        while (text.length() < bytes) {
            text.append('.');
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }
}
